//! What a mark in a text stands for, and the reading in which each stands for it.

use super::{Joint, View};

/// What an escape, a quoted byte or a tag stands for.
pub(super) enum Meant {
    /// A byte, which may be a part of a character.
    Byte(u8),
    /// A character.
    One(char),
    /// A text, which may be empty.
    Text(&'static str),
}

impl Meant {
    fn bytes<'a>(&'a self, room: &'a mut [u8; 4]) -> &'a [u8] {
        match self {
            Self::Byte(byte) => std::slice::from_ref(byte),
            Self::One(character) => character.encode_utf8(room).as_bytes(),
            Self::Text(text) => text.as_bytes(),
        }
    }

    /// What it is between two letters, if it stands for one of them or for nothing; it is that long.
    pub(super) const fn joint(&self, length: usize) -> Option<Joint> {
        match self {
            Self::Byte(byte) => Some(Joint::Letter(*byte as char)),
            Self::One(character) => Some(Joint::Letter(*character)),
            Self::Text(text) if text.is_empty() => Some(Joint::Nothing(length)),
            Self::Text(_) => None,
        }
    }
}

impl View {
    /// The reading in which marks are what they stand for, if there are any: each with its place and its length. What
    /// begins inside of another is none.
    pub(super) fn undone(bytes: &[u8], marks: impl Iterator<Item = (usize, (Meant, usize))>) -> Option<Self> {
        let mut marks = marks.peekable();
        marks.peek()?;
        let (mut view, mut from) = (Self::with_room(bytes.len()), 0);
        for (at, (meant, length)) in marks {
            if at < from {
                continue;
            }
            view.keep(bytes.get(from..at).unwrap_or_default());
            from = at + length;
            view.put(meant.bytes(&mut [0; 4]), from);
        }
        view.keep(bytes.get(from..).unwrap_or_default());
        Some(view)
    }
}
