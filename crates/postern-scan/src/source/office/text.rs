//! Text of office XML: runs joined, broken where a paragraph or a cell ends.

use std::io::{self, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::cells::Tables;
use super::guard::Events;
use super::strings::Strings;
use crate::source::joined::{Pieces, Spot};

/// Elements inside of a paragraph: text goes on behind them.
const INLINE: [&str; 9] = ["t", "delText", "instrText", "delInstrText", "span", "a", "r", "ruby-base", "s"];

/// Elements that a piece ends with, whatever is in them.
const BLOCKS: [&str; 7] = ["p", "h", "si", "c", "table-cell", "comment", "threadedComment"];

/// Empty elements and what they stand for.
const SIGNS: [(&str, u8); 8] = [
    ("tab", b'\t'),
    ("ptab", b'\t'),
    ("br", b'\n'),
    ("cr", b'\n'),
    ("line-break", b'\n'),
    ("soft-page-break", b'\n'),
    ("noBreakHyphen", b'-'),
    ("s", b' '),
];

/// Attributes that hold what somebody typed: alternative text, links, field codes.
const TYPED: [&str; 6] = ["descr", "title", "tooltip", "instr", "Target", "href"];

/// The longest piece, 1 MiB: what is longer is cut, and goes on as the next one.
const LONGEST: usize = 1 << 20;

/// Paragraphs and cells of one XML member.
pub(super) struct Text<'a, R: Read> {
    events: Events<R>,
    state: State<'a>,
}

/// What was read so far.
struct State<'a> {
    /// Paragraphs that ended.
    paragraphs: u64,
    tables: Tables,
    /// Strings of the workbook, in a member whose cells number them.
    strings: Option<&'a Strings>,
    /// Whether the value of the cell is such a number.
    numbered: bool,
    /// Where in the piece the text of the innermost element begins; None behind an element's end.
    begun: Option<usize>,
    /// Typed into attributes; given when the piece ends.
    aside: Vec<u8>,
}

impl<'a, R: Read> Text<'a, R> {
    /// Reads a member. A workbook has strings that the cells of its sheets number.
    pub(super) fn of(source: R, strings: Option<&'a Strings>) -> Self {
        let state = State {
            paragraphs: 0,
            tables: Tables::default(),
            strings,
            numbered: false,
            begun: None,
            aside: Vec::new(),
        };
        Self { events: Events::of(source), state }
    }
}

impl<R: Read> Pieces for Text<'_, R> {
    fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>> {
        loop {
            let spot = match self.events.next()? {
                Event::Eof if text.is_empty() && self.state.aside.is_empty() => return Ok(None),
                Event::Eof => Some(self.state.spot()),
                event => self.state.take(&event, text),
            };
            let long = text.len() + self.state.aside.len() > LONGEST;
            if let Some(spot) = spot.or_else(|| long.then(|| self.state.spot())) {
                return Ok(Some(self.state.whole(spot, text)));
            }
        }
    }
}

impl State<'_> {
    /// Takes an event; where the piece stands, if one ends with it.
    fn take(&mut self, event: &Event<'_>, text: &mut Vec<u8>) -> Option<Spot> {
        match event {
            Event::Start(start) => self.begin(start, text),
            Event::End(end) => return self.end(end.local_name().into_inner(), text),
            // Between elements, line breaks and indents are layout of the XML.
            Event::Text(some) if !(some.contains('\n') && some.trim_ascii().is_empty()) => {
                text.extend_from_slice(some.as_bytes());
            }
            Event::CData(some) => text.extend_from_slice(some.as_bytes()),
            Event::GeneralRef(name) => {
                text.extend(meant(name).map(|one| one.to_string()).unwrap_or_default().bytes());
            }
            _ => {}
        }
        None
    }

    fn begin(&mut self, start: &BytesStart<'_>, text: &mut Vec<u8>) {
        let name = start.local_name().into_inner();
        self.tables.begin(name, |wanted| attribute(start, wanted));
        if name == "c" {
            self.numbered = attribute(start, "t").is_some_and(|kind| kind == "s");
        }
        // A comment or a frame stands inside of a paragraph: its own text does not go on with the words before it.
        if BLOCKS.contains(&name) && !text.is_empty() {
            text.push(b'\n');
        }
        text.extend(SIGNS.iter().find(|(sign, _)| *sign == name).map(|(_, meant)| *meant));
        for typed in TYPED.iter().filter_map(|wanted| attribute(start, wanted)) {
            self.aside.extend_from_slice(typed.as_bytes());
            self.aside.push(b'\n');
        }
        self.begun = Some(text.len());
    }

    fn end(&mut self, name: &str, text: &mut Vec<u8>) -> Option<Spot> {
        let begun = self.begun.take().filter(|begun| *begun < text.len());
        if let (Some(begun), "v", true, Some(strings)) = (begun, name, self.numbered, self.strings) {
            let number = std::str::from_utf8(text.get(begun..).unwrap_or_default()).ok();
            let string = number.and_then(|number| strings.used(number.trim().parse().ok()?));
            text.truncate(begun);
            text.extend_from_slice(string.unwrap_or_default());
        }
        let apart = begun.filter(|begun| *begun > 0 && !INLINE.contains(&name) && !BLOCKS.contains(&name));
        if let Some(begun) = apart.filter(|begun| *begun <= text.len()) {
            text.insert(begun, b'\n');
        }
        let ends = BLOCKS.contains(&name) || (begun.is_some() && !INLINE.contains(&name));
        let spot = ends.then(|| self.spot());
        if matches!(name, "p" | "h" | "si") {
            self.paragraphs += 1;
        }
        self.tables.end(name);
        spot
    }

    /// Where what is read stands: a cell, or else a paragraph.
    fn spot(&self) -> Spot {
        let paragraph = || Spot { line: Some(self.paragraphs + 1), ..Spot::default() };
        self.tables.spot().unwrap_or_else(paragraph)
    }

    /// Puts what was typed into attributes behind the piece.
    fn whole(&mut self, spot: Spot, text: &mut Vec<u8>) -> Spot {
        if !self.aside.is_empty() {
            text.push(b'\n');
            text.append(&mut self.aside);
        }
        spot
    }
}

/// The value of an attribute, whatever the prefix of its name.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = start.attributes();
    let found =
        attributes.with_checks(false).flatten().find(|one| one.key.local_name().into_inner() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// What a reference stands for: a number, or one of the five names of XML.
fn meant(name: &BytesRef<'_>) -> Option<char> {
    match &**name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => name.resolve_char_ref().ok().flatten(),
    }
}
