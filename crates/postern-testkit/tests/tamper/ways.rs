//! The table: each way to write behind the product's back, and what refuses it or names it.

mod controls;
pub(crate) mod logs;
mod outside;
mod rows;

pub(crate) use controls::controls;
use postern_testkit::StoreKind;

use crate::ground::{AnchorIs, Day, Ground};
use crate::seen_by::Control;

/// What somebody keeps who does not trust the installation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kept {
    Nothing,
    /// Today's checkpoint.
    Checkpoint,
    /// The receipt of the redemption that waits for a number.
    Receipt,
}

/// One way.
pub(crate) struct Way {
    /// What is done, for the table.
    pub(crate) done: &'static str,
    /// How.
    pub(crate) alter: fn(&Ground),
    /// In which state.
    pub(crate) day: Day,
    pub(crate) anchor: AnchorIs,
    /// Whether the key file is another installation's.
    pub(crate) other_keys: bool,
    /// What the altered installation answers to a code of Anna's that is good, while it runs.
    pub(crate) answer: &'static str,
    /// What a start says; nothing if it starts.
    pub(crate) start: &'static str,
    /// What the verification says; nothing if it finds nothing.
    pub(crate) verify: &'static str,
    /// What it gains nevertheless, until it is named.
    pub(crate) gains: &'static [&'static str],
    /// The same on a server alone, where nobody has heads of logs in memory.
    pub(crate) gains_on_server: &'static [&'static str],
    /// Only what somebody kept tells.
    pub(crate) kept: Kept,
    /// What makes it good again without being told.
    pub(crate) mended: &'static str,
    /// Whether an event is put aside, and `log.forged` says so in the installation's log, once.
    pub(crate) forged: bool,
    /// A control that sees it beside those whose words are asserted.
    pub(crate) also: Option<Control>,
}

/// A way that is done to today, and of which nothing is expected yet.
const fn way(done: &'static str, alter: fn(&Ground)) -> Way {
    Way {
        done,
        alter,
        day: Day::Today,
        anchor: AnchorIs::Todays,
        other_keys: false,
        answer: "accepted",
        start: "",
        verify: "",
        gains: &[],
        gains_on_server: &[],
        kept: Kept::Nothing,
        mended: "",
        forged: false,
        also: None,
    }
}

impl Way {
    const fn answer(mut self, answer: &'static str) -> Self {
        self.answer = answer;
        self
    }

    const fn start(mut self, start: &'static str) -> Self {
        self.start = start;
        self
    }

    const fn verify(mut self, verify: &'static str) -> Self {
        self.verify = verify;
        self
    }

    const fn mended(mut self, mended: &'static str) -> Self {
        self.mended = mended;
        self
    }

    const fn forged(mut self) -> Self {
        self.forged = true;
        self
    }

    const fn also(mut self, control: Control) -> Self {
        self.also = Some(control);
        self
    }

    const fn gains(mut self, gains: &'static [&'static str]) -> Self {
        self.gains = gains;
        self
    }

    const fn gains_on_server(mut self, gains: &'static [&'static str]) -> Self {
        self.gains_on_server = gains;
        self
    }

    const fn kept(mut self, kept: Kept) -> Self {
        self.kept = kept;
        self
    }

    const fn day(mut self, day: Day) -> Self {
        self.day = day;
        self
    }

    const fn anchor(mut self, anchor: AnchorIs) -> Self {
        self.anchor = anchor;
        self
    }

    const fn other_keys(mut self) -> Self {
        self.other_keys = true;
        self
    }

    /// Whether a kind of database can be altered so.
    pub(crate) fn is_on(&self, kind: StoreKind) -> bool {
        self.day != Day::Waiting || kind == StoreKind::Postgres
    }
}

/// Every way.
pub(crate) fn all() -> Vec<Way> {
    let all = rows::rows().into_iter().chain(rows::parts()).chain(rows::claims());
    all.chain(logs::events()).chain(logs::heads()).chain(logs::pending()).chain(outside::files()).collect()
}
