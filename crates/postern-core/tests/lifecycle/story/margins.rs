//! Margins: what is remembered until when, to the millisecond, and what a record says of itself.

use postern_core::ids::ProverId;
use postern_core::kernel::Record as _;
use postern_core::limits;
use postern_core::receipt::{Circumstances, receipt};

use super::*;

const MOMENT: Duration = Duration::from_millis(1);
const DAY: Duration = Duration::from_secs(86_400);
const APART: Duration = Duration::from_secs(4 * 3_600);

impl Story {
    pub(super) fn now_is(&self) -> Subject {
        self.held().state().unwrap().clone()
    }

    /// So many sheets, each confirmed in place of the one before, four hours apart: eight stagings a day are remembered.
    pub(super) fn sheets_of(count: usize) -> Self {
        let mut story = Self::new();
        for number in 0..count {
            if number > 0 {
                story.now = story.now.plus(APART);
            }
            story.stage(Format::Standard);
            story.confirm(true);
        }
        story
    }

    fn changed(&self, tier: Option<Tier>, person: Option<SubjectKind>) -> (Changes, Draft) {
        let mut draft = self.draft();
        let changes = change(self.held(), &Change { revision: None, tier, person }, &mut draft);
        (changes, draft)
    }

    fn confirmed_with(&self, prepared: &Prepared) -> Confirmed {
        let request = RequestMark { fingerprint: Fixed([9; 8]), key: Fixed([9; 8]), stretch: STRETCH };
        let (source, secrecy) = (Fixed([1; 8]), self.secrecy());
        let wanted =
            Confirm { generation: 1, prepared, check_mismatch: false, request, source, secrecy, ended: &[] };
        confirm(self.held(), &wanted, &mut self.draft())
    }

    /// Ends the active set for a staging that has this key.
    fn make_way(&mut self, key: u8) {
        let wanted = Revoke {
            generation: self.now_is().active.unwrap().set.generation,
            reason: RevokeReason::Lost,
            epoch: [0; 16],
            request: None,
            many: None,
            keeps_keys: false,
            stages: Some((Fixed([key; 8]), None)),
        };
        let mut draft = self.draft();
        assert_eq!(revoke(self.held(), &wanted, &mut draft), Revoked::Done);
        self.commit(draft);
    }

    /// Somebody types the first code of a sheet that has ended.
    fn old_word(&mut self, sheet: usize) {
        let (text, request) = (self.sheets[sheet].codes[0].clone(), self.mark());
        assert!(matches!(self.try_redeem(&text, Class::Known, 3, request), Verdict::Refused(_)));
    }
}

#[test]
fn a_tier_that_stays_is_no_change_and_none_is_lowered() {
    let mut story = Story::new();
    let (changes, draft) = story.changed(Some(Tier::Standard), None);
    assert!(changes == Changes::Done && draft.is_empty());
    story.run(&Command::RaiseTier);
    assert_eq!(story.changed(Some(Tier::Standard), None).0, Changes::Lower);
    assert_eq!(story.now_is().revision, 2);
    let (changes, draft) = story.changed(None, Some(SubjectKind::Person));
    assert_eq!(changes, Changes::Done);
    story.commit(draft);
    assert_eq!(story.now_is().revision, 3);
}

#[test]
fn the_event_that_says_who_somebody_is_is_the_last_that_says_so_and_none_once_they_are_erased() {
    let mut story = Story::new();
    assert_eq!(story.now_is().needed_event(), Some(1));
    story.stage(Format::Standard);
    let (_, draft) = story.changed(None, Some(SubjectKind::Person));
    story.commit(draft);
    assert_eq!(story.now_is().needed_event(), Some(story.events.len() as u64));
    assert!(story.now_is().has_own_key());
    for command in [Command::RequestErasure, Command::Wait { seconds: 90_000 }, Command::Due] {
        story.run(&command);
    }
    assert_eq!((story.now_is().needed_event(), story.now_is().has_own_key()), (None, false));
}

#[test]
fn a_word_that_confirms_is_made_ready_for_the_set_that_waits() {
    let mut story = Story::new();
    story.stage(Format::Compact);
    let ready = |story: &Story| story.prepared(&story.sheets[0].codes[2]);
    assert!(matches!(story.confirmed_with(&ready(&story)), Confirmed::Done { .. }));
    let mut of_another_version = ready(&story);
    of_another_version.keys.live[0].0 = 2;
    assert_eq!(story.confirmed_with(&of_another_version), Confirmed::Again);
    let mut of_another_stretch = ready(&story);
    of_another_stretch.material.stretch = Stretch::Argon2id { memory: 8, passes: 2 };
    assert_eq!(story.confirmed_with(&of_another_stretch), Confirmed::Again);
    // A word of another format is a wrong one, however it was stretched.
    let text = story.fresh_code(Format::Standard, 1);
    assert!(matches!(story.confirmed_with(&story.prepared(&text)), Confirmed::Refused { .. }));
}

#[test]
fn a_rehearsal_counts_for_a_day_and_a_staging_for_an_hour() {
    for (short, kept) in [(MOMENT, 2), (Duration::ZERO, 1)] {
        let mut story = Story::sheets_of(1);
        let begun = story.now;
        story.rehearse(0);
        story.now = begun.plus(DAY).minus(short);
        story.rehearse(1);
        assert_eq!(story.now_is().rehearsals.len(), kept);
        let mut story = Story::new();
        let begun = story.now;
        story.stage(Format::Standard);
        story.now = begun.plus(Duration::from_secs(3_600)).minus(short);
        story.stage(Format::Standard);
        assert_eq!(story.now_is().stagings.len(), kept);
    }
}

