//! Somebody finds codes of the story and asks what they are.

use super::*;
use postern_core::subject::fact::{Finding, LeakState};
use postern_core::tenant::LeakPolicy;

impl Story {
    /// An ordinary word of a sheet, its canary, and a word of nobody's.
    pub(super) fn leak(&mut self, code: usize, policy: LeakPolicy) {
        let sheet = self.sheets.iter().rev().nth(code / COUNT);
        let Some((word, canary)) =
            sheet.map(|sheet| (sheet.codes[code % COUNT].clone(), sheet.canary.clone()))
        else {
            return;
        };
        let nobodys = self.fresh_code(Format::Standard, 1);
        let request = self.mark();
        let before = self.held().state().cloned().unwrap();
        let checked = self.ask([&word, &canary, &nobodys], request, policy);
        if !before.is_here() {
            assert_eq!(checked, LeakChecked::Again);
            return;
        }
        let LeakChecked::Found { found, revokes, kind } = &checked else { panic!("{checked:?}") };
        self.told(found, code, &before);
        let after = self.held().state().cloned().unwrap();
        assert_eq!(before.throttle, after.throttle, "a counter moved");
        let of = |set: Option<&ActiveSet>| set.map(|set| (set.set.generation, set.spent, set.revoked));
        if let Some(active) = &after.active {
            assert_eq!(of(before.active.as_ref()), of(Some(active)), "a code was spent");
        }
        let live = |finding: &&Finding| finding.state == LeakState::Live;
        let live: Vec<u32> = found.iter().filter(live).map(|finding| finding.generation).collect();
        assert_eq!(*revokes, if policy == LeakPolicy::Revoke { live.clone() } else { Vec::new() });
        assert!(after.sets().all(|set| !revokes.contains(&set.generation)), "a revoked set goes on");
        assert!(after.epoch == before.epoch, "its keys were renewed");
        if live.iter().any(|generation| self.is_active(&before, *generation)) {
            assert_ne!(*kind, CodeKind::Live, "a canary was there");
        }
        if !revokes.is_empty() {
            let again = self.ask([&word, &canary, &nobodys], request, policy);
            assert!(matches!(again, LeakChecked::Seen(_)), "{again:?}");
        }
    }

    /// What is said of the words is what the holder knows of them.
    fn told(&self, found: &[Finding], code: usize, before: &Subject) {
        let sheet = self.sheets.iter().rev().nth(code / COUNT).unwrap();
        assert!(found.iter().all(|finding| !finding.codes.contains(&2)), "nobody's word was somebody's");
        assert!(found.iter().all(|finding| finding.generation == sheet.generation));
        let state = |place| found.iter().find(|finding| finding.codes.contains(&place)).map(|one| one.state);
        if self.is_active(before, sheet.generation) {
            let spent = sheet.used.contains(&(code % COUNT));
            assert_eq!(state(0), Some(if spent { LeakState::Spent } else { LeakState::Live }));
            assert_eq!(state(1), Some(LeakState::Live), "a canary is told from others");
        } else if before.sets().all(|set| set.generation != sheet.generation) {
            assert!([None, Some(LeakState::Old)].contains(&state(0)) && state(0) == state(1));
        }
    }

    fn is_active(&self, state: &Subject, generation: u32) -> bool {
        let active =
            state.active.as_ref().filter(|active| active.expires_at > self.now.max(self.held().last()));
        active.is_some_and(|active| active.set.generation == generation)
    }

    fn ask(&mut self, words: [&String; 3], request: RequestMark, policy: LeakPolicy) -> LeakChecked {
        let epoch = self.held().state().unwrap().epoch.bytes().to_vec();
        let keys = SubjectKeys { live: vec![(1, subject_key(&PEPPER, "ten", "sub", &epoch))] };
        let words: Vec<FoundWord> =
            (0u8..).zip(words).map(|(place, word)| FoundWord { place, material: material(word) }).collect();
        let secrecy = self.secrecy();
        let among = FoundWords { words: &words, keys: &keys, epoch: &epoch, ended: &[], secrecy };
        let mut draft = self.draft();
        let checked = leaked(self.held(), &LeakCheck { among, request, policy }, &mut draft);
        self.commit(draft);
        checked
    }
}
