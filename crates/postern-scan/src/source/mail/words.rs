//! Words that are packed in base64 in the fields of a header (RFC 2047). Those in quoted-printable are read as they
//! stand.

use mail_parser::Message;
use mail_parser::decoders::base64::base64_decode;
use memchr::memmem;

use super::quoted::decoded;

/// The fields of a message and of its parts that have such words, unpacked, a line each.
pub(super) fn unpacked(message: &Message<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    let fields = message.parts.iter().flat_map(|part| &part.headers);
    for field in fields {
        let (from, to) = (field.offset_start as usize, field.offset_end as usize);
        let bytes = message.raw_message.get(from..to).unwrap_or_default();
        let is_packed = memmem::find_iter(bytes, b"=?").next().is_some()
            && [b"?B?", b"?b?"].iter().any(|mark| memmem::find(bytes, *mark).is_some());
        if is_packed {
            words(bytes, &mut text);
            text.push(b'\n');
        }
    }
    text
}

/// A field with its words unpacked. What is white between two of them belongs to neither.
fn words(mut field: &[u8], text: &mut Vec<u8>) {
    let mut is_behind = false;
    while let Some(at) = memmem::find(field, b"=?") {
        let (before, rest) = field.split_at(at);
        let Some((word, behind)) = word(rest) else {
            text.extend_from_slice(before);
            text.extend_from_slice(b"=?");
            field = rest.get(2..).unwrap_or_default();
            is_behind = false;
            continue;
        };
        if !(is_behind && before.trim_ascii().is_empty()) {
            text.extend_from_slice(before);
        }
        text.extend(word);
        (field, is_behind) = (behind, true);
    }
    text.extend_from_slice(field.trim_ascii_end());
}

/// A word at the beginning, unpacked, and what stands behind it.
fn word(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut parts = bytes.get(2..)?.splitn(3, |byte| *byte == b'?');
    let (_charset, packing, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let end = memmem::find(rest, b"?=")?;
    let (inner, behind) = (rest.get(..end)?, rest.get(end + 2..)?);
    let word = match packing {
        b"B" | b"b" => base64_decode(inner)?,
        b"Q" | b"q" => {
            let spaced: Vec<u8> = inner.iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
            decoded(&spaced)
        }
        _ => return None,
    };
    Some((word, behind))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_joined_and_other_text_is_kept() {
        let joined = |field: &str| {
            let mut text = Vec::new();
            words(field.as_bytes(), &mut text);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(joined(" Re: =?utf-8?B?YWI=?=\r\n =?utf-8?q?c_=3D?= d\r\n"), " Re: abc = d");
        assert_eq!(joined("=?utf-8?B?YWI=?= and =?utf-8?B?YWI=?="), "ab and ab");
        assert_eq!(joined("=?=?utf-8?B?YWI=?= =?no word"), "=?ab =?no word");
        assert_eq!(joined("=?utf-8?B?"), "=?utf-8?B?");
    }
}
