//! Objects that others are deltas of, kept for a while: neighbours in a pack share them.

use std::collections::VecDeque;

use gix_object::Kind;
use gix_odb::pack::cache::DecodeEntry;

/// How many are kept, and how many bytes of them.
const MOST: usize = 64;
const BYTES: usize = 16 << 20;

/// What was read last, newest at the end.
#[derive(Default)]
pub(super) struct Recent {
    kept: VecDeque<Kept>,
    bytes: usize,
}

struct Kept {
    place: (u32, u64),
    data: Vec<u8>,
    kind: Kind,
    packed: usize,
}

impl DecodeEntry for Recent {
    fn put(&mut self, pack: u32, offset: u64, data: &[u8], kind: Kind, packed: usize) {
        if data.len() > BYTES {
            return;
        }
        self.bytes += data.len();
        self.kept.push_back(Kept { place: (pack, offset), data: data.to_vec(), kind, packed });
        while self.bytes > BYTES || self.kept.len() > MOST {
            self.bytes -= self.kept.pop_front().map_or(self.bytes, |old| old.data.len());
        }
    }

    fn get(&mut self, pack: u32, offset: u64, out: &mut Vec<u8>) -> Option<(Kind, usize)> {
        let found = self.kept.iter().rev().find(|kept| kept.place == (pack, offset))?;
        out.clear();
        out.extend_from_slice(&found.data);
        Some((found.kind, found.packed))
    }
}
