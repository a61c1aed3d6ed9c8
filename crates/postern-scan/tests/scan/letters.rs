//! Mail as programs write it: what is in front of the header, how things are attached, and what is no message.

use postern_codes::Format;

use crate::archives::{said, zip};
use crate::site::made_up;

/// A code in an archive that packs it.
fn archive(number: u64) -> Vec<u8> {
    let text = format!("{}\n{}", "notes ".repeat(20), made_up(Format::Standard, number));
    zip(&[("a.txt", text.as_bytes())])
}

/// A message with an attachment, in that encoding.
fn attached(encoding: &str, body: &[u8]) -> Vec<u8> {
    let header = format!(
        "From: a\nTo: b\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=cut\n\n--cut\nContent-Type: \
         text/plain\n\nhi\n--cut\nContent-Type: application/zip; name=a.zip\n\
         Content-Transfer-Encoding: {encoding}\n\n"
    );
    [header.as_bytes(), body, b"\n--cut--\n"].concat()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = |three: &[u8]| {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(*three.get(at).unwrap_or(&0)));
        let digit = |at: usize| char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]);
        (0..4).map(|at| if at <= three.len() { digit(at) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(digits).collect()
}

/// A message with an archive in base64.
fn message(number: u64) -> Vec<u8> {
    attached("base64", base64(&archive(number)).as_bytes())
}

fn clean(name: &str, bytes: &[u8], places: &[&str]) {
    let (found, troubles) = said(name, bytes);
    assert_eq!((found.iter().map(String::as_str).collect::<Vec<_>>(), troubles), (places.to_vec(), vec![]));
}

#[test]
fn attachments_are_opened_however_they_are_written() {
    let archive = archive(1);
    let quoted: String = archive.iter().map(|byte| format!("={byte:02X}")).collect();
    let lines: Vec<&str> =
        (0..quoted.len()).step_by(72).map(|at| &quoted[at..(at + 72).min(quoted.len())]).collect();
    clean("a.eml", &attached("quoted-printable", lines.join("=\n").as_bytes()), &["a.zip!/a.txt:2:1"]);
    clean("a.eml", &attached("binary", &archive), &["a.zip!/a.txt:2:1"]);
    // Whatever it is said to be.
    let told: Vec<u8> = attached("quoted-printable", lines.join("=\n").as_bytes());
    let text = String::from_utf8(told).unwrap().replace("application/zip", "text/plain");
    clean("a.eml", text.as_bytes(), &["a.zip!/a.txt:2:1"]);
    // A text stands in the message, and is read with it.
    clean("a.eml", &attached("7bit", made_up(Format::Standard, 1).as_bytes()), &[":14:1"]);
}

#[test]
fn a_message_is_known_whatever_stands_in_front() {
    let place = ["a.zip!/a.txt:2:1"];
    for before in [
        &format!("X-Long: {}\n", "k".repeat(600)),
        "Bcc: x\n",
        "Subject: x\nThread-Topic: x\n",
        "Subject: x\nAny-Other-Field: x\n",
        "451       \n",
        "\u{feff}",
        "\n",
        "\r\n\r\n",
    ] {
        clean("a.eml", &[before.as_bytes(), &message(1)].concat(), &place);
    }
}

#[test]
fn a_line_of_a_text_divides_no_message() {
    let text = message(1);
    let text = String::from_utf8(text).unwrap();
    let from = "From a Thu Jan  1 00:00:00 2026\n";
    let one = format!("{from}{}", text.replace("\nhi\n", "\nhi\nFrom here on it is text.\nNote: more\n"));
    clean("mbox", one.as_bytes(), &["message 1!/a.zip!/a.txt:2:1"]);
    let one = format!("{from}{}", text.replace("\nhi\n", "\nhi\n\nFrom here on it is text.\nand more\n"));
    clean("mbox", one.as_bytes(), &["message 1!/a.zip!/a.txt:2:1"]);
    // Two, with an empty line between them, or none.
    let both = ["message 1!/a.zip!/a.txt:2:1", "message 2!/a.zip!/a.txt:2:1"];
    clean("mbox", format!("{from}{text}\n{from}{text}").as_bytes(), &both);
    clean("mbox", format!("{from}{text}{from}{text}").as_bytes(), &both);
}

#[test]
fn words_of_a_header_are_unpacked() {
    let code = made_up(Format::Standard, 1);
    let (first, second) = code.split_at(12);
    let subject = format!(
        "From: a\nTo: b\nSubject: =?utf-8?B?{}?=\n =?utf-8?b?{}?=\n\nhello\n",
        base64(format!("é {first}").as_bytes()),
        base64(second.as_bytes())
    );
    clean("a.eml", subject.as_bytes(), &["its header:1:4"]);
}

#[test]
fn what_was_held_of_a_message_before_a_fault_is_read() {
    let mut message = attached("7bit", made_up(Format::Standard, 1).as_bytes());
    message.resize(1 << 20, b'\n');
    let packed = crate::archives::gzip(&message);
    let (places, troubles) = said("a.eml.gz", &packed[..packed.len() - 9]);
    assert_eq!((places.len(), troubles.len()), (1, 1), "{troubles:?}");
}
