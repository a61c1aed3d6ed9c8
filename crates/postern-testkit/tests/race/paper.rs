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
    /// To redeem a code of the first sheet, or a word that is none, with the holder's known device.
    ByDevice { code: Option<usize> },
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
    /// To see whether the sheet is suspended.
    State,
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
    /// Whether it is.
    Suspended(bool),
    /// Not tried, for there was too much at once: always true, and nothing changed.
    TooMany,
    /// Not tried, for whoever is of this sort has guessed too often.
    Waits,
}

/// Misses after which the next one makes wait.
const FREE: u8 = 4;
/// Misses at which a stretched sheet ends.
const LAST: u8 = 100;
/// Who guesses: anybody, or the known device.
const ANYBODY: usize = 0;
const DEVICE: usize = 1;

/// The sheet that works, the one that waits, the codes that are crossed out, who may ask, and what was guessed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Paper {
    active: Option<u32>,
    staged: Option<u32>,
    crossed_out: BTreeSet<(u32, usize)>,
    key_works: bool,
    /// By who guesses.
    misses: [u8; 2],
    /// Misses that a stretched sheet has left; none is counted for another.
    left: Option<u8>,
}

impl Paper {
    /// The first sheet works; the second waits to be confirmed, if there is one.
    pub(crate) fn new(is_staged: bool) -> Self {
        let staged = is_staged.then_some(2);
        let crossed_out = BTreeSet::new();
        Self { active: Some(1), staged, crossed_out, key_works: true, misses: [0; 2], left: None }
    }

    /// After so many misses of the source.
    pub(crate) fn missed(self, misses: u8) -> Self {
        Self { misses: [misses, 0], ..self }
    }

    /// A stretched sheet two misses before its end: anybody has one, and so has the device.
    pub(crate) fn at_the_edge(self) -> Self {
        Self { misses: [FREE; 2], left: Some(2), ..self }
    }

    fn redeem(&mut self, who: usize, generation: u32, code: usize) -> Told {
        if self.misses[who] > FREE {
            return Told::Waits;
        }
        let works = self.active == Some(generation) && self.left != Some(0);
        if !works || !self.crossed_out.insert((generation, code)) {
            return Told::Refused;
        }
        (self.misses, self.left) = ([0; 2], self.left.map(|_| LAST));
        Told::Accepted { generation, code }
    }

    fn guess(&mut self, who: usize) -> Told {
        if self.misses[who] > FREE {
            return Told::Waits;
        }
        self.misses[who] += 1;
        self.left = self.left.map(|left| left.saturating_sub(1));
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
            Asks::State => return Told::Suspended(self.left == Some(0)),
            // The clock and the operator need no key: an end is an end.
            Asks::End => (self.active, self.staged) = (None, None),
            _ if !self.key_works => return Told::Denied,
            Asks::Redeem { generation, code } => return self.redeem(ANYBODY, generation, code),
            Asks::Guess => return self.guess(ANYBODY),
            Asks::ByDevice { code: Some(code) } => return self.redeem(DEVICE, 1, code),
            Asks::ByDevice { code: None } => return self.guess(DEVICE),
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
