//! Words that were found, held against every set that there is, and made ready for the subject as it is.

use postern_core::campaign::Selection;
use postern_core::limits;
use postern_core::subject::fact::{Finding, LeakState};

use super::*;

const MOMENT: Duration = Duration::from_millis(1);

/// What is asked with; each may be of another state.
struct Ready {
    words: Vec<FoundWord>,
    keys: SubjectKeys,
    epoch: Vec<u8>,
}

impl Story {
    fn ready(&self, words: &[&str]) -> Ready {
        let epoch = self.now_is().epoch.bytes().to_vec();
        let keys = SubjectKeys { live: vec![(1, subject_key(&PEPPER, "ten", "sub", &epoch))] };
        let words = (0u8..).zip(words).map(|(place, word)| FoundWord { place, material: material(word) });
        Ready { words: words.collect(), keys, epoch }
    }

    fn among<'a>(&'a self, ready: &'a Ready, ended: &'a [Selection]) -> FoundWords<'a> {
        let Ready { words, keys, epoch } = ready;
        FoundWords { words, keys, epoch, ended, secrecy: self.secrecy() }
    }

    fn found(&self, words: &[&str], ended: &[Selection]) -> Vec<Finding> {
        let ready = self.ready(words);
        found_among(self.key, Some(&self.now_is()), &self.among(&ready, ended), self.now).0
    }

    fn state_of(&self, word: &str, ended: &[Selection]) -> LeakState {
        let found = self.found(&[word], ended);
        assert_eq!(found.len(), 1);
        found[0].state
    }

    fn checked(&self, ready: &Ready) -> LeakChecked {
        let request = RequestMark { fingerprint: Fixed([9; 8]), key: Fixed([9; 8]), stretch: STRETCH };
        let check = LeakCheck { among: self.among(ready, &[]), request, policy: LeakPolicy::Alarm };
        leaked(self.held(), &check, &mut self.draft())
    }
}

#[test]
fn every_set_that_is_kept_is_looked_at() {
    let mut story = Story::sheets_of(limits::ENDED_KEPT + 1);
    story.now = story.now.plus(Duration::from_secs(4 * 3_600));
    story.stage(Format::Standard);
    let word = |sheet: usize, code: usize| story.sheets[sheet].codes[code].as_str();
    let (active, staged) = (limits::ENDED_KEPT, limits::ENDED_KEPT + 1);
    let words = [word(0, 0), word(active, 1), word(staged, 2), word(1, 3), word(0, 4)];
    let finding = |codes: &[u8], sheet: usize, state| {
        let generation = u32::try_from(sheet + 1).unwrap();
        Finding { codes: codes.to_vec(), generation, state }
    };
    let (old, live) = (LeakState::Old, LeakState::Live);
    let expected = [
        finding(&[0, 4], 0, old),
        finding(&[1], active, live),
        finding(&[2], staged, live),
        finding(&[3], 1, old),
    ];
    assert_eq!(story.found(&words, &[]), expected);
}

#[test]
fn a_set_that_is_over_is_an_old_one_whatever_its_row_says() {
    let mut story = Story::sheets_of(1);
    let issued = story.now;
    story.now = story.now.plus(Duration::from_secs(3_600));
    story.stage(Format::Standard);
    let (active, staged) = (story.sheets[0].codes[0].clone(), story.sheets[1].codes[0].clone());
    let (expires_at, confirm_by) =
        (story.now_is().active.unwrap().expires_at, story.now_is().staged.unwrap().confirm_by);
    for (word, end) in [(&staged, confirm_by), (&active, expires_at)] {
        story.now = end.minus(MOMENT);
        assert_eq!(story.state_of(word, &[]), LeakState::Live);
        story.now = end;
        assert_eq!(story.state_of(word, &[]), LeakState::Old);
    }
    story.now = confirm_by.minus(MOMENT);
    let before = |moment: Time| [Selection { issued_before: moment, key_version: None }];
    let states = |ended: &[Selection]| [&active, &staged].map(|word| story.state_of(word, ended));
    assert_eq!(states(&before(issued.plus(MOMENT))), [LeakState::Old, LeakState::Live]);
    assert_eq!(states(&before(story.now)), [LeakState::Old, LeakState::Old]);
}

#[test]
fn words_that_were_made_ready_for_another_state_are_made_ready_again() {
    let mut story = Story::new();
    story.stage(Format::Compact);
    story.confirm(true);
    let ready = || story.ready(&[&story.sheets[0].codes[0]]);
    assert!(matches!(story.checked(&ready()), LeakChecked::Found { found, .. } if found.len() == 1));
    let mut of_another_epoch = ready();
    of_another_epoch.epoch = vec![1; 16];
    assert_eq!(story.checked(&of_another_epoch), LeakChecked::Again);
    let mut of_another_version = ready();
    of_another_version.keys.live[0].0 = 2;
    assert_eq!(story.checked(&of_another_version), LeakChecked::Again);
    let mut of_another_stretch = ready();
    of_another_stretch.words[0].material.stretch = Stretch::Argon2id { memory: 8, passes: 2 };
    assert_eq!(story.checked(&of_another_stretch), LeakChecked::Again);
    let state = story.now_is();
    let stretches = Format::ALL.map(|format| stretch_of(&state, format));
    assert_eq!(stretches, Format::ALL.map(|format| (format == Format::Compact).then_some(STRETCH)));
}
