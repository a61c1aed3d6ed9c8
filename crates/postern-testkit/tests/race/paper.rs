//! What a holder and the callers may rely on, in its simplest form: one act after the other, on one sheet of paper.

use std::collections::BTreeSet;

use stateright::semantics::SequentialSpec;

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Asks {
    /// To redeem a code of a sheet, both counted from 1.
    Redeem { generation: u32, code: usize },
    /// To redeem a word that is nobody's code, from the source that all of a history's clients share.
    Guess,
    /// To confirm a staged sheet.
    Confirm { generation: u32 },
    /// To end whatever sheet there is, for whatever reason: revoked, burnt, expired, its holder has left.
    End,
    /// To end the key that all the others ask with.
    EndKey,
    /// Something that changes nothing for this holder.
    Else,
    /// To see in the log how many codes are spent, with another key.
    Look,
}

/// What is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Told {
    Accepted {
        generation: u32,
        code: usize,
    },
    Refused,
    /// The key does not work.
    Denied,
    /// Done, as asked.
    Done,
    /// There is nothing to confirm any more.
    Moved,
    /// So many codes are spent.
    Sees(usize),
    /// Not tried, for there was too much at once: always true, and nothing changed.
    TooMany,
    /// Not tried, for this source has guessed too often.
    Waits,
}

/// Misses after which a source waits.
const FREE: u8 = 4;

/// The sheet that works, the one that waits, the codes that are crossed out, and who may ask.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Paper {
    active: Option<u32>,
    staged: Option<u32>,
    crossed_out: BTreeSet<(u32, usize)>,
    key_works: bool,
    misses: u8,
}

impl Paper {
    /// The first sheet works; the second waits to be confirmed, if there is one.
    pub(crate) fn new(is_staged: bool) -> Self {
        let staged = is_staged.then_some(2);
        Self { active: Some(1), staged, crossed_out: BTreeSet::new(), key_works: true, misses: 0 }
    }

    /// After so many misses of the source.
    pub(crate) fn missed(self, misses: u8) -> Self {
        Self { misses, ..self }
    }

    fn redeem(&mut self, generation: u32, code: usize) -> Told {
        if self.misses > FREE {
            return Told::Waits;
        }
        if self.active != Some(generation) || !self.crossed_out.insert((generation, code)) {
            return Told::Refused;
        }
        self.misses = 0;
        Told::Accepted { generation, code }
    }

    fn guess(&mut self) -> Told {
        if self.misses > FREE {
            return Told::Waits;
        }
        self.misses += 1;
        Told::Refused
    }
}

impl SequentialSpec for Paper {
    type Op = Asks;
    type Ret = Told;

    fn invoke(&mut self, asks: &Asks) -> Told {
        match *asks {
            Asks::Else => {}
            Asks::EndKey => self.key_works = false,
            Asks::Look => return Told::Sees(self.crossed_out.len()),
            // The clock and the operator need no key: an end is an end.
            Asks::End => (self.active, self.staged) = (None, None),
            _ if !self.key_works => return Told::Denied,
            Asks::Redeem { generation, code } => return self.redeem(generation, code),
            Asks::Guess => return self.guess(),
            Asks::Confirm { generation } if self.staged == Some(generation) => {
                self.active = self.staged.take();
            }
            Asks::Confirm { .. } => return Told::Moved,
        }
        Told::Done
    }

    fn is_valid_step(&mut self, asks: &Asks, told: &Told) -> bool {
        *told == Told::TooMany || self.invoke(asks) == *told
    }
}
