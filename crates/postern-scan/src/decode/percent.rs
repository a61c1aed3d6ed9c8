//! What stands between the groups of a code in an address: `%20`, `%2D`, line ends.

use memchr::memchr_iter;

use super::View;
use super::meant::Meant;

/// The reading without them, if there are any.
pub(super) fn view(bytes: &[u8]) -> Option<View> {
    View::undone(
        bytes,
        memchr_iter(b'%', bytes).filter_map(|at| Some((at, (meant(bytes.get(at..at + 3)?)?, 3)))),
    )
}

fn meant(bytes: &[u8]) -> Option<Meant> {
    match bytes {
        b"%20" => Some(Meant::Byte(b' ')),
        b"%2D" | b"%2d" => Some(Meant::Byte(b'-')),
        b"%0A" | b"%0a" | b"%0D" | b"%0d" => Some(Meant::Byte(b'\n')),
        _ => None,
    }
}
