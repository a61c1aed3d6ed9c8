//! What was asked and told, in the order in time, and whether one act after the other can have given it.
//!
//! `stateright`'s tester tries every order, which 64 refusals at once make too many. An act that is right here and
//! changes nothing can be taken at once, whatever comes later; so only acts that change the sheet are tried in every
//! order. `planted` holds both against each other.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use stateright::semantics::SequentialSpec as _;

use crate::paper::{Asks, Paper, Told};

/// One request: when it was sent, when its answer came, on the clock of a history.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Call {
    pub(crate) asks: Asks,
    pub(crate) sent: usize,
    /// `None` if no answer came: it happened or not, at any time since.
    pub(crate) answered: Option<(usize, Told)>,
}

/// All requests about one subject.
#[derive(Default)]
pub(crate) struct History(Mutex<(usize, Vec<Call>)>);

impl History {
    /// Before a request is sent; its number.
    pub(crate) fn sends(&self, asks: Asks) -> usize {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inside.0 += 1;
        let sent = inside.0;
        inside.1.push(Call { asks, sent, answered: None });
        inside.1.len() - 1
    }

    /// After its answer has come.
    pub(crate) fn hears(&self, call: usize, told: Told) {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inside.0 += 1;
        let now = inside.0;
        inside.1[call].answered = Some((now, told));
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    /// How often this was told.
    pub(crate) fn count(&self, wanted: impl Fn(&Call, Told) -> bool) -> usize {
        self.calls().iter().filter(|call| call.answered.is_some_and(|(_, told)| wanted(call, told))).count()
    }

    /// Fails with the whole story unless one act after the other can have given it.
    pub(crate) fn check(&self, paper: &Paper) {
        let calls = self.calls();
        assert!(is_in_some_order(&calls, paper), "no order of acts gives these answers:\n{}", story(&calls));
    }
}

/// Whether these answers are those of one act after the other, each between its request and its answer.
pub(crate) fn is_in_some_order(calls: &[Call], paper: &Paper) -> bool {
    search(calls.to_vec(), paper.clone(), &mut HashSet::new())
}

fn search(mut left: Vec<Call>, paper: Paper, tried: &mut HashSet<(Vec<Call>, Paper)>) -> bool {
    while let Some(at) =
        left.iter().position(|call| may_be_next(call, &left) && changes_nothing(call, &paper))
    {
        left.remove(at);
    }
    if left.iter().all(|call| call.answered.is_none()) {
        return true;
    }
    if !tried.insert((left.clone(), paper.clone())) {
        return false;
    }
    (0..left.len()).filter(|at| may_be_next(&left[*at], &left)).any(|at| {
        let (mut rest, mut paper) = (left.clone(), paper.clone());
        let call = rest.remove(at);
        is_right(&call, &mut paper) && search(rest, paper, tried)
    })
}

/// Whether no other answer came before this request was sent.
fn may_be_next(call: &Call, left: &[Call]) -> bool {
    left.iter().all(|other| other.answered.is_none_or(|(answered, _)| call.sent < answered))
}

fn is_right(call: &Call, paper: &mut Paper) -> bool {
    match call.answered {
        Some((_, told)) => paper.is_valid_step(&call.asks, &told),
        None => {
            paper.invoke(&call.asks);
            true
        }
    }
}

fn changes_nothing(call: &Call, paper: &Paper) -> bool {
    let mut after = paper.clone();
    is_right(call, &mut after) && after == *paper
}

fn story(calls: &[Call]) -> String {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (number, Call { asks, sent, answered }) in calls.iter().enumerate() {
        lines.push((*sent, format!("{number} asks {asks:?}")));
        lines.extend(answered.map(|(at, told)| (at, format!("{number} is told {told:?}"))));
    }
    lines.sort();
    lines.iter().fold(String::new(), |mut all, (at, line)| {
        let _ = writeln!(all, "{at:>5} {line}");
        all
    })
}
