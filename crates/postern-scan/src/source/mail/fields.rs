//! How messages begin: with fields of a header (RFC 5322), whatever a program put in front of them.

use crate::source::kind::HEAD;

/// Fields that messages begin with, in lower case.
const KNOWN: [&str; 27] = [
    "return-path",
    "received",
    "delivered-to",
    "message-id",
    "mime-version",
    "from",
    "to",
    "date",
    "subject",
    "reply-to",
    "sender",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "authentication-results",
    "cc",
    "bcc",
    "envelope-to",
    "in-reply-to",
    "references",
    "user-agent",
    "organization",
    "importance",
    "priority",
    "precedence",
    "status",
    "auto-submitted",
];

/// And how others begin.
const BEGUN: [&str; 5] = ["x-", "arc-", "list-", "resent-", "thread-"];

/// Where a message begins: behind a byte order mark, a line with its length (Apple's `emlx`), and empty lines.
pub(in crate::source) fn begin(bytes: &[u8]) -> usize {
    let rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (line, behind) = split(rest);
    let is_length =
        line.len() <= 20 && line.trim_ascii().iter().all(u8::is_ascii_digit) && !line.trim_ascii().is_empty();
    let mut rest = if is_length { behind.unwrap_or_default() } else { rest };
    while let (b"" | b"\r", Some(behind)) = split(rest) {
        rest = behind;
    }
    bytes.len() - rest.len()
}

/// Whether these are the first bytes of a message.
pub(in crate::source) fn is_message(head: &[u8]) -> bool {
    let rest = head.get(begin(head)..).unwrap_or_default();
    let goes_on = head.len() >= HEAD;
    is_field(rest)
        && match split(rest) {
            (_, None) => goes_on,
            (_, Some([])) => goes_on,
            (_, Some(second)) => {
                matches!(second, [b' ' | b'\t', ..]) || is_field(second) || may_be_field(second, goes_on)
            }
        }
}

/// Whether a mailbox begins like this: a line of its own in front of a message.
pub(in crate::source) fn is_mailbox(head: &[u8]) -> bool {
    head.starts_with(b"From ") && split(head).1.is_some_and(is_field)
}

/// Whether a line begins with a field that messages begin with.
pub(super) fn is_field(line: &[u8]) -> bool {
    let Some(name) = name(line) else { return false };
    let begins =
        |begun: &&str| name.get(..begun.len()).is_some_and(|it| it.eq_ignore_ascii_case(begun.as_bytes()));
    KNOWN.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())) || BEGUN.iter().any(begins)
}

/// Whether a line may begin with any field, or the head ended before it could.
fn may_be_field(line: &[u8], goes_on: bool) -> bool {
    match name(line).and_then(|name| line.get(name.len() + 1..)) {
        Some(behind) => matches!(behind, [] | [b' ' | b'\t' | b'\r' | b'\n', ..]),
        None => goes_on && line.iter().all(u8::is_ascii_graphic),
    }
}

/// The name of a field: printable, up to its colon.
fn name(line: &[u8]) -> Option<&[u8]> {
    let name = line.get(..memchr::memchr(b':', line)?)?;
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some(name)
}

/// A line without its end, and what stands behind it, if it has one.
fn split(bytes: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'\n', bytes) {
        Some(end) => (bytes.get(..end).unwrap_or_default(), bytes.get(end + 1..)),
        None => (bytes, None),
    }
}

#[cfg(test)]
mod tests {
    use super::{begin, is_mailbox, is_message};

    #[test]
    fn messages_are_told_by_their_fields() {
        for head in [
            "Received: by a\r\n\twith b\r\n",
            "Bcc: a\nFrom: b\n",
            "From: a\nThread-Topic: b\n",
            "From: a\nFeedback-Whatever: b\n",
            "\u{feff}From: a\nTo: b\n",
            "\r\n\nFrom: a\nTo: b\n",
            "441       \nFrom: a\nTo: b\n",
            &format!("X-Long: {}", "k".repeat(600)),
        ] {
            assert!(is_message(&head.as_bytes()[..head.len().min(512)]), "{head}");
        }
        for head in [
            "",
            "subject: note\nto nobody",
            "From: a",
            "name: a\nsubject: b\n",
            "44\n45\n46\n",
            "to: https://example.org\nhttps://example.org\n",
        ] {
            assert!(!is_message(head.as_bytes()), "{head}");
        }
        assert_eq!(begin(b"\xef\xbb\xbf12\n\r\nFrom: a"), 8);
    }

    #[test]
    fn mailboxes_are_told_by_their_second_line() {
        assert!(is_mailbox(b"From me@example.org Thu Jan  1 00:00:00 2026\nSubject: x\n"));
        assert!(!is_mailbox(b"From here on it is text.\nAnd more.\n"));
    }
}
