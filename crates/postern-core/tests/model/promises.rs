//! What holds in every world, and what must happen in some, so that the check looks at something.

use stateright::Property;
use stateright::semantics::ConsistencyTester as _;

use crate::command::Told;
use crate::crowd::{Crowd, World};

pub(crate) const ONCE: &str = "a code is accepted once";
pub(crate) const EVIDENCE: &str = "no answer without its evidence";
pub(crate) const ORDER: &str = "answers are those of one act after the other";
pub(crate) const KEY: &str = "nothing is spent with a key that has ended";
const HISTORY: &str = "the row is what its events make";

pub(crate) fn all() -> Vec<Property<Crowd>> {
    vec![
        Property::always(ONCE, |_, world: &World| once(&world.disk.verdicts) && once(&world.told)),
        Property::always(EVIDENCE, evidence),
        Property::always(ORDER, |_, world: &World| world.history.is_consistent()),
        Property::always(KEY, |_, world: &World| !world.disk.is_late),
        // A row that was put back is older than its history, and `audit verify` says so.
        Property::always(HISTORY, |crowd: &Crowd, world: &World| {
            world.disk.is_whole || (crowd.puts_back && world.disk.is_behind)
        }),
        Property::sometimes("a code is accepted", |_, world: &World| {
            world.told.iter().any(|(_, told)| matches!(told, Told::Accepted { .. }))
        }),
        Property::sometimes("everybody has heard", |crowd: &Crowd, world: &World| {
            world.told.len() == crowd.asks.len()
        }),
        Property::sometimes("a decision was made again", |_, world: &World| world.decided_again),
        Property::sometimes("an answer was repeated", |crowd: &Crowd, world: &World| {
            crowd.crashes == 0 || world.repeated
        }),
    ]
}

/// No code is accepted for two.
fn once<Who>(told: &[(Who, Told)]) -> bool {
    let accepted = told.iter().map(|(_, told)| told).filter(|told| matches!(told, Told::Accepted { .. }));
    let accepted: Vec<_> = accepted.collect();
    accepted.iter().enumerate().all(|(at, told)| !accepted[..at].contains(told))
}

/// Every *accepted* and every *refused* that somebody heard is in the log, for that client's request.
fn evidence(_: &Crowd, world: &World) -> bool {
    let is_verdict = |told: &Told| matches!(told, Told::Accepted { .. } | Told::Refused);
    let mut heard = world.told.iter().filter(|(_, told)| is_verdict(told));
    heard.all(|(client, told)| {
        world
            .disk
            .verdicts
            .iter()
            .any(|(request, verdict)| usize::from(request % 10) == *client && verdict == told)
    })
}
