//! Redemptions against everything that ends a sheet, its holder's stay or the caller's key, and against a rotation:
//! 64 clients of sixteen holders, several for each code, several codes of each sheet.

use std::collections::BTreeSet;
use std::sync::Arc;

use postern_testkit::{Http, StoreKind};
use tokio::task::JoinSet;

use crate::clients::{Holder, Site};
use crate::endings::Ending;
use crate::history::{Call, History};
use crate::log::{Log, spent_behind};
use crate::paper::{Asks, Paper, Told};
use crate::{CLIENTS, is_long};

/// Holders of a round.
const HOLDERS: usize = 16;
/// Codes that a client tries one after the other: all of a holder's clients are at about the same ones.
const TRIES: usize = 5;

async fn against(kind: StoreKind, ending: Ending) {
    let mut site = new_site(kind).await;
    let (mut accepted, mut refused, mut cut_off, mut log) = (0, 0, 0, Log::default());
    for round in 0..if is_long() { 40 } else { 2 } {
        let holders = one_round(&site, round, ending).await;
        for holder in holders.iter() {
            holder.history.check(&Paper::new(ending == Ending::Confirm));
            accepted += holder.history.count(|_, told| matches!(told, Told::Accepted { .. }));
            refused += holder.history.count(|_, told| matches!(told, Told::Refused | Told::Denied));
            cut_off += cut_off_of(&holder.history);
        }
        let names = log.read_on(&site.world).await;
        let behind = ending.event(kind).map_or(0, |event| spent_behind(&names, event));
        assert_eq!(behind, 0, "codes were spent behind {:?}", ending.event(kind));
        if ending == Ending::Burn {
            site.world.app.run_campaigns().await;
        }
        site.verify().await;
        if ending.ends_nothing() {
            (site, log) = (new_site(kind).await, Log::default());
        }
    }
    println!("{kind:?} {ending:?}: {accepted} accepted, {refused} refused, {cut_off} codes cut off");
    assert!(accepted >= HOLDERS && refused >= HOLDERS, "{accepted} accepted, {refused} refused: no race");
    assert_eq!(cut_off == 0, ending.ends_nothing(), "no code met its end, or it met one that was none");
}

async fn new_site(kind: StoreKind) -> Arc<Site> {
    let site = Site::new(kind).await;
    site.keys_are_far();
    Arc::new(site)
}

/// Codes that were tried and never accepted.
fn cut_off_of(history: &History) -> usize {
    let (mut tried, mut accepted) = (BTreeSet::new(), BTreeSet::new());
    for Call { asks, answered, .. } in history.calls() {
        match (asks, answered) {
            (_, Some((_, Told::Accepted { generation, code }))) => drop(accepted.insert((generation, code))),
            (Asks::Redeem { generation, code }, Some((_, told))) if told != Told::TooMany => {
                tried.insert((generation, code));
            }
            _ => {}
        }
    }
    tried.difference(&accepted).count()
}

async fn one_round(site: &Arc<Site>, round: usize, ending: Ending) -> Arc<Vec<Holder>> {
    let mut holders = Vec::new();
    for number in 0..HOLDERS {
        holders.push(site.holder(&format!("holder-{round}-{number}"), ending == Ending::Confirm).await);
    }
    ending.prepare(site, &holders[0]).await;
    let (holders, caller) = (Arc::new(holders), site.caller().await);
    site.begins();
    let mut asked = JoinSet::new();
    for (client, mut http) in caller.clients.into_iter().enumerate() {
        let (site, holders) = (Arc::clone(site), Arc::clone(&holders));
        let holder = client % HOLDERS;
        let is_ender = ending.is_of_one() && client < HOLDERS;
        // After some of the others' answers, differently in every round.
        let after = 1 + site.pick(12);
        asked.spawn(async move {
            if is_ender {
                site.heard(after).await;
                ending.of_one(&mut http, &holders[holder]).await;
            } else {
                redeems(&site, &mut http, &holders[holder], client, ending).await;
            }
        });
    }
    if !ending.is_of_one() {
        site.heard(1 + site.pick(80)).await;
        ending.of_all(site, caller.application, &holders).await;
    }
    asked.join_all().await;
    holders
}

/// One client: a code after the other, of either sheet where there are two.
async fn redeems(site: &Site, http: &mut Http, holder: &Holder, client: usize, ending: Ending) {
    let mine = client / HOLDERS;
    for attempt in 0..TRIES {
        let is_next = ending == Ending::Confirm && (mine + attempt).is_multiple_of(2);
        let which = (if is_next { 2 } else { 1 }, attempt + 1 + mine % 2);
        // A source of its own each time: the throttle's waits are another race.
        holder.redeem(&site.world, http, which, &format!("10.{client}.{attempt}.1")).await;
    }
}

const _: () = assert!(CLIENTS > HOLDERS, "somebody must redeem");

async fn on_every_store(ending: Ending) {
    for kind in StoreKind::ALL {
        against(kind, ending).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redemptions_against_a_confirmation() {
    on_every_store(Ending::Confirm).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redemptions_against_a_revocation() {
    on_every_store(Ending::Revoke).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redemptions_against_a_leave() {
    on_every_store(Ending::Leave).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redemptions_against_an_expiry() {
    on_every_store(Ending::Expiry).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redemptions_against_a_burn() {
    on_every_store(Ending::Burn).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redemptions_against_a_rotation() {
    on_every_store(Ending::Rotation).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redemptions_against_the_end_of_the_callers_key() {
    on_every_store(Ending::Key).await;
}
