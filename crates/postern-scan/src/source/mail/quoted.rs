//! Quoted-printable (RFC 2045), taken as it comes: what is no escape stands for itself.

/// What these bytes stand for.
pub(super) fn decoded(mut bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    while let Some((byte, behind)) = bytes.split_first() {
        bytes = behind;
        match (byte, behind) {
            (b'=', [b'\n', after @ ..] | [b'\r', b'\n', after @ ..]) => bytes = after,
            (b'=', [high, low, after @ ..]) if let Some(byte) = byte_of(*high, *low) => {
                decoded.push(byte);
                bytes = after;
            }
            _ => decoded.push(*byte),
        }
    }
    decoded
}

/// The byte that two digits stand for.
fn byte_of(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn escapes_are_undone_and_the_rest_is_kept() {
        assert_eq!(decoded(b"a=3D\rb=\r\nc=\nd=e9=zz\n="), b"a=\rbcd\xe9=zz\n=");
    }
}
