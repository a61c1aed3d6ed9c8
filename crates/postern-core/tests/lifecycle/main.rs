//! The subject's life, driven by random commands: what is promised holds after every one of them, and the
//! events alone rebuild every row.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "tests may"
)]

mod bucket;
mod row;
mod story;

use postern_core::tenant::LeakPolicy;
use proptest::prelude::*;
use story::{Command, Story};

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => (0..3usize).prop_map(|format| Command::Stage { format }),
        4 => any::<bool>().prop_map(|right| Command::Confirm { right }),
        8 => (0..30usize, 0..3u8).prop_map(|(code, device)| Command::Redeem { code, device }),
        3 => (0..8u8).prop_map(|source| Command::Guess { source }),
        1 => (0..10usize).prop_map(|code| Command::Rehearse { code }),
        1 => any::<bool>().prop_map(|compromised| Command::Revoke { compromised }),
        1 => (1..6u8).prop_map(|slot| Command::RevokeCode { slot }),
        1 => Just(Command::Discard),
        1 => Just(Command::RaiseTier),
        1 => Just(Command::Repeat),
        2 => Just(Command::Canary),
        2 => (0..15usize, prop_oneof![3 => Just(LeakPolicy::Alarm), 1 => Just(LeakPolicy::Revoke)])
            .prop_map(|(code, policy)| Command::Leak { code, policy }),
        1 => prop_oneof![Just(Command::Leave), Just(Command::RequestErasure)],
        2 => Just(Command::Due),
        4 => prop_oneof![Just(1u64), Just(40), Just(3_700), Just(90_000), Just(40_000_000)]
            .prop_map(|seconds| Command::Wait { seconds }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    /// For every decision the fold of its JSON-round-tripped facts equals the row's image; and no code is
    /// accepted twice, while staged, or after its set has ended.
    #[test]
    fn facts_rebuild_rows_and_promises_hold(commands in proptest::collection::vec(command(), 1..60)) {
        let mut story = Story::new();
        for command in commands {
            story.run(&command);
            story.check();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    /// A backup of any moment, completed with the events since, is the row that was lost; what nobody can test any
    /// more has ended; and life goes on with every promise.
    #[test]
    fn a_completed_backup_is_the_row_that_was_lost(
        before in proptest::collection::vec(command(), 0..25),
        since in proptest::collection::vec(command(), 0..25),
        after in proptest::collection::vec(command(), 0..15),
    ) {
        let mut story = Story::new();
        for command in &before {
            story.run(command);
        }
        let backup = story.back_up();
        for command in &since {
            story.run(command);
        }
        story.restore(backup);
        story.check();
        for command in &after {
            story.run(command);
            story.check();
        }
    }
}

#[test]
fn a_whole_life_in_order() {
    let mut story = Story::new();
    let wait = |seconds| Command::Wait { seconds };
    for command in [
        Command::Stage { format: 0 },
        Command::Confirm { right: false },
        Command::Confirm { right: true },
        Command::Redeem { code: 0, device: 0 },
        Command::Redeem { code: 0, device: 0 },
        Command::Stage { format: 1 },
        Command::Redeem { code: 1, device: 0 },
        Command::Confirm { right: true },
        Command::Redeem { code: 1, device: 0 },
        wait(90_000),
        Command::Revoke { compromised: true },
        wait(3_700),
        Command::Stage { format: 2 },
        Command::Confirm { right: true },
        wait(40_000_000),
        Command::Redeem { code: 0, device: 0 },
    ] {
        story.run(&command);
        story.check();
    }
    assert!(story.names().windows(2).any(|pair| pair == ["code_set.superseded", "code_set.activated"]));
    for name in ["code.spent", "code.refused", "code_set.revoked", "code_set.expired"] {
        assert!(story.names().contains(&name.to_owned()), "{name}");
    }
}

#[test]
fn spending_the_last_code_exhausts_the_set() {
    let mut story = Story::new();
    story.run(&Command::Stage { format: 0 });
    story.run(&Command::Confirm { right: true });
    for code in 0..story::COUNT {
        story.run(&Command::Redeem { code, device: 0 });
        story.check();
    }
    assert_eq!(story.names().last().map(String::as_str), Some("code_set.exhausted"));
}

#[test]
fn an_erased_subject_is_kept_as_a_name_and_then_not_at_all() {
    let mut story = Story::new();
    let wait = |seconds| Command::Wait { seconds };
    for command in [
        Command::Stage { format: 0 },
        Command::Confirm { right: true },
        Command::RequestErasure,
        wait(86_399),
        Command::Due,
        Command::Redeem { code: 0, device: 0 },
        wait(1),
        Command::Due,
        Command::Redeem { code: 1, device: 0 },
        wait(34_560_000),
        Command::Due,
    ] {
        story.run(&command);
        story.check();
    }
    assert_eq!(
        story.names()[3..],
        [
            "subject.erasure_requested",
            "code.spent",
            "code_set.revoked",
            "subject.left",
            "subject.erased",
            "subject.left"
        ]
    );
}
