//! Documents: RTF, read here, and those that a port reads.

use std::fs;
use std::io::{self, Read};

use postern_codes::Format;
use postern_scan::{Document, Documents, Pieces, Spot, Told, trees};

use crate::archives::{said, zip};
use crate::site::{Heard, made_up, scanner};

#[test]
fn rtf_is_read_by_paragraph() {
    let code = made_up(Format::Standard, 1);
    let (one, two) = code.split_at(9);
    let escaped: String =
        code.chars().map(|one| if one == '-' { "\\_".to_owned() } else { one.to_string() }).collect();
    let wide: String = code.bytes().map(|byte| format!("\\u{byte}?")).collect();
    for (text, place) in [
        (format!("Codes\\par\n{{\\b {one}}}\r\n{{\\i\\cf1 {two}}}\\par"), ":2:1"),
        (format!("{escaped}\\par"), ":1:1"),
        (format!("a\\par b\\par {wide}"), ":3:1"),
        (format!("{one}{{\\*\\bkmkstart x}}{{\\pict 0102}}{two}"), ":1:1"),
        (format!("{one}\\bin5 }}}}}}}}}}{two}"), ":1:1"),
    ] {
        let (places, troubles) =
            said("a.rtf", format!("{{\\rtf1\\ansi{{\\fonttbl\\f0 Arial;}}\\f0 {text}}}").as_bytes());
        assert_eq!(places.first().map(String::as_str), Some(place), "{text}");
        assert!(places.len() == 1 && troubles.is_empty(), "{places:?} {troubles:?}");
    }
    // In what is not shown it is found where it stands in the file.
    let hidden = format!("{{\\rtf1 {{\\*\\comment\n{code}}}}}");
    assert_eq!(said("a.rtf", hidden.as_bytes()).0, [":2:1"]);
}

#[test]
fn rtf_that_is_broken_is_read_as_far_as_it_goes() {
    for text in [
        "{\\rtf",
        "{\\rtf1 }}}}}}\\",
        "{\\rtf1\\u",
        "{\\rtf1\\'4",
        "{\\rtf1\\bin99999999999 x",
        "{\\rtf1\\uc-7\\u-99999x",
    ] {
        assert_eq!(said("a.rtf", text.as_bytes()), (Vec::new(), Vec::new()), "{text}");
    }
}

/// Gives each line of a document as a page, and fails behind a line `torn`.
struct Lines;

impl Documents for Lines {
    fn reads(&self, document: Document) -> bool {
        document != Document::Picture
    }

    fn read(&self, _: Document, content: &mut dyn Read) -> io::Result<Box<dyn Pieces>> {
        let mut text = String::new();
        content.read_to_string(&mut text)?;
        Ok(Box::new(Pages(text.lines().map(str::to_owned).collect(), 0)))
    }
}

struct Pages(Vec<String>, usize);

impl Pieces for Pages {
    fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>> {
        let Some(line) = self.0.get(self.1) else { return Ok(None) };
        if line == "torn" {
            return Err(io::Error::other("torn"));
        }
        self.1 += 1;
        // As it might be in a compressed stream.
        text.extend(line.replace('#', "-").bytes());
        Ok(Some(Spot { part: Some(format!("page {}", self.1).into()), line: None, column: None }))
    }
}

/// What is told of a file, with somebody who reads documents.
fn read(bytes: &[u8]) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), bytes).unwrap();
    let (heard, scanner) = (Heard::default(), scanner().with(Box::new(Lines)));
    trees(&scanner, &[folder.path().to_path_buf()], &|told: Told| heard.hear(told));
    let (findings, troubles) = heard.end();
    let place = |place: String| place.split_once("/file").map(|(_, rest)| rest.to_owned()).unwrap();
    (
        findings.iter().map(|finding| place(finding.place.to_string())).collect(),
        troubles.iter().map(|trouble| place(trouble.to_string())).collect(),
    )
}

#[test]
fn a_document_is_read_by_the_port_and_as_it_stands_and_nothing_is_told_twice() {
    let (hidden, plain) = (made_up(Format::Standard, 1).replace('-', "#"), made_up(Format::Standard, 2));
    let pdf = format!("%PDF-1.7\n{hidden}\n{plain}\n");
    assert_eq!(
        read(pdf.as_bytes()),
        (vec!["!/page 2:1:1".to_owned(), "!/page 3:1:1".to_owned()], Vec::new())
    );
    let nested = zip(&[("a.pdf", pdf.as_bytes())]);
    assert_eq!(read(&nested).0, ["!/a.pdf!/page 2:1:1", "!/a.pdf!/page 3:1:1"]);
    // What comes behind the fault is found as it stands.
    let torn = format!("%PDF-1.7\n{hidden}\ntorn\n{plain}\n");
    let (places, troubles) = read(torn.as_bytes());
    assert_eq!(places, [":4:1", "!/page 2:1:1"]);
    assert_eq!(troubles, [": not all of its text was read: torn"]);
}

#[test]
fn without_somebody_who_reads_it_a_pdf_is_named() {
    let code = made_up(Format::Standard, 3);
    for (start, named) in [("%PDF-1.7\n", true), ("SQLite format 3\0", false), ("GIF89a", false)] {
        let (places, troubles) = said("a", format!("{start}\n{code}").as_bytes());
        assert_eq!((places.len(), troubles.len()), (1, usize::from(named)), "{troubles:?}");
    }
}
