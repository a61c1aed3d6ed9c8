//! How sets and codes end, and what is said of them at the last moment.

use postern_core::campaign::Selection;
use postern_core::subject::fact::RefusalReason;

use super::*;

const MOMENT: Duration = Duration::from_millis(1);

impl Story {
    fn revoked(&self, generation: u32, reason: RevokeReason, stages: bool) -> (Revoked, Draft) {
        let wanted = Revoke {
            generation,
            reason,
            epoch: [5; 16],
            request: None,
            many: None,
            keeps_keys: false,
            stages: stages.then_some((Fixed([1; 8]), None)),
        };
        let mut draft = self.draft();
        (revoke(self.held(), &wanted, &mut draft), draft)
    }

    fn facts(draft: &Draft) -> Vec<SubjectFact> {
        let heads = draft.events().iter().map(|event| EventHead::read(&event.bytes).unwrap());
        heads.map(|head| head.fact::<SubjectFact>().unwrap().unwrap()).collect()
    }

    /// Whether the sheet that waits is discarded.
    fn discards(draft: &Draft) -> bool {
        Self::facts(draft).iter().any(|fact| matches!(fact, SubjectFact::Discarded(_)))
    }

    fn rehearsed(&mut self, code: usize) -> Rehearsed {
        let (prepared, evidence) = (self.prepared(&self.sheets[0].codes[code]), self.evidence());
        let request = self.mark();
        let asked = wanted(&prepared, &evidence, Class::Proof, 9, request, self.secrecy());
        let mut draft = self.draft();
        let rehearsed = rehearse(self.held(), &asked, &mut draft);
        drop(prepared);
        self.commit(draft);
        rehearsed
    }
}

#[test]
fn only_a_set_that_there_was_is_revoked() {
    let story = Story::sheets_of(2);
    let came_to = |generation| story.revoked(generation, RevokeReason::Lost, false).0;
    assert_eq!(
        [0, 1, 2, 3].map(came_to),
        [Revoked::NotFound, Revoked::Done, Revoked::Done, Revoked::NotFound]
    );
}

#[test]
fn a_sheet_that_waits_goes_with_one_that_was_compromised_or_makes_way_and_stays_otherwise() {
    let mut story = Story::sheets_of(1);
    story.stage(Format::Standard);
    let discards = |reason, stages| Story::discards(&story.revoked(1, reason, stages).1);
    assert!(discards(RevokeReason::Compromised, false));
    assert!(discards(RevokeReason::Lost, true));
    assert!(!discards(RevokeReason::Lost, false));
}

#[test]
fn the_last_code_of_a_sheet_is_revoked_by_its_number_and_one_less_is_left() {
    let story = Story::sheets_of(1);
    let count = u8::try_from(COUNT).unwrap();
    let revoke = |slot| {
        let mut draft = story.draft();
        let revoked = revoke_code(story.held(), 1, slot, RevokeReason::Other, None, &mut draft);
        (revoked, Story::facts(&draft))
    };
    let (revoked, facts) = revoke(count);
    assert_eq!(revoked, Revoked::Done);
    let [SubjectFact::CodeRevoked(fact)] = facts.as_slice() else { panic!("{facts:?}") };
    assert_eq!((fact.slot, fact.remaining), (count, count - 1));
    for slot in [0, count + 1] {
        assert_eq!(revoke(slot), (Revoked::NotFound, Vec::new()));
    }
}

#[test]
fn what_is_over_is_not_shown() {
    let mut story = Story::sheets_of(1);
    let issued = story.now;
    story.now = story.now.plus(Duration::from_secs(3_600));
    story.stage(Format::Standard);
    let state = story.now_is();
    let (expires_at, confirm_by) =
        (state.active.as_ref().unwrap().expires_at, state.staged.as_ref().unwrap().confirm_by);
    let shown = |ended: &[Selection], now: Time| {
        let shown = status(&state, ended, now);
        [shown.active.is_some(), shown.staged.is_some()]
    };
    assert_eq!(shown(&[], confirm_by.minus(MOMENT)), [true, true]);
    assert_eq!(shown(&[], confirm_by), [true, false]);
    assert_eq!(shown(&[], expires_at.minus(MOMENT)), [true, false]);
    assert_eq!(shown(&[], expires_at), [false, false]);
    let before = |moment: Time| [Selection { issued_before: moment, key_version: None }];
    assert_eq!(shown(&before(issued.plus(MOMENT)), story.now), [false, true]);
    assert_eq!(shown(&before(story.now.plus(MOMENT)), story.now), [false, false]);
}

