//! What stands between the groups of a code in an address: `%20`, `%2D`, line ends.

use memchr::memchr_iter;

use super::View;

/// The reading without them, if there are any.
pub(super) fn view(bytes: &[u8]) -> Option<View> {
    let mut marks =
        memchr_iter(b'%', bytes).filter_map(|at| Some((at, meant(bytes.get(at..at + 3)?)?))).peekable();
    marks.peek()?;
    let mut view = View::with_room(bytes.len());
    let mut from = 0;
    for (at, meant) in marks {
        view.keep(bytes.get(from..at).unwrap_or_default());
        from = at + 3;
        view.put(&[meant], from);
    }
    view.keep(bytes.get(from..).unwrap_or_default());
    Some(view)
}

fn meant(bytes: &[u8]) -> Option<u8> {
    match bytes {
        b"%20" => Some(b' '),
        b"%2D" | b"%2d" => Some(b'-'),
        b"%0A" | b"%0a" | b"%0D" | b"%0d" => Some(b'\n'),
        _ => None,
    }
}
