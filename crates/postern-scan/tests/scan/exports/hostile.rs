//! Exports that are broken, cut, or made to hold a scan up.

use std::io::Read;

use postern_scan::{Confidence, input};
use serde_json::json;

use super::code;
use crate::archives::{said, told};
use crate::site::{Heard, found, scanner};

fn day(count: u64) -> Vec<u8> {
    let message =
        |number: u64| json!({ "type": "message", "ts": format!("{number}.0"), "text": code(number) });
    serde_json::to_vec(&(1..=count).map(message).collect::<Vec<_>>()).unwrap()
}

#[test]
fn an_export_that_is_cut_is_named_and_its_codes_are_found() {
    let whole = day(3);
    for length in (1..whole.len()).step_by(5) {
        let cut = &whole[..length];
        let (findings, troubles) = told("day.json", cut);
        assert_eq!(findings.len(), found(cut).len(), "{length}");
        assert!(troubles.len() <= 1, "{length} {troubles:?}");
        // As soon as it can be told for one.
        if length > 90 {
            assert_eq!(troubles.len(), 1, "{length}");
            assert!(
                troubles[0].why.contains("Slack") && troubles[0].why.contains("middle"),
                "{}",
                troubles[0].why
            );
        }
    }
}

#[test]
fn what_comes_behind_a_break_is_plain() {
    let mut broken = day(2);
    broken.pop();
    broken.extend_from_slice(format!("}}, oh, and {}", code(3)).as_bytes());
    let (places, troubles) = said("day.json", &broken);
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert!(troubles[0].contains("ends that did not begin"), "{troubles:?}");
    assert_eq!(places.len(), 3, "{places:?}");
    assert!(places[0].starts_with(':') && places[1].starts_with("message 1.0:"), "{places:?}");
}

#[test]
fn lines_behind_a_broken_line_have_names_again() {
    let line = |number: u64| json!({ "type": "post", "post": { "channel": "c", "create_at": number, "message": code(number) } });
    let lines = format!("{}\n{{\"type\": ]{}\n{}\n", line(1), code(2), line(3));
    let (places, troubles) = said("import.jsonl", lines.as_bytes());
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert_eq!(places.len(), 3, "{places:?}");
    assert!(places[1].starts_with("post in channel c at 1:1:"), "{places:?}");
    assert!(places[2].starts_with("post in channel c at 3:3:"), "{places:?}");
}

#[test]
fn nesting_has_an_end() {
    let begin = r#"[{"ts":"1.0","type":"message","text":""#;
    for open in ["[", "{\"a\":"] {
        let deep = format!("{begin}{}\",\"blocks\":{}", code(1), open.repeat((10 << 20) / open.len()));
        let (findings, troubles) = told("day.json", deep.as_bytes());
        assert_eq!((findings.len(), troubles.len()), (1, 1), "{troubles:?}");
        assert!(troubles[0].why.contains("nested too deep"), "{}", troubles[0].why);
    }
    let deep = format!("<en-export><note>{}{}", code(1), "<a>".repeat((10 << 20) / 3));
    let (findings, troubles) = told("x.enex", deep.as_bytes());
    assert_eq!((findings.len(), troubles.len()), (1, 1), "{troubles:?}");
    assert!(troubles[0].why.contains("nested too deep"), "{}", troubles[0].why);
}

#[test]
fn records_without_end_are_not_held() {
    let mut many = br#"[{"ts":"1.0","type":"message","text":""},"#.to_vec();
    many.extend_from_slice(&b"{},".repeat(3 << 20));
    many.extend_from_slice(format!("{{\"text\":\"{}\",\"ts\":\"2.0\"}}]", code(1)).as_bytes());
    let (places, troubles) = said("day.json", &many);
    assert!(troubles.is_empty(), "{troubles:?}");
    assert!(
        places[0].is_empty() || places[0].starts_with("message 2.0:") || places[0].starts_with(':'),
        "{places:?}"
    );
}

