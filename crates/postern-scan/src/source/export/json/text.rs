//! Texts of JSON: names, values, pieces of longer texts.

use memchr::memchr2;

use super::{Build, Json, Role, State};

impl Json {
    /// A text begins: of which kind it is shows where it stands.
    pub(super) fn begin_text(&mut self, build: &mut Build) {
        self.token.clear();
        self.state = State::Text;
        self.role = self.role();
        match self.role {
            Role::Name => {}
            Role::Value => build.values.part(),
            Role::Piece(true) => build.pieces.join(),
            Role::Piece(false) => build.pieces.part(),
        }
    }

    fn role(&mut self) -> Role {
        if self.frames.is_name_next() {
            return Role::Name;
        }
        self.frames.piece().map_or(Role::Value, Role::Piece)
    }

    /// A piece of a text, as far as it is what it says.
    pub(super) fn text(&mut self, bytes: &[u8], build: &mut Build) -> usize {
        let end = memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
        self.put(self.at, bytes.get(..end).unwrap_or_default(), build);
        match bytes.get(end) {
            None => return end,
            Some(b'"') => self.end_text(build),
            Some(_) => {
                self.escape.begin();
                self.state = State::Escape;
            }
        }
        end + 1
    }

    fn put(&mut self, at: u64, bytes: &[u8], build: &mut Build) {
        self.token.push(bytes);
        match self.role {
            Role::Name => {}
            Role::Value => build.values.push(at, bytes),
            Role::Piece(_) => build.pieces.push(at, bytes),
        }
    }

    fn end_text(&mut self, build: &mut Build) {
        self.state = State::Between;
        let whole = self.token.whole().unwrap_or_default();
        if self.role == Role::Name {
            self.frames.set_name(build.known().spelled(whole), whole == b"text");
        } else {
            build.value(self.frames.own_name(), whole);
        }
    }

    /// One byte behind a backslash.
    pub(super) fn escape(&mut self, byte: u8, build: &mut Build) -> usize {
        if let Some(meant) = self.escape.step(byte) {
            let begin = self.at + 1 - self.escape.length();
            self.put(begin, meant.encode_utf8(&mut [0; 4]).as_bytes(), build);
            self.state = State::Text;
        }
        1
    }
}
