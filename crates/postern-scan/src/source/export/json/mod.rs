//! JSON (RFC 8259), one value or one behind the other, read as its bytes come: nothing is held but what is open.
//!
//! It takes what other readers refuse (a comma too many, a number that is none): what counts is where values stand.

mod escape;
mod frames;
mod text;

use memchr::memchr;

use self::escape::Escape;
use self::frames::Frames;
use super::build::{Build, DEEPEST};
use super::token::Token;

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Word,
    Text,
    /// Behind a backslash.
    Escape,
    /// Behind what cannot be: until the end of the line, if lines are values.
    Lost,
}

/// What a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Name,
    Value,
    /// Of a longer text; whether that goes on.
    Piece(bool),
}

/// Reads it.
pub(super) struct Json {
    at: u64,
    state: State,
    role: Role,
    frames: Frames,
    /// The name, word or text that is being read.
    token: Token,
    escape: Escape,
    /// Whole values so far: behind one, the next may begin on any line.
    ended: u64,
    fault: Option<&'static str>,
}

impl Json {
    pub(super) fn new() -> Self {
        Self {
            at: 0,
            state: State::Between,
            role: Role::Value,
            frames: Frames::new(),
            token: Token::new(),
            escape: Escape::new(),
            ended: 0,
            fault: None,
        }
    }

    /// Reads on.
    pub(super) fn read(&mut self, mut bytes: &[u8], build: &mut Build) {
        while let Some(first) = bytes.first() {
            let taken = match self.state {
                State::Between => self.between(*first, build),
                State::Word => self.word(bytes, build),
                State::Text => self.text(bytes, build),
                State::Escape => self.escape(*first, build),
                State::Lost => self.lost(bytes),
            };
            self.at += taken as u64;
            bytes = bytes.get(taken..).unwrap_or_default();
        }
    }

    /// What is wrong with it, at its end.
    pub(super) fn end(&mut self, build: &mut Build) -> Option<&'static str> {
        let is_open = !self.frames.is_empty() || matches!(self.state, State::Text | State::Escape);
        build.close_all(self.at);
        self.fault.or(is_open.then_some("it ends in the middle"))
    }

    fn between(&mut self, byte: u8, build: &mut Build) -> usize {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b':' => {}
            b',' => self.frames.next(),
            b'{' | b'[' => return self.open(byte == b'{', build),
            b'}' | b']' => return self.close(byte == b'}', build),
            b'"' => self.begin_text(build),
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'+' | b'.' => {
                self.token.clear();
                self.state = State::Word;
                return 0;
            }
            // The mark that some put in front (U+FEFF).
            0xef | 0xbb | 0xbf if self.at < 3 => {}
            _ => return self.lose("something in it is no JSON", build),
        }
        1
    }

    fn open(&mut self, is_object: bool, build: &mut Build) -> usize {
        if self.frames.len() >= DEEPEST {
            return self.lose("it is nested too deep", build);
        }
        let name = self.frames.name();
        let is_record = is_object && build.open(self.at, name);
        self.frames.push(is_object, is_record, name);
        1
    }

    fn close(&mut self, is_object: bool, build: &mut Build) -> usize {
        match self.frames.pop() {
            Some(frame) if frame.is_object == is_object => {
                if is_object {
                    build.close(self.at + 1);
                }
                self.ended += u64::from(self.frames.is_empty());
                1
            }
            _ => self.lose("something in it ends that did not begin", build),
        }
    }

    /// A number, or a word.
    fn word(&mut self, bytes: &[u8], build: &mut Build) -> usize {
        let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let end = bytes.iter().position(|byte| !goes_on(byte)).unwrap_or(bytes.len());
        self.token.push(bytes.get(..end).unwrap_or_default());
        if end < bytes.len() {
            self.state = State::Between;
            build.value(self.frames.own_name(), self.token.whole().unwrap_or_default());
        }
        end
    }

    /// Gives up what is open.
    fn lose(&mut self, fault: &'static str, build: &mut Build) -> usize {
        self.fault = self.fault.or(Some(fault));
        self.state = State::Lost;
        self.frames = Frames::new();
        build.close_all(self.at);
        1
    }

    fn lost(&mut self, bytes: &[u8]) -> usize {
        let Some(end) = memchr(b'\n', bytes).filter(|_| self.ended > 0) else { return bytes.len() };
        self.state = State::Between;
        end + 1
    }
}
