//! The check itself: bad histories are refused, and it says what `stateright`'s tester says.

use postern_core::ports::Entropy as _;
use postern_testkit::SeededEntropy;
use stateright::semantics::{ConsistencyTester as _, LinearizabilityTester, SequentialSpec as _};

use crate::history::{Call, is_in_some_order};
use crate::paper::{Asks, Paper, Told};

const FIRST: Asks = Asks::Redeem { generation: 1, code: 1 };
const SECOND: Asks = Asks::Redeem { generation: 1, code: 2 };
const NEXT: Asks = Asks::Redeem { generation: 2, code: 1 };

const fn accepted(generation: u32, code: usize) -> Told {
    Told::Accepted { generation, code }
}

fn call(asks: Asks, told: Told, sent: usize, answered: usize) -> Call {
    Call { asks, sent, answered: Some((answered, told)) }
}

fn holds(calls: &[Call]) -> bool {
    is_in_some_order(calls, &Paper::new(true))
}

#[test]
fn a_code_that_was_accepted_twice_is_seen() {
    let once = |told| [call(FIRST, accepted(1, 1), 1, 3), call(FIRST, told, 2, 4)];
    assert!(holds(&once(Told::Refused)));
    assert!(!holds(&once(accepted(1, 1))));
}

/// The same among 64 at once: the check does not take for ever.
#[test]
fn a_code_that_was_accepted_twice_is_seen_in_a_crowd() {
    let mut calls: Vec<Call> =
        (0..64).map(|client| call(FIRST, Told::Refused, client, 100 + client)).collect();
    assert!(!holds(&calls), "nobody was accepted");
    calls[40].answered = Some((140, accepted(1, 1)));
    assert!(holds(&calls));
    calls[50].answered = Some((150, accepted(1, 1)));
    assert!(!holds(&calls));
}

#[test]
fn a_code_that_was_accepted_after_its_end_was_answered_is_seen() {
    for end in [Asks::End, Asks::EndKey] {
        let late = |sent| [call(end, Told::Done, 1, 3), call(FIRST, accepted(1, 1), sent, 5)];
        assert!(holds(&late(2)), "it was under way when the end was answered");
        assert!(!holds(&late(4)), "{end:?}");
    }
}

#[test]
fn a_staged_code_that_was_accepted_and_an_old_one_after_it_are_seen() {
    let confirm = Asks::Confirm { generation: 2 };
    assert!(holds(&[call(NEXT, accepted(2, 1), 1, 4), call(confirm, Told::Done, 2, 3)]));
    assert!(!holds(&[call(NEXT, accepted(2, 1), 1, 2), call(confirm, Told::Done, 3, 4)]));
    let both = |sent| {
        let (new, old) = (call(NEXT, accepted(2, 1), 2, 4), call(SECOND, accepted(1, 2), sent, 6));
        [call(confirm, Told::Done, 1, 7), new, old]
    };
    assert!(holds(&both(3)));
    assert!(!holds(&both(5)), "the new one had been accepted");
}

/// The client alone cannot tell; who looked into the log in between can.
#[test]
fn a_code_that_was_spent_behind_an_end_is_seen_by_who_looks() {
    let looked = |saw| {
        let late = call(FIRST, accepted(1, 1), 1, 6);
        [late, call(Asks::EndKey, Told::Done, 2, 3), call(Asks::Look, Told::Sees(saw), 4, 5)]
    };
    assert!(holds(&looked(1)));
    assert!(!holds(&looked(0)));
}

#[test]
fn a_good_code_that_was_refused_is_seen() {
    assert!(!holds(&[call(FIRST, Told::Refused, 1, 2)]));
    assert!(!holds(&[call(FIRST, Told::Denied, 1, 2)]));
}

#[test]
fn a_guess_too_many_is_seen() {
    let paper = Paper::new(false).missed(4);
    let two = |told| [call(Asks::Guess, Told::Refused, 1, 2), call(Asks::Guess, told, 3, 4)];
    assert!(is_in_some_order(&two(Told::Waits), &paper));
    assert!(!is_in_some_order(&two(Told::Refused), &paper));
}

