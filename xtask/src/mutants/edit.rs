//! A file with some places rewritten, each behind its switch. Lines stay where they are, so that a compiler's fault and a
//! mutant's place are read in the file as people know it.

use std::ops::Range;

/// A place that is rewritten.
pub(super) struct Edit {
    /// Bytes of the file that it stands for; empty where something is only put in.
    pub(super) at: Range<usize>,
    /// What stands there instead.
    pub(super) pieces: Vec<Piece>,
    /// The mutant that it makes.
    pub(super) mutant: u32,
}

/// A piece of what stands at a place.
pub(super) enum Piece {
    /// New text.
    New(String),
    /// A part of what stood there, with the edits inside it.
    Kept(Range<usize>),
}

/// A rewritten file.
pub(super) struct Rewritten {
    /// Its text.
    pub(super) text: String,
    /// Where each mutant stands in that text, outer ones first.
    pub(super) places: Vec<(Range<usize>, u32)>,
}

/// Rewrites a file. Edits are in the order of the tree: an outer one before those inside it, else as they stand.
pub(super) fn rewrite(source: &str, edits: &[&Edit]) -> Rewritten {
    let mut writer = Writer { source, edits, next: 0, text: String::new(), places: Vec::new() };
    writer.write(0..source.len());
    let mut places = writer.places;
    places.sort_by_key(|(at, _)| std::cmp::Reverse(at.len()));
    Rewritten { text: writer.text, places }
}

struct Writer<'a> {
    source: &'a str,
    edits: &'a [&'a Edit],
    next: usize,
    text: String,
    places: Vec<(Range<usize>, u32)>,
}

impl Writer<'_> {
    fn write(&mut self, part: Range<usize>) {
        let mut written = part.start;
        while let Some(edit) = self.edits.get(self.next).copied().filter(|edit| edit.at.end <= part.end) {
            self.next += 1;
            self.copy(written..edit.at.start);
            let start = self.text.len();
            for piece in &edit.pieces {
                match piece {
                    Piece::New(text) => self.text.push_str(text),
                    Piece::Kept(part) => self.write(part.clone()),
                }
            }
            self.places.push((start..self.text.len(), edit.mutant));
            written = edit.at.end;
        }
        self.copy(written..part.end);
    }

    fn copy(&mut self, part: Range<usize>) {
        self.text.push_str(self.source.get(part).unwrap_or_default());
    }
}
