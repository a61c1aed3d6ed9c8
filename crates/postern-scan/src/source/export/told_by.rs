//! What an export is told by: the names among its first bytes.

use super::known::{Form, Known};
use super::table::delimiter;

/// How many first bytes are looked at.
pub(super) const SEEN: usize = 64 << 10;
/// The most names that are looked at.
const NAMES: usize = 4096;

/// Whether bytes may be the first of an export: by the very first of them, or by a line that names columns.
pub(in crate::source) fn may_be(head: &[u8]) -> bool {
    match start(head).first() {
        Some(b'{' | b'[' | b'<') => true,
        Some(_) => line(head).iter().any(|byte| matches!(byte, b',' | b';' | b'\t')),
        None => false,
    }
}

/// The export that these are the first bytes of.
pub(super) fn known(head: &[u8]) -> Option<&'static Known> {
    let begun = start(head);
    let first = *begun.first()?;
    let (form, names) = match first {
        b'{' | b'[' => (Form::Json, members(begun)),
        b'<' => (Form::Xml, elements(begun)),
        _ => (Form::Table, cells(line(begun))),
    };
    Known::by(form, first, &names)
}

/// Without a mark of the encoding and white space.
fn start(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start()
}

fn line(head: &[u8]) -> &[u8] {
    head.split(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// Names of members of JSON objects, at any depth.
fn members(head: &[u8]) -> Vec<&[u8]> {
    let mut names = Vec::new();
    let mut rest = head;
    while let Some((text, behind)) = text(rest) {
        if behind.trim_ascii_start().first() == Some(&b':') && names.len() < NAMES {
            names.push(text);
        }
        rest = behind;
    }
    names
}

/// The next text of JSON, as it is written, and what stands behind it.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let begin = memchr::memchr(b'"', bytes)? + 1;
    let mut end = begin;
    loop {
        end += memchr::memchr2(b'"', b'\\', bytes.get(end..)?)?;
        match bytes.get(end)? {
            b'"' => return Some((bytes.get(begin..end)?, bytes.get(end + 1..)?)),
            _ => end += 2,
        }
    }
}

/// Names of the first two elements of XML.
fn elements(head: &[u8]) -> Vec<&[u8]> {
    let tags = memchr::memchr_iter(b'<', head).filter_map(|at| head.get(at + 1..));
    let named = tags.filter(|tag| tag.first().is_some_and(u8::is_ascii_alphabetic));
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    named.filter_map(|tag| tag.split(ends).next()).take(2).collect()
}

/// Names of columns.
fn cells(line: &[u8]) -> Vec<&[u8]> {
    let separator = delimiter(line);
    let cells = line.split(|byte| *byte == separator).take(NAMES);
    cells.map(|cell| cell.trim_ascii()).map(unquoted).collect()
}

fn unquoted(cell: &[u8]) -> &[u8] {
    cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell)
}
