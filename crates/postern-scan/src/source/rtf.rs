//! RTF: its words undone, so that text stands as it is shown. What is in no paragraph (fonts, pictures, bookmarks) is left
//! out; it is seen when the file is read as it stands.

use std::io::{self, BufRead as _, BufReader, Read};

use super::joined::{Pieces, Spot};

/// Groups that hold no text that is shown.
const HIDDEN: [&[u8]; 8] =
    [b"*", b"fonttbl", b"colortbl", b"stylesheet", b"pict", b"listtable", b"themedata", b"datastore"];

/// Words that stand for a character.
const SIGNS: [(&[u8], char); 14] = [
    (b"line", '\n'),
    (b"cell", '\t'),
    (b"tab", '\t'),
    (b"~", ' '),
    (b"_", '-'),
    (b"\\", '\\'),
    (b"{", '{'),
    (b"}", '}'),
    (b"endash", '\u{2013}'),
    (b"emdash", '\u{2014}'),
    (b"lquote", '\''),
    (b"rquote", '\''),
    (b"ldblquote", '"'),
    (b"rdblquote", '"'),
];

/// The longest piece, and the longest word.
const LONGEST: usize = 1 << 20;
const WORD: usize = 32;

/// Paragraphs of an RTF document.
pub(crate) struct Text<R: Read> {
    source: BufReader<R>,
    depth: usize,
    /// The depth at which a hidden group began.
    hidden: Option<usize>,
    paragraph: u64,
    /// Characters that follow one in Unicode, for readers that know none.
    fallback: usize,
    skip: usize,
}

impl<R: Read> Text<R> {
    pub(crate) fn of(source: R) -> Self {
        Self { source: BufReader::new(source), depth: 0, hidden: None, paragraph: 1, fallback: 1, skip: 0 }
    }

    /// The next byte.
    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.source.fill_buf()?.first().copied();
        self.source.consume(usize::from(byte.is_some()));
        Ok(byte)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.source.fill_buf()?.first().copied())
    }

    /// A word behind its backslash, and its number.
    fn word(&mut self) -> io::Result<(Vec<u8>, Option<i64>)> {
        let mut name = Vec::new();
        let Some(first) = self.byte()? else { return Ok((name, None)) };
        name.push(first);
        if !first.is_ascii_alphabetic() {
            return Ok((name, None));
        }
        while let Some(letter) = self.peek()?.filter(|byte| byte.is_ascii_alphabetic() && name.len() < WORD) {
            name.push(letter);
            self.byte()?;
        }
        let mut digits = String::new();
        while let Some(digit) =
            self.peek()?.filter(|byte| (byte.is_ascii_digit() || *byte == b'-') && digits.len() < 11)
        {
            digits.push(char::from(digit));
            self.byte()?;
        }
        if self.peek()? == Some(b' ') {
            self.byte()?;
        }
        Ok((name, digits.parse().ok()))
    }

    /// Adds a character, if it is shown.
    fn put(&mut self, character: char, text: &mut Vec<u8>) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.hidden.is_none() {
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// Does what a word says; whether a paragraph ends with it.
    fn obey(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        let (name, number) = self.word()?;
        match (&*name, number) {
            (b"par" | b"sect" | b"page" | b"row" | b"\n" | b"\r", _) => return Ok(self.hidden.is_none()),
            (b"'", _) => {
                let digits = [self.byte()?.unwrap_or_default(), self.byte()?.unwrap_or_default()];
                let byte =
                    std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
                self.put(byte.map_or('?', char::from), text);
            }
            (b"u", Some(number)) => {
                // Numbers above 32,767 are written as negative ones.
                let number =
                    u32::try_from(if number < 0 { number + 0x1_0000 } else { number }).unwrap_or_default();
                self.skip = 0;
                self.put(char::from_u32(number).unwrap_or('?'), text);
                self.skip = self.fallback;
            }
            (b"uc", Some(number)) => self.fallback = usize::try_from(number).unwrap_or(1).min(8),
            (b"bin", Some(number)) => {
                let bytes = u64::try_from(number).unwrap_or_default();
                io::copy(&mut Read::by_ref(&mut self.source).take(bytes), &mut io::sink())?;
            }
            (name, _) if HIDDEN.contains(&name) => self.hidden = self.hidden.or(Some(self.depth)),
            (name, _) => {
                if let Some((_, sign)) = SIGNS.iter().find(|(known, _)| *known == name) {
                    self.put(*sign, text);
                }
            }
        }
        Ok(false)
    }
}

impl<R: Read> Pieces for Text<R> {
    fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>> {
        let mut ends = false;
        while !ends && text.len() < LONGEST {
            match self.byte()? {
                None if text.is_empty() => return Ok(None),
                None => break,
                Some(b'\\') => ends = self.obey(text)?,
                Some(b'{') => self.depth += 1,
                Some(b'}') => {
                    self.hidden = self.hidden.filter(|depth| *depth < self.depth);
                    self.depth = self.depth.saturating_sub(1);
                }
                Some(b'\r' | b'\n') => {}
                // What is not ASCII should be escaped; where it is not, it is UTF-8 as often as not.
                Some(byte) if !byte.is_ascii() => text.extend(self.hidden.is_none().then_some(byte)),
                Some(byte) => self.put(char::from(byte), text),
            }
        }
        let spot = Spot { line: Some(self.paragraph), ..Spot::default() };
        self.paragraph += u64::from(ends);
        Ok(Some(spot))
    }
}
