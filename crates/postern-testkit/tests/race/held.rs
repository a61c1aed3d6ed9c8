//! A redemption that has looked and waits for the holder's keys, while its caller's key, its sheet or its holder's stay
//! ends and somebody reads in the log that it has ended. On every store it is decided again then: behind an end nothing is
//! spent, and on PostgreSQL no log is numbered as if it had been.

use std::sync::Arc;

use postern_testkit::StoreKind;
use tokio::runtime::Handle;

use crate::clients::{Caller, Site};
use crate::endings::Ending;
use crate::log::{Log, spent, spent_behind};
use crate::paper::{Asks, Paper, Told};

/// What may end: by an act of somebody's, so that a request that came before it is still refused.
const ENDINGS: [Ending; 5] = [Ending::Key, Ending::Burn, Ending::Revoke, Ending::Leave, Ending::Confirm];

async fn behind(kind: StoreKind, ending: Ending) {
    let site = Arc::new(Site::new(kind).await);
    let holder = Arc::new([site.holder("held", ending == Ending::Confirm).await]);
    ending.prepare(&site, &holder[0]).await;
    let Caller { application, mut clients } = site.caller().await;
    site.keys_are_far();
    let meanwhile = {
        let (site, holder) = (Arc::clone(&site), Arc::clone(&holder));
        let mut other = site.service.connect().await;
        async move {
            if ending.is_of_one() {
                ending.of_one(&mut other, &holder[0]).await;
                let call = holder[0].history.sends(Asks::Look);
                holder[0].history.hears(call, Told::Sees(spent(&site.world, holder[0].subject).await));
            } else {
                ending.of_all(&site, application, holder.as_slice()).await;
            }
        }
    };
    let runtime = Handle::current();
    site.world.keys.meanwhile(move || runtime.block_on(meanwhile));
    holder[0].redeem(&site.world, &mut clients[0], (1, 2), "192.0.2.1").await;
    let calls = holder[0].history.calls();
    assert_eq!(calls.len(), 3, "{kind:?} {ending:?}: nothing happened meanwhile: {calls:?}");
    let told = calls[0].answered.unwrap().1;
    let expected = if ending == Ending::Key { Told::Denied } else { Told::Refused };
    assert_eq!(told, expected, "{kind:?} {ending:?}");
    holder[0].history.check(&Paper::new(ending == Ending::Confirm));
    // It was numbered before anybody read it: from here on the order of the log is that of the acts.
    let names = Log::default().read_on(&site.world).await;
    assert_eq!(spent_behind(&names, ending.name()), 0, "{kind:?} {ending:?}: {names:?}");
    site.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_waited_is_spent_behind_an_end_memory() {
    for ending in ENDINGS {
        behind(StoreKind::Memory, ending).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_waited_is_spent_behind_an_end_sqlite() {
    for ending in ENDINGS {
        behind(StoreKind::Sqlite, ending).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_waited_is_spent_behind_an_end_two_nodes() {
    for ending in ENDINGS {
        behind(StoreKind::Postgres, ending).await;
    }
}