#[test]
fn entities_of_the_file_are_not_expanded() {
    let bomb = format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE en-export [\n <!ENTITY a \"]>{0}\">\n <!ENTITY b \"{1}\">\n <!ENTITY x \
         SYSTEM \"file:///etc/passwd\">\n]>\n<en-export><note>&b;&x;<content>{2}</content><created>now</created></note></en-export>\n",
        "lol".repeat(10),
        "&a;".repeat(1000),
        code(1)
    );
    let (places, troubles) = said("x.enex", bomb.as_bytes());
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(places.len(), 1);
    assert!(places[0].starts_with("note of now:7:"), "{places:?}");
}

#[test]
fn sections_without_end_are_read_as_far_as_they_go() {
    let endless = format!("<en-export><note><content><![CDATA[{}{}", "]]".repeat(1 << 20), code(1));
    let (findings, troubles) = told("x.enex", endless.as_bytes());
    assert_eq!((findings.len(), troubles.len()), (1, 1), "{troubles:?}");
    let many = "<![CDATA[".repeat(1 << 18) + &code(2);
    let (findings, troubles) = told("x.enex", format!("<en-export>{many}").as_bytes());
    assert_eq!((findings.len(), troubles.len()), (1, 1), "{troubles:?}");
}

#[test]
fn bytes_that_are_no_text_are_no_fault() {
    let mut bytes = br#"[{"ts":"1.0","type":"message","text":"#.to_vec();
    bytes.extend_from_slice(b"\"\xff\xfe\xc3 ");
    bytes.extend_from_slice(format!("{} \\ud800 \\u00zz \",\"x\":\"", code(1)).as_bytes());
    bytes.extend_from_slice(b"\xff\"}]");
    let (places, troubles) = said("day.json", &bytes);
    assert!(troubles.is_empty(), "{troubles:?}");
    assert!(places[0].starts_with("message 1.0:1:"), "{places:?}");
}

#[test]
fn a_name_that_is_a_code_is_not_shown() {
    let message = json!([{ "type": "message", "text": "x", "ts": code(1) }]);
    let (places, _) = said("day.json", &serde_json::to_vec(&message).unwrap());
    assert!(places[0].starts_with("message number 1:"), "{places:?}");
    let escaped = String::from_utf8(serde_json::to_vec(&message).unwrap()).unwrap().replace('-', "&#45;");
    let (places, _) = said("day.json", escaped.as_bytes());
    assert!(places[0].starts_with("message number 1:"), "{places:?}");
}

/// Gives a begin, then so many bytes of one kind, then an end.
struct Long {
    begin: Vec<u8>,
    left: u64,
    end: Vec<u8>,
}

impl Read for Long {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let part = if self.begin.is_empty() && self.left == 0 { &mut self.end } else { &mut self.begin };
        if part.is_empty() && self.left > 0 {
            let read = room.len().min(usize::try_from(self.left).unwrap());
            room[..read].fill(b'x');
            self.left -= read as u64;
            return Ok(read);
        }
        let read = part.len().min(room.len());
        room[..read].copy_from_slice(&part.drain(..read).collect::<Vec<u8>>());
        Ok(read)
    }
}

/// The most memory that this process had, in bytes.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

#[test]
fn a_text_longer_than_the_memory_allowed_is_not_held() {
    for (left, begin, end, expected) in [
        (256 << 20, r#"[{"type":"message","ts":"1.0","text":""#, format!(" {}\"}}]", code(1)), "message 1.0"),
        (
            64 << 20,
            "<en-export><note><created>now</created><content>",
            format!(" {}</content></note></en-export>", code(1)),
            "note of now",
        ),
        (
            64 << 20,
            "name,url,username,password,note\na,b,c,d,\"",
            format!(" {}\"\n", code(1)),
            "row number 1",
        ),
    ] {
        let mut long = Long { begin: begin.into(), left, end: end.into_bytes() };
        let heard = Heard::default();
        input(&scanner(), "(stdin)", &mut long, &|told| heard.hear(told));
        let (findings, troubles) = heard.end();
        assert!(troubles.is_empty(), "{troubles:?}");
        assert_eq!(findings.len(), 1, "{expected}");
        assert_eq!(findings[0].place.origin.parts, [expected]);
        assert_eq!(findings[0].confidence, Confidence::Certain);
    }
    if cfg!(target_os = "linux") {
        assert!(most_memory() < 200 << 20, "{} bytes", most_memory());
    }
}
