//! UTF-16 of either byte order, told by its many zero bytes.

use memchr::memchr_iter;

use super::View;

/// The readings in little and big endian, where at least one byte in eight is zero and most of them stand on one side.
pub(super) fn views(bytes: &[u8]) -> Vec<View> {
    if !is_wide(bytes) {
        return Vec::new();
    }
    let zeros = memchr_iter(0, bytes).count();
    let odd = memchr_iter(0, bytes).filter(|at| at % 2 == 1).count();
    // A window may begin inside a character: both sides are read unless one is clearly meant.
    let sides = [
        (odd * 4 >= zeros, u16::from_le_bytes as fn([u8; 2]) -> u16),
        (odd * 4 <= zeros * 3, u16::from_be_bytes),
    ];
    sides.into_iter().filter(|(meant, _)| *meant).map(|(_, unit)| narrow(bytes, unit)).collect()
}

/// Whether at least one byte in eight is zero.
pub(crate) fn is_wide(bytes: &[u8]) -> bool {
    let zeros = memchr_iter(0, bytes).count();
    zeros > 0 && zeros >= bytes.len() / 8
}

fn narrow(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> View {
    // Two bytes are three at the most.
    let mut view = View::with_room(bytes.len() + bytes.len() / 2 + 4);
    let (pairs, _) = bytes.as_chunks::<2>();
    let mut at = 0;
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        at += 2 * character.len_utf16();
        view.put(character.encode_utf8(&mut [0; 4]).as_bytes(), at);
    }
    view
}
