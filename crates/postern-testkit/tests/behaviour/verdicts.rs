//! When a verdict is told: after its commit, and not a moment before.

use std::pin::pin;

use postern_codes::Format;
use postern_testkit::{Redeem, StoreKind, World};
use tokio::task::yield_now;

use crate::refused;

/// A well-formed standard code that belongs to nobody.
const GUESS: &str = "PSTN-CVG87-KK9E7-Y2F4M-SFA7C-0ZN58";

#[tokio::test]
async fn neither_yes_nor_no_is_told_before_it_is_committed() {
    for kind in [StoreKind::Memory, StoreKind::Sqlite] {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        for (name, typed, verdict) in [
            ("anna", sheet.codes[0].as_str(), "code.spent"),
            ("anna", GUESS, "code.refused"),
            ("nobody", GUESS, "code.refused"),
        ] {
            let before = (world.store.asked().works, world.names().await.len());
            world.store.puts_off(true);
            let mut told = pin!(world.redeem(name, typed, Redeem::default()));
            let waits = async {
                while world.store.asked().works == before.0 {
                    yield_now().await;
                }
                // Whatever else could tell it has its turns.
                for _ in 0..100 {
                    yield_now().await;
                }
            };
            tokio::select! {
                biased;
                _ = &mut told => panic!("{kind:?}: {verdict} is told and not committed"),
                () = waits => {}
            }
            assert_eq!(world.names().await.len(), before.1, "{kind:?}");
            world.store.puts_off(false);
            match told.await {
                Ok(_) => assert_eq!(verdict, "code.spent"),
                Err(problem) => assert_eq!(refused::<()>(Err(problem)), "code-not-accepted"),
            }
            let names = world.names().await;
            assert_eq!((names.len(), names[before.1].as_str()), (before.1 + 1, verdict), "{kind:?}");
        }
    }
}