#[test]
fn a_set_that_made_way_for_a_staging_is_known_for_a_day() {
    for (short, kept) in [(MOMENT, vec![1, 2]), (Duration::ZERO, vec![2])] {
        let mut story = Story::sheets_of(1);
        let begun = story.now;
        story.make_way(1);
        story.stage(Format::Standard);
        story.confirm(true);
        story.now = begun.plus(limits::ANSWER_REPEATS).minus(short);
        let key = Fixed([1; 8]);
        assert_eq!(story.now_is().ended_for(key, story.now).is_some(), !short.is_zero());
        story.make_way(2);
        let keys: Vec<u8> = story.now_is().ended_for.iter().map(|ended| ended.key.0[0]).collect();
        assert_eq!(keys, kept);
    }
}

#[test]
fn ended_sets_are_kept_for_two_years() {
    for (short, kept) in [(MOMENT, vec![1, 2]), (Duration::ZERO, vec![2])] {
        let mut story = Story::sheets_of(2);
        let ended_at = story.now;
        story.now = ended_at.plus(limits::ENDED_LIVES).minus(short);
        let forgettable = story.now_is().forgettable(story.now);
        assert_eq!(forgettable, short.is_zero().then_some(1));
        // The second is over by then, and so recorded.
        story.stage(Format::Standard);
        let ended: Vec<u32> = story.now_is().ended.iter().map(|ended| ended.generation).collect();
        assert_eq!(ended, kept);
    }
}

#[test]
fn an_old_set_rings_once_a_day_and_each_for_itself() {
    let mut story = Story::sheets_of(3);
    story.old_word(0);
    story.old_word(0);
    let first = story.now;
    story.now = first.plus(MOMENT);
    story.old_word(1);
    assert_eq!(story.now_is().alarms, [(1, first), (2, story.now)]);
    for (short, rings) in [(MOMENT, false), (Duration::ZERO, true)] {
        story.now = first.plus(limits::OLD_SET_ALARM).minus(short);
        story.old_word(0);
        assert_eq!(story.now_is().alarms.contains(&(1, story.now)), rings);
    }
    assert_eq!(story.now_is().alarms.len(), 2);
}

#[test]
fn a_word_of_the_oldest_set_that_is_kept_is_told_as_old() {
    let mut story = Story::sheets_of(limits::ENDED_KEPT + 1);
    story.old_word(0);
    assert_eq!(story.now_is().alarms, [(1, story.now)]);
}

#[test]
fn what_is_kept_of_a_set_goes_with_it() {
    let mut story = Story::sheets_of(1);
    assert_eq!(story.now_is().kinds.len(), 1);
    story.leak(0, LeakPolicy::Alarm);
    assert_eq!(story.now_is().leaks.len(), 1);
    story.make_way(1);
    assert!(story.now_is().kinds.is_empty());
    assert_eq!(story.now_is().leaks.len(), 1);
    for _ in 0..=limits::ENDED_KEPT {
        story.now = story.now.plus(APART);
        story.stage(Format::Standard);
        story.confirm(true);
    }
    assert!(!story.now_is().ended_generations.contains(&1));
    assert!(story.now_is().leaks.is_empty());
    assert_eq!(story.now_is().kinds.len(), 1);
}

#[test]
fn a_row_is_listed_by_what_works() {
    let mut story = Story::new();
    let listed = |story: &Story| story.now_is().columns().state;
    assert_eq!(listed(&story), "without_codes");
    story.stage(Format::Compact);
    assert_eq!(listed(&story), "staged");
    story.confirm(true);
    assert_eq!(listed(&story), "active");
    let mut suspended = story.now_is();
    suspended.active.as_mut().unwrap().state = SetState::Suspended;
    assert_eq!(suspended.columns().state, "suspended");
    story.run(&Command::Leave);
    assert_eq!(listed(&story), "left");
}

#[test]
fn ended_sets_come_back_in_their_order_and_each_under_its_number() {
    let story = Story::sheets_of(3);
    let whole = story.now_is();
    let parts = [1, 2].map(|number| whole.part(number).unwrap());
    let bare = || Subject { ended: Vec::new(), ..whole.clone() };
    let mut again = bare();
    assert!(again.join_part(1, &parts[0]) && again.join_part(2, &parts[1]));
    assert_eq!(again, whole);
    assert_eq!(again.counted(), Some(whole.facts));
    // Another's bytes, another's number, and one that comes too early.
    assert!(!bare().join_part(1, &parts[1]));
    assert!(!bare().join_part(2, &parts[0]));
    assert!(!bare().join_part(2, &parts[1]));
    assert!(!bare().join_part(1, b"nothing"));
    assert_ne!(bare().counted(), Some(whole.facts));
}

#[test]
fn a_receipt_says_what_was_checked_or_what_was_told_and_never_both() {
    let story = Story::sheets_of(1);
    for prover in [None, Some(ProverId::new([3; 16]))] {
        let (prepared, mut evidence) = (story.prepared(&story.sheets[0].codes[0]), story.evidence());
        evidence.prover = prover;
        let request = RequestMark { fingerprint: Fixed([9; 8]), key: Fixed([9; 8]), stretch: STRETCH };
        let asked = wanted(&prepared, &evidence, Class::Known, 9, request, story.secrecy());
        let Verdict::Accepted(accepted) = redeem(story.held(), &asked, &mut story.draft()) else {
            panic!("it is refused")
        };
        let (issuer, called, txn, leaf) = ("issuer", "anna", "login", [1; 32]);
        let subject = SubjectId::new([2; 16]);
        let about = Circumstances { issuer, subject, called, txn, leaf, now: story.now };
        let said = receipt(&accepted, &about);
        assert_eq!([said.verified.is_some(), said.asserted.is_some()], [prover.is_some(), prover.is_none()]);
    }
}
