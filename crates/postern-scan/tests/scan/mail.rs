//! Mail: bodies, attachments and mailboxes.

use std::fs;

use postern_codes::Format;
use postern_scan::{Finding, trees};

use crate::archives::said;
use crate::site::{Heard, made_up, scanner};

/// A message with a plain part and an attachment in base64, lines of 76 characters.
fn message(attached: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let encoded: Vec<u8> =
        attached
            .chunks(3)
            .flat_map(|three| {
                let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(*three.get(at).unwrap_or(&0)));
                (0..4).map(move |at| {
                    if at <= three.len() { DIGITS[(bits >> (18 - 6 * at) & 63) as usize] } else { b'=' }
                })
            })
            .collect();
    let lines: Vec<&str> = encoded.chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!(
        "From: a@example.org\r\nTo: b@example.org\r\nSubject: codes\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"cut\"\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\n{}\r\n\
         --cut\r\nContent-Type: application/octet-stream; name=\"codes.txt\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--cut--\r\n",
        made_up(Format::Compact, 1),
        lines.join("\r\n"),
    )
}

#[test]
fn a_body_is_found_by_its_line_and_an_attachment_by_its_name() {
    let message = message(format!("two\n{}", made_up(Format::Standard, 2)).as_bytes());
    let (places, troubles) = said("kept.eml", message.as_bytes());
    assert_eq!(places, [":10:1", "codes.txt:2:1"]);
    assert!(troubles.is_empty());
}

#[test]
fn a_mailbox_is_read_message_by_message() {
    let one = message(made_up(Format::Numeric, 3).as_bytes());
    let mailbox = format!("From a Thu Jan  1 00:00:00 2026\n{one}\nFrom b Fri Jan  2 00:00:00 2026\n{one}\n");
    let (places, troubles) = said("mbox", mailbox.as_bytes());
    let expected =
        ["message 1:10:1", "message 1!/codes.txt:1:1", "message 2:10:1", "message 2!/codes.txt:1:1"];
    assert_eq!(places, expected);
    assert!(troubles.is_empty());
}

#[test]
fn mail_that_is_broken_is_read_as_far_as_it_goes() {
    let whole = message(made_up(Format::Standard, 4).as_bytes());
    for length in (0..whole.len()).step_by(7) {
        let (_, troubles) = said("cut.eml", &whole.as_bytes()[..length]);
        assert!(troubles.is_empty(), "{length} {troubles:?}");
    }
    let unending = whole.replace("--cut--", "").replace("boundary=\"cut\"", "boundary=\"other\"");
    assert_eq!(said("odd.eml", unending.as_bytes()).0, [":10:1"]);
}

#[test]
fn a_folder_of_messages_is_read_file_by_file() {
    let folder = tempfile::tempdir().unwrap();
    for inner in ["cur", "new", "tmp", ".Sent/cur"] {
        fs::create_dir_all(folder.path().join(inner)).unwrap();
    }
    let received =
        format!("Return-Path: <a@example.org>\r\nX-Original-To: b@example.org\r\n{}", message(b"none"));
    let sent = message(made_up(Format::Standard, 5).as_bytes());
    fs::write(folder.path().join("cur/1700000000.M1P2.host:2,S"), received).unwrap();
    fs::write(folder.path().join(".Sent/cur/1700000001.M3P4.host:2,RS"), sent).unwrap();
    let heard = Heard::default();
    trees(&scanner(), &[folder.path().to_path_buf()], &|told| heard.hear(told));
    let (findings, troubles) = heard.end();
    assert!(troubles.is_empty(), "{troubles:?}");
    let place = |finding: &Finding| {
        let place = &finding.place;
        let path = place.origin.path.strip_prefix(folder.path().to_str().unwrap()).unwrap().to_owned();
        (path, place.origin.parts.clone(), place.line)
    };
    let (cur, sent) =
        ("/cur/1700000000.M1P2.host:2,S".to_owned(), "/.Sent/cur/1700000001.M3P4.host:2,RS".to_owned());
    let expected = [(sent.clone(), vec![], 10), (sent, vec!["codes.txt".to_owned()], 1), (cur, vec![], 12)];
    assert_eq!(findings.iter().map(place).collect::<Vec<_>>(), expected);
}

/// A message that has another one attached, as it is.
fn forward(inner: &str) -> String {
    format!(
        "From: a@example.org\r\nTo: b@example.org\r\nSubject: Fwd\r\nMIME-Version: 1.0\r\nContent-Type: \
         multipart/mixed; boundary=\"out\"\r\n\r\n--out\r\nContent-Type: message/rfc822; name=\"fwd.eml\"\r\n\r\n{inner}\r\n--out--\r\n"
    )
}

#[test]
fn attachments_of_a_forwarded_message_are_opened() {
    let inner = message(made_up(Format::Standard, 6).as_bytes());
    let (places, troubles) = said("a.eml", forward(&inner).as_bytes());
    assert_eq!(places, [":19:1", "fwd.eml!/codes.txt:1:1"]);
    assert!(troubles.is_empty());
    // Packed as a whole, it is a message of its own.
    let packed = message(inner.as_bytes()).replace("codes.txt", "fwd.eml");
    let (places, troubles) = said("a.eml", packed.as_bytes());
    assert_eq!(places, [":10:1", "fwd.eml:10:1", "fwd.eml!/codes.txt:1:1"]);
    assert!(troubles.is_empty());
}

#[test]
fn messages_in_messages_have_an_end() {
    let code = made_up(Format::Standard, 7);
    let mut nested = format!("Subject: x\r\n\r\n{code}\r\n");
    for _ in 0..7 {
        nested = forward(&nested);
    }
    assert_eq!(said("a.eml", nested.as_bytes()).1.len(), 0);
    let many = "From: a\r\nContent-Type: message/rfc822\r\n\r\n".repeat(200_000) + &code;
    let (places, troubles) = said("a.eml", many.as_bytes());
    assert_eq!((places.len(), troubles.len()), (1, 1), "{troubles:?}");
    assert!(troubles[0].contains("too many messages"), "{troubles:?}");
}

#[test]
fn a_page_in_base64_is_read_with_its_tags() {
    let code = made_up(Format::Standard, 8);
    let page = format!("<html><td>{}</td></html>", code.replacen('-', "-</span><span class=\"x\">", 2));
    let (places, troubles) = said("a.eml", message(page.as_bytes()).as_bytes());
    assert_eq!(places, [":10:1", "codes.txt:1:11"]);
    assert!(troubles.is_empty());
}

#[test]
fn words_without_an_end_do_not_hold_up_the_scan() {
    let code = made_up(Format::Standard, 9);
    for (word, end) in [("=?a?b?x", ""), ("=?a?b?x", "?="), ("=?ab?q?x", ""), ("=?ab?q?x\r\n ", "?=")] {
        for field in ["Subject: ", "To: ", "Content-Type: a/b; name="] {
            let fields = format!("From: a@example.org\r\n{field}{}{end}\r\n\r\n", word.repeat(600_000));
            let (places, troubles) = said("a.eml", format!("{fields}{code}\r\n").as_bytes());
            assert_eq!((places.len(), troubles.len()), (1, 1), "{word} {field} {troubles:?}");
            assert!(troubles[0].contains("too long to parse"), "{troubles:?}");
        }
    }
    // One after the other, they are read.
    let words = "=?utf-8?q?nothing?=\r\n ".repeat(200_000);
    let whole = format!("From: a@example.org\r\nSubject: {words}\r\n\r\n{code}\r\n");
    assert_eq!(said("a.eml", whole.as_bytes()).1, [""; 0]);
}
