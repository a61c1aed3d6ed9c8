//! The botnet: sources without number, words without number, and patience.

use std::time::Duration;

use postern_app::{Problem, Redemption};
use postern_codes::Format;
use postern_testkit::{Redeem, World};

use crate::word;

/// What the botnet knows and does.
pub(crate) struct Botnet {
    /// Whether it has the first factor of everybody.
    pub(crate) first_factor: bool,
    /// How many sources it has.
    pub(crate) sources: u64,
    /// Words so far.
    pub(crate) words: u64,
    /// Words that were tested, since the owner last came in.
    pub(crate) tested: u32,
    /// The most that were, between two of the owner's successes.
    pub(crate) most: u32,
    /// All that were.
    pub(crate) total: u32,
}

/// What became of a word.
pub(crate) enum Tried {
    /// It was tested and is no code.
    Tested,
    /// Not before that.
    Wait(Duration),
    /// Not until the owner does something.
    Closed,
    /// Not without the first factor.
    NoAttempt,
}

impl Botnet {
    pub(crate) const fn new(first_factor: bool, sources: u64) -> Self {
        Self { first_factor, sources, words: 0, tested: 0, most: 0, total: 0 }
    }

    /// Tries a word on a name: another one each time, from another place, now and then with a device token made up.
    pub(crate) async fn tries(&mut self, world: &World, name: &str, format: Format) -> Tried {
        let number = self.words;
        self.words += 1;
        let source = number % self.sources;
        let how = Redeem {
            device: number
                .is_multiple_of(7)
                .then(|| "pstd_0123456789ABCDEFGHJKMNPQRSTVWXYZ01234567".to_owned()),
            address: Some(format!("10.{}.{}.1", source >> 8 & 255, source & 255)),
            key: Some(format!("bot-{number}")),
        };
        let asked = world.redemption(name, &word(format, number), how);
        let first_factor = asked.first_factor.filter(|_| self.first_factor);
        let told = world.app.redeem(&world.token, Redemption { first_factor, ..asked }).await;
        match told.err() {
            Some(Problem::CodeNotAccepted { .. }) => {
                self.tested += 1;
                self.total += 1;
                self.most = self.most.max(self.tested);
                Tried::Tested
            }
            Some(Problem::TooManyAttempts { after: Some(after) }) => Tried::Wait(after),
            Some(Problem::TooManyAttempts { after: None }) => Tried::Closed,
            Some(Problem::FirstFactorRequired) => Tried::NoAttempt,
            other => panic!("a guess was answered {other:?}"),
        }
    }

    /// The owner came in: the counts begin again.
    pub(crate) const fn cleared(&mut self) {
        self.tested = 0;
    }
}
