//! Mail: bodies, attachments and mailboxes.

use postern_codes::Format;

use crate::archives::said;
use crate::site::made_up;

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
