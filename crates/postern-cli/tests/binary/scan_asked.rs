//! `postern scan --server`: what it asks about, what it tells of the answers, and what it tells without one.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::POSTERN;

/// From the vectors: made up.
const CODES: [&str; 2] = ["PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", "PSTN-63WPW-JZ4QH-YY1MQ-VYE5B-517QR"];

/// A service that has these answers, one for each request, and is gone after the last.
fn service(answers: Vec<(u16, Value)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut listener = (!answers.is_empty()).then_some(listener);
    std::thread::spawn(move || {
        let last = answers.len();
        for (at, (status, answer)) in answers.into_iter().enumerate() {
            let (stream, _) = listener.as_ref().unwrap().accept().unwrap();
            listener.take_if(|_| at + 1 == last);
            answer_one(stream, status, &answer);
        }
    });
    url
}

/// Reads a request to its end, and answers it.
fn answer_one(mut stream: TcpStream, status: u16, answer: &Value) {
    let mut request = BufReader::new(stream.try_clone().unwrap());
    let (mut line, mut length) = (String::new(), 0);
    while request.read_line(&mut line).unwrap() > 2 {
        if let Some(said) = line.to_lowercase().strip_prefix("content-length:") {
            length = said.trim().parse().unwrap();
        }
        line.clear();
    }
    request.read_exact(&mut vec![0; length]).unwrap();
    let answer = answer.to_string();
    let head =
        format!("HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", answer.len());
    stream.write_all((head + &answer).as_bytes()).unwrap();
}

/// An answer about as many codes, the rest of them on the next page.
fn said(outcomes: &[Value], next: Option<&str>) -> (u16, Value) {
    (200, json!({ "items": outcomes, "next": next }))
}

/// A folder with these codes, a file each, a digest key, and the key of an application.
fn folder(codes: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    codes.iter().enumerate().for_each(|(at, code)| write(&format!("data/{at}"), code));
    write("digests", "sixteen bytes and more");
    write("key", "made up");
    folder
}

/// What a scan of it ends with, its lines, and what standard error says.
fn scan(folder: &Path, more: &[&str]) -> (Option<i32>, Vec<Value>, String) {
    let mut command = Command::new(POSTERN);
    command.args(["scan", "data", "--json", "--digest-key", "digests"]).args(more);
    let output = command.current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code(), lines, String::from_utf8(output.stderr).unwrap())
}

fn asking(folder: &Path, url: &str, more: &[&str]) -> (Option<i32>, Vec<Value>, String) {
    scan(folder, &[&["--server", url, "--key-file", "key"], more].concat())
}

/// What the lines say of the codes, and what the summary counts.
fn standings(lines: &[Value]) -> Vec<Option<&str>> {
    let found = lines.iter().filter(|line| line["kind"] == "finding");
    found.map(|line| line["standing"].as_str()).collect()
}

#[test]
fn a_live_code_is_told_though_the_baseline_knows_it() {
    let folder = folder(&CODES[..1]);
    let (_, known, _) = scan(folder.path(), &[]);
    let known: Vec<String> = known.iter().map(Value::to_string).collect();
    std::fs::write(folder.path().join("known"), known.join("\n")).unwrap();
    let again = |outcome: Value| {
        let url = service(vec![said(&[outcome], None)]);
        asking(folder.path(), &url, &["--baseline", "known"])
    };
    for (outcome, told) in [
        (json!({ "outcome": "live", "revoked": true }), "live, now revoked"),
        (json!({ "outcome": "live" }), "live"),
    ] {
        let (code, lines, said) = again(outcome);
        assert_eq!((code, standings(&lines)), (Some(1), vec![Some(told)]), "{said}");
        assert_eq!(lines.last().unwrap()["known"], 0);
    }
    for outcome in ["spent", "old", "not_ours"] {
        let (code, lines, said) = again(json!({ "outcome": outcome }));
        assert_eq!((code, standings(&lines)), (Some(0), Vec::new()), "{said}");
        assert_eq!(lines.last().unwrap()["known"], 1);
    }
}

#[test]
fn without_an_answer_everything_is_told_and_the_silence_is_named() {
    let folder = folder(&CODES);
    let refused = json!({ "type": "urn:postern:problem:forbidden", "detail": "The key may not do that." });
    for (answers, why) in [(Vec::new(), "no service answers"), (vec![(403, refused)], "may not do that")] {
        let (code, lines, trouble) = asking(folder.path(), &service(answers), &[]);
        assert_eq!((code, standings(&lines)), (Some(1), vec![None, None]), "{trouble}");
        let summary = lines.last().unwrap();
        assert_eq!((&summary["kind"], &summary["findings"]), (&json!("summary"), &json!(2)));
        assert_eq!(summary["not_read"], 1);
        assert!(trouble.contains("no answer about 2 of 2 codes: ") && trouble.contains(why), "{trouble}");
    }
}

#[test]
fn who_cannot_ask_as_told_is_told_so_before_anything_is_scanned() {
    let folder = folder(&CODES[..1]);
    let only_told_why = |lines: &[Value]| lines.len() == 1 && lines[0]["error"] == "usage";
    let (code, lines, said) = asking(folder.path(), "https://postern.test", &["--authority", "absent"]);
    assert!(code == Some(2) && only_told_why(&lines), "{lines:?} {said}");
    // The key is not taken from what is to be scanned.
    let (code, lines, said) = scan(folder.path(), &["--stdin", "--server", "http://127.0.0.1:1"]);
    assert!(code == Some(2) && only_told_why(&lines), "{lines:?} {said}");
    assert!(said.contains("--key-file"), "{said}");
}

#[test]
fn a_scan_that_could_not_ask_does_not_say_that_all_is_well() {
    // Without its prefix it is not as sure as the scan is told to fail on.
    let folder = folder(&[CODES[0].strip_prefix("PSTN-").unwrap()]);
    let unsure = ["--fail-on", "certain"];
    assert_eq!(
        asking(folder.path(), &service(vec![said(&[json!({ "outcome": "old" })], None)]), &unsure).0,
        Some(1)
    );
    assert_eq!(
        asking(folder.path(), &service(vec![said(&[json!({ "outcome": "not_ours" })], None)]), &unsure).0,
        Some(0)
    );
    assert_eq!(asking(folder.path(), &service(Vec::new()), &unsure).0, Some(2));
}

#[test]
fn what_is_known_when_the_service_goes_is_told() {
    let folder = folder(&CODES);
    let first = said(
        &[json!({ "outcome": "live", "revoked": true }), json!({ "outcome": "undecided" })],
        Some("half"),
    );
    let (code, lines, trouble) = asking(folder.path(), &service(vec![first]), &[]);
    let mut told = standings(&lines);
    told.sort_unstable();
    assert_eq!((code, told), (Some(1), vec![None, Some("live, now revoked")]), "{trouble}");
    assert_eq!(lines.last().unwrap()["kind"], "summary");
    assert!(trouble.contains("no answer about 1 of 2 codes: "), "{trouble}");
}

#[test]
fn a_service_that_is_busy_is_asked_again() {
    let folder = folder(&CODES[..1]);
    let busy = (429, json!({ "type": "urn:postern:problem:too-many-requests" }));
    let url = service(vec![busy, said(&[json!({ "outcome": "spent" })], None)]);
    let (code, lines, trouble) = asking(folder.path(), &url, &[]);
    assert_eq!((code, standings(&lines)), (Some(1), vec![Some("spent")]), "{trouble}");
}
