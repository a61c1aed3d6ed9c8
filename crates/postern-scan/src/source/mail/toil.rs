//! How long a message would hold up its parser: that looks for the end of each packed word (RFC 2047) in all that is
//! left of a field, and for each part in base64 asks for as much memory as is left of the message.

use memchr::memchr2_iter;

/// The most bytes in which ends of words are looked for: a second or two. Words of people take no more than there are
/// bytes.
const SOUGHT: u64 = 1 << 30;
/// The most memory that is asked for in parts, all of them together: a second.
const ASKED: u64 = 64 << 30;

/// Whether it would be too long.
pub(super) fn is_too_much(bytes: &[u8]) -> bool {
    let parts = (parts(bytes) as u64).saturating_mul(bytes.len() as u64);
    parts > ASKED || sought(bytes) > SOUGHT
}

/// How many parts may be in base64.
fn parts(bytes: &[u8]) -> usize {
    let is_named = |at: &usize| {
        bytes.get(*at..at + b"base64".len()).is_some_and(|word| word.eq_ignore_ascii_case(b"base64"))
    };
    memchr2_iter(b'b', b'B', bytes).filter(is_named).count()
}

/// In how many bytes the ends of words would be looked for: from each that begins to the next end of one, or of its
/// field. Read from behind, as each is known then.
fn sought(bytes: &[u8]) -> u64 {
    let (mut end, mut sought) = (bytes.len(), 0);
    for at in memchr2_iter(b'?', b'\n', bytes).rev() {
        let (is_line, next) = (bytes.get(at) == Some(&b'\n'), bytes.get(at + 1));
        if !is_line && at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'=') {
            sought += (end - at) as u64;
        }
        let is_folded = matches!(next, Some(b' ' | b'\t'));
        if (is_line && !is_folded) || (!is_line && next == Some(&b'=')) {
            end = at;
        }
    }
    sought
}

#[cfg(test)]
mod tests {
    use super::is_too_much;

    #[test]
    fn words_without_an_end_are_too_much_and_others_are_not() {
        let is = |word: &str, end: &str| {
            is_too_much(format!("Subject: {}{end}\r\n", word.repeat(200_000)).as_bytes())
        };
        for end in ["", "?=", "\r\n\tx?="] {
            assert!(is("=?a?b?x", end) && is("=?ab?q?x\r\n ", end), "{end}");
        }
        for word in ["=?utf-8?b?YWI=?= ", "=?ab?q?a?=\r\n\t", "=?ab?q?x\r\n", "text "] {
            assert!(!is(word, "?="), "{word}");
        }
    }

    #[test]
    fn very_many_parts_in_base64_are_too_much() {
        let parts = |count| "--c\nContent-Transfer-Encoding: Base64\n\nYQ==\n".repeat(count);
        assert!(is_too_much(parts(50_000).as_bytes()) && !is_too_much(parts(20_000).as_bytes()));
    }
}