#[test]
fn a_fourth_rehearsal_waits_until_the_first_is_a_day_old() {
    let mut story = Story::sheets_of(1);
    let first = story.now;
    for code in 0..3 {
        assert!(matches!(story.rehearsed(code), Rehearsed::Works { .. }));
        story.now = story.now.plus(Duration::from_secs(60));
    }
    let until = first.plus(Duration::from_secs(86_400));
    story.now = until.minus(MOMENT);
    assert_eq!(story.rehearsed(3), Rehearsed::TooMany { until });
    story.now = until;
    assert!(matches!(story.rehearsed(3), Rehearsed::Works { .. }));
}

#[test]
fn a_code_of_a_sheet_that_was_stopped_is_no_guess_and_neither_is_a_spent_one() {
    let mut story = Story::sheets_of(1);
    let text = story.sheets[0].codes[1].clone();
    let told = |story: &Story, ended: &[Selection]| {
        let (prepared, evidence) = (story.prepared(&text), story.evidence());
        let request = RequestMark { fingerprint: Fixed([9; 8]), key: Fixed([9; 8]), stretch: STRETCH };
        let asked =
            Redeem { ended, ..wanted(&prepared, &evidence, Class::Known, 9, request, story.secrecy()) };
        let mut draft = story.draft();
        assert!(matches!(redeem(story.held(), &asked, &mut draft), Verdict::Refused(_)));
        let facts = Story::facts(&draft);
        let [SubjectFact::Refused(refused)] = facts.as_slice() else { panic!("{facts:?}") };
        (refused.reason, refused.counted, refused.generation)
    };
    let ended = [Selection { issued_before: story.now.plus(MOMENT), key_version: None }];
    assert_eq!(told(&story, &ended), (RefusalReason::Suspended, false, Some(1)));
    let request = story.mark();
    assert!(matches!(story.try_redeem(&text, Class::Known, 9, request), Verdict::Accepted(_)));
    assert_eq!(told(&story, &[]), (RefusalReason::Spent, false, Some(1)));
}

#[test]
fn a_restore_that_may_lack_events_ends_every_set_and_one_that_lacks_none_ends_nothing() {
    let mut story = Story::sheets_of(1);
    story.now = story.now.plus(Duration::from_secs(3_600));
    story.stage(Format::Standard);
    for everything in [false, true] {
        let mut draft = story.draft();
        restore(story.held(), &Restore { epoch: [8; 16], salt: [9; 16], everything }, &mut draft);
        let expected = if everything { vec!["code_set.revoked", "code_set.discarded"] } else { Vec::new() };
        let names = draft.events().iter().map(|event| EventHead::read(&event.bytes).unwrap().r#type);
        assert_eq!(names.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_set_that_was_made_for_another_state_is_made_again() {
    let mut story = Story::new();
    for (generation, epoch, staged) in [(1, 6, true), (2, 6, false), (0, 6, false), (1, 7, false)] {
        let settings = TierSettings::default();
        let new = NewSet {
            generation,
            epoch: vec![epoch; 16],
            key_version: 1,
            name: "calm-otter".to_owned(),
            salt: vec![1; 16],
            verifiers: vec![0; 160],
            settings,
            prefix: Prefix::default(),
            kinds: None,
        };
        let wanted = Stage {
            reason: StageReason::Renew,
            purposes: vec![Purpose::SecondFactor],
            evidence: story.evidence(),
            ended: None,
            request: story.mark(),
            new,
        };
        let came_to = stage(story.held(), &wanted, &mut story.draft());
        assert_eq!(matches!(came_to, Staged::Done { .. }), staged, "{generation} {epoch}");
        assert_eq!(came_to == Staged::Again, !staged);
    }
}