#[test]
fn a_code_behind_the_last_guess_is_seen_by_who_looks() {
    let paper = Paper::new(false).at_the_edge();
    let (first, last) = (Asks::Guess, Asks::ByDevice { code: None });
    let story = |told, is_suspended| {
        let guesses = [call(first, Told::Refused, 1, 5), call(last, Told::Refused, 2, 6)];
        let after = [call(Asks::State, Told::Suspended(is_suspended), 7, 8)];
        [guesses.as_slice(), &[call(FIRST, told, 3, 4)], &after].concat()
    };
    assert!(
        is_in_some_order(&story(accepted(1, 1), false), &paper),
        "it came first, and the counts began again"
    );
    assert!(!is_in_some_order(&story(accepted(1, 1), true), &paper), "it came behind the end");
    assert!(is_in_some_order(&story(Told::Waits, true), &paper));
    assert!(!is_in_some_order(&story(Told::Waits, false), &paper), "the last guess ended nothing");
}

#[test]
fn an_answer_that_never_came_may_have_happened_or_not() {
    let lost = Call { asks: FIRST, sent: 1, answered: None };
    assert!(holds(&[lost, call(FIRST, Told::Refused, 2, 3)]));
    assert!(holds(&[lost, call(FIRST, accepted(1, 1), 2, 3)]));
    assert!(!holds(&[call(FIRST, Told::Refused, 1, 2), Call { sent: 3, ..lost }]));
}

/// A thousand small histories at random: right ones, and ones in which one answer was changed.
#[test]
fn the_check_says_what_the_tester_says() {
    let entropy = SeededEntropy::new(52);
    let pick = |most: usize| {
        let mut byte = [0; 1];
        entropy.fill(&mut byte).unwrap();
        usize::from(byte[0]) % most
    };
    let mut said = [0; 2];
    for round in 0..1000 {
        let calls = made(&pick, round % 2 == 1);
        let ours = is_in_some_order(&calls, &Paper::new(true));
        assert_eq!(ours, theirs(&calls), "{calls:?}");
        said[usize::from(ours)] += 1;
    }
    assert!(said[0] > 100 && said[1] > 500, "{said:?}");
}

/// Three clients with two requests each; each act happens somewhere between its request and its answer.
fn made(pick: &impl Fn(usize) -> usize, is_changed: bool) -> Vec<Call> {
    let all = [FIRST, FIRST, SECOND, NEXT, Asks::Confirm { generation: 2 }, Asks::End, Asks::EndKey];
    let (mut paper, mut now, mut calls) = (Paper::new(true), 0, Vec::new());
    // For each client: its call, and what it will be told once that is decided.
    let mut under_way: [Option<(usize, Option<Told>)>; 3] = [None; 3];
    let mut asked = [0; 3];
    while asked != [2; 3] || under_way.iter().any(Option::is_some) {
        now += 1;
        let client = pick(3);
        match under_way[client] {
            None if asked[client] < 2 => {
                asked[client] += 1;
                calls.push(Call { asks: all[pick(all.len())], sent: now, answered: None });
                under_way[client] = Some((calls.len() - 1, None));
            }
            None => {}
            Some((at, None)) => under_way[client] = Some((at, Some(paper.invoke(&calls[at].asks)))),
            Some((at, Some(told))) => {
                calls[at].answered = Some((now, told));
                under_way[client] = None;
            }
        }
    }
    if is_changed {
        let (at, tolds) = (pick(calls.len()), [Told::Refused, accepted(1, 1), Told::Done, Told::Moved]);
        let answered = calls[at].answered.map(|(when, _)| (when, tolds[pick(4)]));
        calls[at].answered = answered;
    }
    calls
}

fn theirs(calls: &[Call]) -> bool {
    let mut tester = LinearizabilityTester::new(Paper::new(true));
    let mut all: Vec<(usize, usize, Option<Told>)> = Vec::new();
    for (at, Call { sent, answered, .. }) in calls.iter().enumerate() {
        all.push((*sent, at, None));
        all.extend(answered.map(|(when, told)| (when, at, Some(told))));
    }
    all.sort_by_key(|(when, ..)| *when);
    for (_, at, told) in all {
        // Each call is a thread of its own: the order within a client is an order in time as well.
        match told {
            None => tester.on_invoke(at, calls[at].asks).map(drop),
            Some(told) => tester.on_return(at, told).map(drop),
        }
        .unwrap();
    }
    tester.is_consistent()
}
