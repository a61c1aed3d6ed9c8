//! `postern scan` on documents that it reads in a process of its own, on history, and on pictures.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::POSTERN;

/// From the vectors: made up.
const CODE: &str = "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2";
/// The same code, drawn.
const PICTURE: &[u8] = include_bytes!("pictures/code.png");

fn scan(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let command =
        Command::new(POSTERN).arg("scan").args(arguments).current_dir(folder).stdin(Stdio::null()).output();
    let Output { status, stdout, stderr } = command.unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A PDF of one page that shows this.
fn pdf(shown: &str) -> Vec<u8> {
    let content = format!("BT /F1 12 Tf 72 700 Td {shown} ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (number, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", text.len());
        text += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let from = text.len();
    text += &format!("xref\n0 6\n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{from}\n%%EOF\n");
    text.into_bytes()
}

/// The code in strings of their own, as programs draw it.
fn drawn() -> String {
    let strings: Vec<String> = CODE.split('-').map(|group| format!("({group})")).collect();
    format!("(Codes) Tj 0 -14 Td [{}] TJ", strings.join(" -20 (-) 20 "))
}

#[test]
fn a_pdf_is_read_by_page_and_a_damaged_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("sheet.pdf"), pdf(&drawn())).unwrap();
    let (code, found, said) = scan(folder.path(), &["."]);
    assert_eq!(code, Some(1), "{said}");
    assert!(found.contains("sheet.pdf!/page 1:2:1"), "{found}");
    fs::write(folder.path().join("sheet.pdf"), &pdf(&drawn())[..200]).unwrap();
    let (code, found, said) = scan(folder.path(), &["."]);
    assert_eq!(code, Some(2), "{found}");
    assert_eq!(said.matches("not read:").count(), 1, "{said}");
}

#[test]
fn a_pdf_that_unpacks_without_end_is_ended_and_the_rest_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    // Arrays in arrays: what reads them goes as deep as they are.
    let deep = format!("%PDF-1.4\n1 0 obj\n{}\nendobj\n", "[".repeat(4 << 20));
    fs::write(folder.path().join("deep.pdf"), deep).unwrap();
    fs::write(folder.path().join("long.pdf"), [pdf("(x) Tj"), vec![b'%'; 65 << 20]].concat()).unwrap();
    fs::write(folder.path().join("note"), CODE).unwrap();
    let (code, found, said) = scan(folder.path(), &["."]);
    assert_eq!((code, found.matches("6N…").count()), (Some(1), 1), "{found}");
    assert_eq!(said.matches("not read:").count(), 2, "{said}");
    assert!(said.contains("longer than 64 MiB"), "{said}");
}

#[test]
fn history_is_read_with_what_was_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(folder.path()).args(["-c", "user.name=A", "-c", "user.email=a@example.org"]);
        assert!(command.args(arguments).status().unwrap().success(), "{arguments:?}");
    };
    git(&["init", "--quiet"]);
    fs::write(folder.path().join("note"), CODE).unwrap();
    git(&["add", "note"]);
    git(&["commit", "--quiet", "--message", "kept"]);
    fs::remove_file(folder.path().join("note")).unwrap();
    git(&["commit", "--quiet", "--all", "--message", "gone"]);
    let (code, found, said) = scan(folder.path(), &["--git", "."]);
    assert_eq!(code, Some(1), "{said}");
    assert!(found.contains(":note:1:1"), "{found}");
    assert_eq!(scan(folder.path(), &["--git", "absent"]).0, Some(2));
}

#[test]
fn pictures_are_read_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("code.png"), PICTURE).unwrap();
    assert_eq!(scan(folder.path(), &["."]).0, Some(0));
    let (code, found, said) = scan(folder.path(), &[".", "--ocr"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(found.contains("code.png:1:1"), "{found}");
    // Half of a picture is named.
    fs::write(folder.path().join("code.png"), &PICTURE[..60]).unwrap();
    let (code, _, said) = scan(folder.path(), &[".", "--ocr"]);
    assert_eq!((code, said.matches("not read:").count()), (Some(2), 1), "{said}");
}

/// What the system holds a reader to once it reads.
fn limits(kind: &str) -> String {
    let mut command = Command::new(POSTERN);
    command.args(["document", kind]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut reader = command.spawn().unwrap();
    // More than a pipe holds: it has read some of it.
    reader.stdin.as_mut().unwrap().write_all(&vec![b'x'; 1 << 20]).unwrap();
    let limits = fs::read_to_string(format!("/proc/{}/limits", reader.id())).unwrap();
    reader.wait().unwrap();
    limits
}

#[test]
fn a_reader_opens_nothing_and_starts_nothing() {
    for kind in ["pdf", "sqlite"] {
        let limits = limits(kind);
        // Of files it is the first number that none may have: with 3, whoever closes a stream opens one in its place.
        for what in ["Max open files", "Max processes", "Max file size", "Max core file size"] {
            let most = limits.lines().find_map(|line| line.strip_prefix(what)).unwrap();
            assert_eq!(most.split_whitespace().take(2).collect::<Vec<_>>(), ["0", "0"], "{kind}: {what}");
        }
    }
}

#[test]
fn a_reader_limits_itself_and_is_not_shown() {
    let help = Command::new(POSTERN).arg("--help").output().unwrap();
    assert!(!String::from_utf8(help.stdout).unwrap().contains("document"));
    let unknown = Command::new(POSTERN).args(["document", "other"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    let empty = Command::new(POSTERN).args(["document", "pdf"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(empty.status.code(), Some(1));
    assert_eq!(String::from_utf8(empty.stderr).unwrap().lines().count(), 1);
}
