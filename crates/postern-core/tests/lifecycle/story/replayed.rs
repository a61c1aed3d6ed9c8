//! Events that are replayed: what they claim and give up, and how a row that differs from its history is told.

use postern_core::kernel::{Difference, Replayed};

use super::*;

impl Story {
    fn replayed(&self, events: usize) -> Replayed<Subject> {
        replay(self.events[..events].iter().map(|event| EventHead::read(event).unwrap())).unwrap()
    }

    /// The subject is erased, and its name kept no longer.
    fn gone(&mut self) {
        for command in [Command::RequestErasure, Command::Wait { seconds: 90_000 }, Command::Due] {
            self.run(&command);
        }
        self.run(&Command::Wait { seconds: 34_560_000 });
        self.run(&Command::Due);
        assert!(self.held().state().is_none());
    }
}

#[test]
fn places_are_taken_and_given_up_by_the_event_that_names_them_or_names_them_no_more() {
    let mut story = Story::new();
    story.stage(Format::Standard);
    story.run(&Command::RaiseTier);
    story.run(&Command::Leave);
    let mut held = Held::<Subject>::open(story.key, None, &story.sealer).unwrap();
    let mut told = Vec::new();
    for bytes in &story.events {
        let (mut draft, head) = (story.draft(), EventHead::read(bytes).unwrap());
        held = held.replay(&head, bytes, &mut draft).unwrap();
        let taken: Vec<Space> = draft.claims().iter().map(|claim| claim.place.space).collect();
        let given_up: Vec<Space> = draft.released().iter().map(|(place, _)| place.space).collect();
        told.push((head.r#type, taken, given_up));
    }
    let (first, last) = (told.remove(0), told.pop().unwrap());
    assert_eq!(first, ("subject.created".to_owned(), vec![Space::ExternalId], vec![]));
    assert_eq!(last, ("subject.left".to_owned(), vec![Space::Departed], vec![Space::ExternalId]));
    assert!(told.iter().all(|(_, taken, given_up)| taken.is_empty() && given_up.is_empty()), "{told:?}");
    assert!(told.len() >= 2);
}

#[test]
fn a_row_that_differs_from_its_history_is_told() {
    let mut story = Story::new();
    story.stage(Format::Standard);
    let (all, held) = (story.events.len(), story.held());
    assert_eq!(story.replayed(all).compare(&held), Ok(()));
    let (row, events) = (all as u64, all as u64 - 1);
    assert_eq!(story.replayed(all - 1).compare(&held), Err(Difference::Version { row, events }));
    let mut other = story.replayed(all);
    other.state.as_mut().unwrap().revision += 1;
    assert_eq!(other.compare(&held), Err(Difference::State));
    let mut other = story.replayed(all);
    other.last = other.last.plus(Duration::from_millis(1));
    assert_eq!(other.compare(&held), Err(Difference::State));
    let mut other = story.replayed(all);
    other.state = None;
    assert_eq!(other.compare(&held), Err(Difference::State));
}

#[test]
fn what_is_left_of_an_ended_record_says_nothing_of_when() {
    let mut story = Story::new();
    story.gone();
    let mut replayed = story.replayed(story.events.len());
    replayed.last = replayed.last.plus(Duration::from_millis(1));
    assert_eq!(replayed.compare(&story.held()), Ok(()));
}
