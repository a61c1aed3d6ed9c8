//! The text of a PDF, page by page, as it is shown: lines where the pen moves down, spaces where it moves on.

use std::collections::BTreeMap;
use std::io;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Encoding, Object, decode_text_string};
use postern_scan::Spot;

use crate::child::Take;
use crate::pdf_pen::Pen;

/// The longest content of a page when it is unpacked: 64 MiB.
const LONGEST: usize = 64 << 20;

/// Keys of what people type into forms, notes, links and the document's description.
const TYPED: [&[u8]; 9] =
    [b"Contents", b"V", b"RC", b"TU", b"URI", b"Title", b"Subject", b"Keywords", b"Author"];

/// The mark of a document's end, and how far in front of the last byte it may stand.
const END: &[u8] = b"%%EOF";
const TAIL: usize = 1 << 10;

/// What is said of one that cannot be read.
const DAMAGED: &str = "the PDF is damaged, or not all of it is there";

/// Fonts of a page, by the names that its content has for them.
type Fonts<'a> = BTreeMap<Vec<u8>, Encoding<'a>>;

/// Reads it. A page that is damaged does not keep the others from being read.
pub(crate) fn read(content: &[u8], take: &mut Take<'_>) -> io::Result<()> {
    let document = Document::load_mem(content).map_err(fault)?;
    if document.is_encrypted() {
        return Err(io::Error::other("it is encrypted"));
    }
    let mut damaged = None;
    for (number, page) in document.get_pages() {
        let shown = document.get_page_content_with_limit(page, LONGEST).and_then(|content| {
            let fonts = document.get_page_fonts(page).unwrap_or_default();
            text(&content, &encodings(&document, fonts))
        });
        match shown {
            Ok(text) => take(part(format!("page {number}")), text.as_bytes())?,
            Err(fault) => damaged = Some(fault),
        }
    }
    for ((number, _), object) in &document.objects {
        let spot = part(format!("object {number}"));
        take(spot.clone(), typed(object).as_bytes())?;
        take(spot, form(&document, object).unwrap_or_default().as_bytes())?;
    }
    match damaged {
        Some(damaged) => Err(fault(damaged)),
        None if !is_whole(content) => Err(io::Error::other(DAMAGED)),
        None => Ok(()),
    }
}

/// Whether the mark of its end is near its end. Of one that was cut, the library gives what is left and does not complain.
fn is_whole(content: &[u8]) -> bool {
    let tail = content.last_chunk::<TAIL>().map_or(content, |tail| tail);
    tail.windows(END.len()).any(|some| some == END)
}

fn part(name: String) -> Spot {
    Spot { part: Some(name.into()), ..Spot::default() }
}

fn encodings<'a>(document: &'a Document, fonts: BTreeMap<Vec<u8>, &'a Dictionary>) -> Fonts<'a> {
    let encoding = |font: &'a Dictionary| font.get_font_encoding_with_limit(document, LONGEST).ok();
    fonts.into_iter().filter_map(|(name, font)| Some((name, encoding(font)?))).collect()
}

/// What content shows.
fn text(content: &[u8], fonts: &Fonts<'_>) -> lopdf::Result<String> {
    let mut pen = Pen::default();
    let mut font = None;
    for operation in &Content::decode(content)?.operations {
        let operands = operation.operands.as_slice();
        match (operation.operator.as_str(), operands) {
            ("Tf", [Object::Name(name), size]) => {
                font = fonts.get(name);
                pen.size(number(size));
            }
            ("Tj", [shown]) => show(&mut pen, font, shown),
            ("TJ", [Object::Array(shown)]) => shown.iter().for_each(|shown| show(&mut pen, font, shown)),
            ("'", [shown]) | ("\"", [_, _, shown]) => {
                pen.line();
                show(&mut pen, font, shown);
            }
            ("Td" | "TD", [across, down]) => pen.moved(number(across), number(down)),
            ("Tm", [a, _, _, d, e, f]) => pen.set([a, d, e, f].map(number)),
            ("T*" | "BT" | "ET", _) => pen.line(),
            _ => {}
        }
    }
    Ok(pen.text())
}

/// Shows a string, or moves on.
fn show(pen: &mut Pen, font: Option<&Encoding<'_>>, shown: &Object) {
    match shown {
        Object::String(bytes, _) => {
            let text = font.and_then(|font| Document::decode_text(font, bytes).ok());
            // Without its font a byte is most likely what it is in Latin.
            pen.show(&text.unwrap_or_else(|| bytes.iter().copied().map(char::from).collect()));
        }
        gap => pen.gap(number(gap)),
    }
}

fn number(object: &Object) -> f32 {
    object.as_float().unwrap_or_default()
}

/// What a form shows: content that pages draw by its name.
fn form(document: &Document, object: &Object) -> Option<String> {
    let stream = object.as_stream().ok()?;
    if stream.dict.get(b"Subtype").and_then(Object::as_name).ok()? != b"Form" {
        return None;
    }
    let resources = stream.dict.get_deref(b"Resources", document).and_then(Object::as_dict).ok();
    let fonts =
        resources.and_then(|resources| resources.get_deref(b"Font", document).and_then(Object::as_dict).ok());
    let named = fonts.into_iter().flat_map(Dictionary::iter).filter_map(|(name, font)| {
        let (_, font) = document.dereference(font).ok()?;
        Some((name.clone(), font.as_dict().ok()?))
    });
    let content = stream.get_plain_content_with_limit(LONGEST).ok()?;
    text(&content, &encodings(document, named.collect())).ok()
}

/// What somebody typed into an object, and into what it holds itself.
fn typed(object: &Object) -> String {
    let mut typed = String::new();
    let mut objects = vec![object];
    while let Some(object) = objects.pop() {
        match object {
            Object::Array(inner) => objects.extend(inner),
            Object::Dictionary(inner) => {
                for (key, value) in inner {
                    if let (true, Ok(text)) = (TYPED.contains(&key.as_slice()), decode_text_string(value)) {
                        typed.push_str(&text);
                        typed.push('\n');
                    }
                    objects.push(value);
                }
            }
            _ => {}
        }
    }
    typed
}

/// What went wrong, without what the library quotes.
fn fault(fault: lopdf::Error) -> io::Error {
    io::Error::other(match fault {
        lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword => "it is encrypted",
        lopdf::Error::Decompress(_) => "a stream of it cannot be unpacked, or unpacks to too much",
        _ => DAMAGED,
    })
}
