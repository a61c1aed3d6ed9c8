//! The kernel and the subject's life, checked over every order of a few concurrent requests on two nodes: crashes
//! between commit and answer, retries with the same key, steps of clocks, an old row put back. A counter-example
//! prints as the list of what happened. The rules of a store are taken away one by one to see that the check sees it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "tests may"
)]

mod command;
mod crowd;
mod disk;
mod fixture;
mod paper;
mod promises;

use std::sync::Arc;

use stateright::{Checker as _, Model as _};

use command::Asks;
use crowd::{Broken, Crowd};
use fixture::Fixture;

const FIRST: Asks = Asks::Redeem { generation: 1, code: 0 };
const SECOND: Asks = Asks::Redeem { generation: 1, code: 1 };
const CONFIRM: Asks = Asks::Confirm { generation: 2 };
const NEXT: Asks = Asks::Redeem { generation: 2, code: 0 };

fn crowd(asks: &[Asks]) -> Crowd {
    let (fixture, asks) = (Arc::new(Fixture::new()), asks.to_vec());
    Crowd { fixture, asks, crashes: 1, steps: Vec::new(), puts_back: false, broken: None, only: None }
}

/// Every world of this crowd keeps every promise.
fn holds(crowd: Crowd) {
    let asks = crowd.asks.clone();
    let checked = crowd.checker().spawn_bfs().join();
    println!("{asks:?}: {} worlds", checked.unique_state_count());
    checked.assert_properties();
}

/// Without this rule a promise is broken, and the story of it is short.
fn breaks(broken: Broken, crowd: Crowd, promise: &'static str) {
    let checked = Crowd { broken: Some(broken), only: Some(promise), ..crowd }.checker().spawn_bfs().join();
    let story = checked.discovery(promise).unwrap_or_else(|| panic!("without {broken:?} nothing was seen"));
    println!("without {broken:?}, not \"{promise}\":");
    for act in story.into_actions() {
        println!("  {act:?}");
    }
}

#[test]
fn one_code_three_clients() {
    holds(crowd(&[FIRST, FIRST, FIRST]));
}

#[test]
fn two_codes_and_a_guess() {
    holds(crowd(&[FIRST, SECOND, Asks::Guess]));
}

#[test]
fn redemptions_against_a_confirmation() {
    holds(crowd(&[FIRST, CONFIRM, NEXT]));
}

#[test]
fn redemptions_against_a_revocation() {
    holds(crowd(&[FIRST, Asks::Revoke { compromised: false }, SECOND]));
    holds(crowd(&[FIRST, Asks::Revoke { compromised: true }, CONFIRM]));
}

#[test]
fn redemptions_against_the_end_of_the_callers_key() {
    holds(crowd(&[FIRST, Asks::RevokeKey, SECOND]));
}

#[test]
fn clocks_that_make_steps() {
    holds(Crowd { steps: vec![-600, 600], ..crowd(&[FIRST, FIRST]) });
    holds(Crowd { steps: vec![-600, 600], ..crowd(&[FIRST, CONFIRM]) });
}

#[test]
fn an_old_row_put_back_never_commits() {
    holds(Crowd { puts_back: true, ..crowd(&[FIRST, SECOND]) });
    holds(Crowd { puts_back: true, ..crowd(&[FIRST, FIRST]) });
}

/// Hours, in an unoptimised build: four at once, more crashes, all that may go wrong together.
#[test]
fn larger_crowds() {
    if std::env::var_os("POSTERN_LONG").is_none() {
        return;
    }
    holds(crowd(&[FIRST, FIRST, SECOND, CONFIRM]));
    holds(Crowd { crashes: 3, ..crowd(&[FIRST, FIRST, Asks::Guess]) });
    holds(Crowd { crashes: 2, steps: vec![-600, 600], ..crowd(&[FIRST, Asks::RevokeKey, SECOND]) });
    holds(Crowd {
        crashes: 2,
        puts_back: true,
        ..crowd(&[FIRST, Asks::Revoke { compromised: true }, CONFIRM])
    });
}

#[test]
fn a_store_that_looks_at_no_version_is_seen() {
    breaks(Broken::Versions, crowd(&[FIRST, FIRST]), promises::ONCE);
}

#[test]
fn a_store_without_the_unique_index_is_seen() {
    breaks(Broken::UniqueIndex, Crowd { puts_back: true, ..crowd(&[FIRST, FIRST]) }, promises::ONCE);
}

#[test]
fn a_store_that_checks_no_reads_is_seen() {
    breaks(Broken::ReadGuards, crowd(&[FIRST, Asks::RevokeKey]), promises::KEY);
}

#[test]
fn a_store_that_tells_what_it_decided_first_is_seen() {
    breaks(Broken::FirstAnswer, crowd(&[FIRST, FIRST]), promises::ONCE);
}

#[test]
fn a_store_that_answers_before_it_commits_is_seen() {
    breaks(Broken::AnswerFirst, crowd(&[FIRST, SECOND]), promises::EVIDENCE);
    breaks(Broken::AnswerFirst, crowd(&[Asks::Guess, SECOND]), promises::EVIDENCE);
}

#[test]
fn a_store_that_forgets_requests_is_seen() {
    breaks(Broken::Retries, crowd(&[FIRST, SECOND]), promises::ORDER);
}
