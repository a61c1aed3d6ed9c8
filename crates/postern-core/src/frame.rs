//! Unambiguous framing of byte strings: what every keyed hash of the product is computed over.

/// Joins `parts` so that no two different lists give the same bytes: a big-endian `u32` count, then for
/// each part its big-endian `u32` length and its bytes (`docs/code-formats.md`).
#[must_use]
pub fn frame(parts: &[&[u8]]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(4 + parts.iter().map(|part| part.len() + 4).sum::<usize>());
    framed.extend(length(parts.len()));
    for part in parts {
        framed.extend(length(part.len()));
        framed.extend_from_slice(part);
    }
    framed
}

/// Lengths fit: every caller frames bounded input (bodies end at 64 KiB), and saturation would only ever
/// make two over-long inputs differ by their bytes.
fn length(n: usize) -> [u8; 4] {
    u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::frame;

    #[test]
    fn moving_a_byte_between_parts_changes_the_frame() {
        assert_ne!(frame(&[b"ab", b"c"]), frame(&[b"a", b"bc"]));
        assert_ne!(frame(&[b"", b"a"]), frame(&[b"a"]));
    }
}
