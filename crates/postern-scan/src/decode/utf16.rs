//! UTF-16 of either byte order, told by its many zero bytes, or by rows of zeros in other bytes.

use memchr::memchr_iter;

use super::View;

/// The fewest ASCII characters in a row that make an island: fewer than any code has with its prefix.
const ISLAND: usize = 12;

/// The readings in little and big endian, where at least one byte in eight is zero and most of them stand on one side.
/// Elsewhere those of the islands, if there are any.
pub(super) fn views(bytes: &[u8]) -> Vec<View> {
    if !is_wide(bytes) {
        return islands(bytes);
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
fn is_wide(bytes: &[u8]) -> bool {
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

/// ASCII in UTF-16 among other bytes: in a binary file, between characters of other scripts, in one line of a log. In
/// little endian and in big endian, a line each.
fn islands(bytes: &[u8]) -> Vec<View> {
    let rows = rows(bytes);
    if rows.is_empty() {
        return Vec::new();
    }
    // The characters stand before their zeros, or behind them.
    [0, 2].map(|behind| island(bytes, &rows, behind)).into()
}

fn island(bytes: &[u8], rows: &[(usize, usize)], behind: usize) -> View {
    let zeros: usize = rows.iter().map(|row| length(*row)).sum();
    let mut view = View::with_room(zeros + rows.len());
    for (first, last) in rows {
        let characters = (*first..=*last).step_by(2).filter_map(|zero| {
            let at = (zero + behind).checked_sub(1)?;
            Some((at, bytes.get(at)?))
        });
        for (at, character) in characters {
            view.put(b"", at);
            view.put(&[if character.is_ascii() { *character } else { b' ' }], at + 1);
        }
        view.keep(b"\n");
    }
    view
}

/// How many zeros a row has.
const fn length((first, last): (usize, usize)) -> usize {
    (last - first) / 2 + 1
}

/// Rows of zeros with one other byte between two: the first and the last of each.
fn rows(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut rows, mut row) = (Vec::new(), None::<(usize, usize)>);
    let mut close = |row: Option<(usize, usize)>| {
        rows.extend(row.filter(|row| length(*row) >= ISLAND));
    };
    for zero in memchr_iter(0, bytes) {
        row = match row {
            Some((first, last)) if zero == last + 2 => Some((first, zero)),
            other => {
                close(other);
                Some((zero, zero))
            }
        };
    }
    close(row);
    rows
}
