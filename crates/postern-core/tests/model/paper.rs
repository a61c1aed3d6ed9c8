//! What a holder and the callers may rely on, in its simplest form: one act after the other, on one sheet of paper.

use stateright::semantics::SequentialSpec;

use crate::command::{Asks, Told};

/// The sheet that works, the one that waits, the codes that are crossed out, and whether the caller's key still works.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Paper {
    active: Option<u32>,
    staged: Option<u32>,
    crossed_out: Vec<(u32, usize)>,
    key_works: bool,
}

impl Paper {
    pub(crate) fn new() -> Self {
        Self { active: Some(1), staged: Some(2), crossed_out: Vec::new(), key_works: true }
    }

    fn redeem(&mut self, generation: u32, code: usize) -> Told {
        if self.active != Some(generation) || self.crossed_out.contains(&(generation, code)) {
            return Told::Refused;
        }
        self.crossed_out.push((generation, code));
        self.crossed_out.sort_unstable();
        Told::Accepted { generation, code }
    }
}

impl SequentialSpec for Paper {
    type Op = Asks;
    type Ret = Told;

    fn invoke(&mut self, asks: &Asks) -> Told {
        match *asks {
            Asks::RevokeKey => self.key_works = false,
            _ if !self.key_works => return Told::Denied,
            Asks::Redeem { generation, code } => return self.redeem(generation, code),
            Asks::Guess => return Told::Refused,
            Asks::Confirm { .. } => match self.staged.take() {
                None => return Told::Moved,
                staged => self.active = staged,
            },
            Asks::Revoke { compromised } if self.active == Some(1) => {
                self.active = None;
                // What was staged by then may be in the same hands.
                self.staged = self.staged.filter(|_| !compromised);
            }
            Asks::Revoke { .. } => {}
        }
        Told::Done
    }
}
