//! Verdicts that random commands seldom come to: a sheet guessed at a hundred times, one that a campaign has ended, and words
//! made ready for another state.

use postern_core::campaign::Selection;
use postern_core::throttle::Delay;

use super::*;

impl Story {
    /// A confirmed sheet of that format.
    fn confirmed(format: Format) -> Self {
        let mut story = Self::new();
        story.stage(format);
        story.confirm(true);
        story
    }

    /// A wrong word of a class, once its wait is over.
    fn miss(&mut self, format: Format, class: Class) {
        self.now = self.now.plus(Duration::from_secs(3_600));
        let (text, request) = (self.fresh_code(format, 1), self.mark());
        assert_eq!(self.try_redeem(&text, class, 1, request), Verdict::Refused(CodeKind::Live));
    }

    fn state(&self) -> Option<SetState> {
        self.held().state().and_then(|state| state.active.as_ref()).map(|active| active.state)
    }

    /// The verdict on the first code of the newest sheet, with something about the request changed.
    fn first_code<'a>(
        &'a self,
        prepared: &'a Prepared,
        evidence: &'a Evidence,
        changed: impl FnOnce(&mut Redeem<'a>),
    ) -> (Verdict, Draft) {
        let request = RequestMark { fingerprint: Fixed([9; 8]), key: Fixed([9; 8]), stretch: STRETCH };
        let mut asked = wanted(prepared, evidence, Class::Known, 9, request, self.secrecy());
        changed(&mut asked);
        let mut draft = self.draft();
        let verdict = redeem(self.held(), &asked, &mut draft);
        (verdict, draft)
    }
}

#[test]
fn a_stretched_sheet_is_suspended_by_the_hundredth_miss_and_no_standard_one_ever() {
    let shares: Vec<Class> =
        Class::ALL.into_iter().flat_map(|class| (0..class.share()).map(move |_| class)).collect();
    for format in [Format::Compact, Format::Numeric] {
        let mut story = Story::confirmed(format);
        for class in &shares[1..] {
            story.miss(format, *class);
        }
        assert_eq!(story.state(), Some(SetState::Active));
        story.miss(format, shares[0]);
        assert_eq!(story.state(), Some(SetState::Suspended));
        assert_eq!(story.names().iter().filter(|name| *name == "code_set.suspended").count(), 1);
        let (prepared, evidence) = (story.prepared(&story.sheets[0].codes[0]), story.evidence());
        let (verdict, draft) = story.first_code(&prepared, &evidence, |_| {});
        assert_eq!(verdict, Verdict::Delayed(Delay::Closed));
        assert!(draft.is_empty());
    }
    let mut story = Story::confirmed(Format::Standard);
    for class in shares.iter().chain(&shares[..1]) {
        story.miss(Format::Standard, *class);
    }
    assert_eq!(story.state(), Some(SetState::Active));
    let text = story.sheets[0].codes[0].clone();
    let request = story.mark();
    assert!(matches!(story.try_redeem(&text, Class::Known, 9, request), Verdict::Accepted(_)));
}

#[test]
fn a_sheet_that_a_campaign_has_ended_works_no_more_though_its_row_says_nothing_of_it() {
    let story = Story::confirmed(Format::Standard);
    let issued_at = story.held().state().unwrap().active.as_ref().unwrap().set.issued_at;
    let (prepared, evidence) = (story.prepared(&story.sheets[0].codes[0]), story.evidence());
    let later = issued_at.plus(Duration::from_millis(1));
    let verdict = |issued_before, key_version| {
        let ended = [Selection { issued_before, key_version }];
        let request = RequestMark { fingerprint: Fixed([9; 8]), key: Fixed([9; 8]), stretch: STRETCH };
        let asked = Redeem {
            ended: &ended,
            ..wanted(&prepared, &evidence, Class::Known, 9, request, story.secrecy())
        };
        let mut draft = story.draft();
        redeem(story.held(), &asked, &mut draft)
    };
    for ended in [verdict(later, None), verdict(later, Some(1))] {
        assert!(matches!(ended, Verdict::Refused(_)), "{ended:?}");
    }
    for others in [verdict(issued_at, None), verdict(later, Some(2))] {
        assert!(matches!(others, Verdict::Accepted(_)), "{others:?}");
    }
}

#[test]
fn a_word_that_was_made_ready_for_another_state_is_made_ready_again() {
    for format in Format::ALL {
        let story = Story::confirmed(format);
        let evidence = story.evidence();
        let ready = || story.prepared(&story.sheets[0].codes[0]);
        let verdict = |prepared: &Prepared| story.first_code(prepared, &evidence, |_| {}).0;
        assert!(matches!(verdict(&ready()), Verdict::Accepted(_)));
        let mut of_another_epoch = ready();
        of_another_epoch.epoch = vec![1; 16];
        assert_eq!(verdict(&of_another_epoch), Verdict::Again);
        let mut of_another_version = ready();
        of_another_version.keys.live[0].0 = 2;
        assert_eq!(verdict(&of_another_version), Verdict::Again);
        let mut of_another_stretch = ready();
        of_another_stretch.material.stretch = Stretch::Argon2id { memory: 8, passes: 2 };
        assert_eq!(verdict(&of_another_stretch), Verdict::Again);
        assert_eq!(story.first_code(&ready(), &evidence, |asked| asked.evidence = None).0, Verdict::Again);
    }
}

#[test]
fn a_sheet_is_for_what_it_says_until_it_is_over() {
    let mut story = Story::confirmed(Format::Standard);
    let expires_at = story.held().state().unwrap().active.as_ref().unwrap().expires_at;
    let verdict = |story: &Story| {
        let (prepared, evidence) = (story.prepared(&story.sheets[0].codes[0]), story.evidence());
        story.first_code(&prepared, &evidence, |asked| asked.purpose = Purpose::AccountRecovery).0
    };
    story.now = expires_at.minus(Duration::from_millis(1));
    assert_eq!(verdict(&story), Verdict::Purpose);
    // Then there is no sheet, and any word is a wrong one.
    story.now = expires_at;
    assert!(matches!(verdict(&story), Verdict::Refused(_)));
}
