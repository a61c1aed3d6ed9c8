//! A name that does not exist is slowed like one that does, whoever asks and however often.

use std::time::Duration;

use postern_codes::Format;
use postern_core::limits;
use postern_testkit::{StoreKind, World};

use crate::botnet::{Botnet, Tried};

/// The story of a name: what each word came to.
async fn story(world: &World, name: &str, format: Format, sources: u64, words: u64) -> Vec<Option<Duration>> {
    let (mut botnet, mut story) = (Botnet::new(true, sources), Vec::new());
    botnet.words = 1 << 32;
    for _ in 0..words {
        match botnet.tries(world, name, format).await {
            Tried::Tested => story.push(None),
            Tried::Wait(after) => {
                story.push(Some(after));
                world.clock.advance(after);
            }
            Tried::Closed => story.push(Some(Duration::MAX)),
            Tried::NoAttempt => panic!("it has the first factor"),
        }
    }
    story
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_slowed_like_one_that_does() {
    // Few sources wait long each; seventeen push each other out of the record, and wait no more.
    for (format, sources, words) in [
        (Format::Standard, 3, 60),
        (Format::Standard, 17, 200),
        (Format::Standard, 1000, 200),
        (Format::Compact, 3, 14),
        (Format::Compact, 1000, 14),
    ] {
        let world = World::new(StoreKind::Memory).await;
        world.format(format.name()).await;
        world.subject("somebody").await;
        world.issue("somebody", format).await;
        let somebody = story(&world, "somebody", format, sources, words).await;
        let nobody = story(&world, "nobody", format, sources, words).await;
        assert_eq!(somebody, nobody, "{format:?} from {sources} sources");
        let waits = somebody.iter().filter(|one| one.is_some()).count();
        assert_eq!(
            waits > 0,
            sources <= limits::SOURCES as u64 || format.stretched(),
            "{format:?} from {sources} sources"
        );
    }
}
