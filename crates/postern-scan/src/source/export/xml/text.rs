//! Text of XML: between tags, in the values of attributes, in sections of character data.

use memchr::{memchr, memchr2};

use super::entity::Step;
use super::{Build, State, Xml};

impl Xml {
    /// Text up to what ends or interrupts it.
    pub(super) fn text(&mut self, quote: Option<u8>, bytes: &[u8], build: &mut Build) -> usize {
        let until = quote.unwrap_or(b'<');
        let end = memchr2(until, b'&', bytes).unwrap_or(bytes.len());
        self.put(self.at, bytes.get(..end).unwrap_or_default(), build);
        match bytes.get(end) {
            None => return end,
            Some(b'&') => {
                self.entity.begin();
                self.state = State::Entity(quote);
            }
            Some(_) if quote.is_some() => {
                self.attribute(build);
                self.state = State::Markup;
            }
            Some(_) => {
                self.markup.begin(self.at + end as u64);
                self.state = State::Markup;
            }
        }
        end + 1
    }

    fn put(&mut self, at: u64, bytes: &[u8], build: &mut Build) {
        self.content.push(bytes);
        build.values.push(at, bytes);
    }

    /// What stands behind `&`.
    pub(super) fn entity(&mut self, quote: Option<u8>, byte: u8, build: &mut Build) -> usize {
        let begin = self.at - self.entity.typed().len() as u64;
        let taken = match self.entity.step(byte) {
            Step::On => return 1,
            Step::Meant(meant) => {
                self.put(begin, meant.encode_utf8(&mut [0; 4]).as_bytes(), build);
                true
            }
            Step::Itself(taken) => {
                self.content.push(self.entity.typed());
                build.values.push(begin, self.entity.typed());
                taken
            }
        };
        self.state = State::Text(quote);
        usize::from(taken)
    }

    /// Character data. Brackets that may be its end wait until that is known.
    pub(super) fn data(&mut self, brackets: u8, bytes: &[u8], build: &mut Build) -> usize {
        let (next, taken) = match (brackets, bytes.first()) {
            (0, _) => {
                let end = memchr(b']', bytes).unwrap_or(bytes.len());
                self.put(self.at, bytes.get(..end).unwrap_or_default(), build);
                if end == bytes.len() {
                    return end;
                }
                (State::Data(1), end + 1)
            }
            (2.., Some(b'>')) => (State::Text(None), 1),
            (1, Some(b']')) => (State::Data(2), 1),
            (_, Some(b']')) => {
                self.put(self.at - 2, b"]", build);
                (self.state, 1)
            }
            _ => {
                let waited = b"]]".get(..usize::from(brackets)).unwrap_or_default();
                self.put(self.at - u64::from(brackets), waited, build);
                (State::Data(0), 0)
            }
        };
        self.state = next;
        taken
    }
}
