//! The last misses of a stretched sheet against good codes, by anybody and by the known device. Either a good code comes
//! first and the counts begin again, or the sheet is suspended and no code of it is accepted any more.

use std::sync::Arc;
use std::time::Duration;

use postern_codes::Format;
use postern_core::encoding::Fixed;
use postern_core::kernel::{Actor, ActorKind, Context, Draft, Key, Kind, Outcome, Step, Want, decide};
use postern_core::ports::{Clock as _, Store as _};
use postern_core::recent::RequestMark;

use postern_core::subject::fact::{Operation, RefusalReason, Refused, SubjectFact};
use postern_core::subject::{SetState, Subject};
use postern_core::throttle::Class;
use postern_core::verifier::Stretch;
use postern_testkit::{Http, Redeem, StoreKind};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::clients::{Holder, Site};
use crate::log::spent;
use crate::paper::{Asks, Paper, Told};
use crate::{is_long, redemption};

/// A word of nobody's, in the sheet's format.
const GUESS: &str = "1258Y5G6C7RMPK84";
/// Misses that there were before: one short of their share each, and all that accepted proofs have.
const MISSED: [(Class, u8); 3] = [(Class::Unknown, 49), (Class::Known, 29), (Class::Proof, 20)];
/// Rounds at most in which each of the two ends is to be seen.
const ROUNDS: usize = 60;

/// A holder whose sheet has two misses left, with a known device.
struct AtTheEdge {
    holder: Holder,
    device: String,
}

impl AtTheEdge {
    async fn new(site: &Site, name: &str) -> Self {
        let holder = site.holder_of(name, Format::Compact).await;
        let first = site.world.redeem(name, &holder.sheets[0].codes[0], Redeem::default()).await.unwrap();
        site.world.clock.advance(Duration::from_secs(73 * 3600));
        missed(site, &holder).await;
        // The longest wait is over, and no answer of these misses is remembered.
        site.world.clock.advance(Duration::from_secs(25 * 3600));
        Self { holder, device: first.device_token.to_string() }
    }

    /// Asks with a code of the sheet, counted from 1, or with a guess.
    async fn asks(&self, site: &Site, http: &mut Http, by_device: bool, code: Option<usize>, from: usize) {
        let word = code.map_or(GUESS, |code| &self.holder.sheets[0].codes[code - 1]);
        let (asks, client) = match code {
            _ if by_device => (Asks::ByDevice { code }, json!({ "device_token": self.device })),
            Some(code) => {
                (Asks::Redeem { generation: 1, code }, json!({ "address": format!("10.0.{from}.1") }))
            }
            None => (Asks::Guess, json!({ "address": format!("10.0.{from}.1") })),
        };
        let body = redemption(&site.world, &self.holder.name, word, client);
        self.holder.asks(http, asks, "/v1/redemptions", Some(&body)).await;
    }

    /// Looks how it ended, and holds all of it against the paper; whether it is suspended.
    async fn ends(&self, site: &Site) -> bool {
        let (holder, world) = (&self.holder, &site.world);
        let name = postern_app::SubjectName::Id(holder.subject);
        let call = holder.history.sends(Asks::State);
        let shown = world.app.subject(&world.token, &name).await.unwrap();
        let is_suspended = shown.status.active.unwrap().state == SetState::Suspended;
        holder.history.hears(call, Told::Suspended(is_suspended));
        let call = holder.history.sends(Asks::Look);
        // The first code was spent before the race.
        holder.history.hears(call, Told::Sees(spent(world, holder.subject).await - 1));
        holder.history.check(&Paper::new(false).at_the_edge());
        is_suspended
    }
}

/// Records the misses that there were before, each an event of its own, in one commit.
async fn missed(site: &Site, holder: &Holder) {
    let (world, at) = (&site.world, site.world.clock.now());
    let key = Key::of(Kind::Subject, world.tenant, holder.subject);
    let view = world.store.look(&[Want::Key(key)]).await.unwrap();
    let recorded = decide::<(), ()>(&*world.store, &view, move |view| {
        let context = Context { at, actor: Actor::new(ActorKind::Service, "test"), private: None };
        let (mut draft, mut subject) = (Draft::new(context), view.held::<Subject>(key)?);
        let classes = MISSED.iter().flat_map(|(class, times)| std::iter::repeat_n(*class, (*times).into()));
        for (number, class) in (0u64..).zip(classes) {
            subject = subject.record(SubjectFact::Refused(Box::new(miss(number, class))), &mut draft);
        }
        Ok(Step::Decided(draft, ()))
    });
    assert!(matches!(recorded.await, Outcome::Committed(())));
}

fn miss(number: u64, class: Class) -> Refused {
    let mark = Fixed(number.to_be_bytes());
    Refused {
        alarm: false,
        assertion: None,
        check_mismatch: false,
        class,
        counted: true,
        generation: None,
        operation: Operation::Redeem,
        reason: RefusalReason::Wrong,
        request: RequestMark { fingerprint: mark, key: mark, stretch: Stretch::ARGON2ID },
        security: None,
        source: mark,
    }
}

async fn last_misses_and_good_codes(kind: StoreKind) {
    let site = Arc::new(Site::new(kind).await);
    let (mut ended, mut begun_again, mut accepted) = (0, 0, 0);
    site.keys_are_far();
    let least = if is_long() { ROUNDS } else { 6 };
    for round in 0..ROUNDS {
        if round >= least && ended > 0 && begun_again > 0 {
            break;
        }
        let edge = Arc::new(AtTheEdge::new(&site, &format!("edge-{round}")).await);
        // A code among two guesses, of anybody's and of the device's; who comes first is by chance.
        let words = [(false, [None, Some(2), None]), (true, [None, Some(3), None])];
        let mut words: Vec<(bool, Option<usize>)> =
            words.into_iter().flat_map(|(by_device, all)| all.map(|code| (by_device, code))).collect();
        let mut asked = JoinSet::new();
        while !words.is_empty() {
            let most = u8::try_from(words.len()).unwrap();
            let (by_device, code) = words.swap_remove(site.pick(most).into());
            let (site, edge, from) = (Arc::clone(&site), Arc::clone(&edge), words.len());
            let mut http = site.service.connect().await;
            asked.spawn(async move { edge.asks(&site, &mut http, by_device, code, from).await });
        }
        asked.join_all().await;
        let is_suspended = edge.ends(&site).await;
        *(if is_suspended { &mut ended } else { &mut begun_again }) += 1;
        accepted += edge.holder.history.count(|_, told| matches!(told, Told::Accepted { .. }));
        if is_suspended {
            // A day later nothing has changed.
            site.world.clock.advance(Duration::from_secs(25 * 3600));
            let mut http = site.service.connect().await;
            for by_device in [false, true] {
                edge.asks(&site, &mut http, by_device, Some(4), 9).await;
            }
            assert!(edge.ends(&site).await, "it works again");
        }
    }
    println!("{kind:?}: {ended} sheets ended, {begun_again} counts begun again, {accepted} codes accepted");
    assert!(ended > 0 && begun_again > 0, "{ended} ended, {begun_again} did not: no race");
    site.verify().await;
}

/// One waits for the holder's keys while the other is done with: a good code while the last miss is recorded, then
/// the last miss while a good code is accepted.
async fn one_waits(kind: StoreKind) {
    let site = Arc::new(Site::new(kind).await);
    for waits in [Some(2), None] {
        let edge = Arc::new(AtTheEdge::new(&site, &format!("waits-{}", waits.is_some())).await);
        let (mut one, mut two) = (site.service.connect().await, site.service.connect().await);
        edge.asks(&site, &mut two, false, None, 1).await;
        site.keys_are_far();
        let meanwhile = {
            let (site, edge, comes) = (Arc::clone(&site), Arc::clone(&edge), waits.xor(Some(2)));
            async move { edge.asks(&site, &mut two, true, comes, 2).await }
        };
        let runtime = Handle::current();
        site.world.keys.meanwhile(move || runtime.block_on(meanwhile));
        edge.asks(&site, &mut one, true, waits, 3).await;
        let calls = edge.holder.history.calls();
        assert_eq!(calls.len(), 3, "{kind:?}: nothing happened meanwhile: {calls:?}");
        let told: Vec<Told> = calls.iter().map(|call| call.answered.unwrap().1).collect();
        let accepted = Told::Accepted { generation: 1, code: 2 };
        let expected = if waits.is_some() {
            [Told::Refused, Told::Waits, Told::Refused]
        } else {
            [Told::Refused, Told::Refused, accepted]
        };
        assert_eq!(told, expected, "{kind:?}");
        assert_eq!(edge.ends(&site).await, waits.is_some(), "{kind:?}");
    }
    site.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_misses_against_good_codes_memory() {
    last_misses_and_good_codes(StoreKind::Memory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_misses_against_good_codes_sqlite() {
    last_misses_and_good_codes(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_misses_against_good_codes_two_nodes() {
    last_misses_and_good_codes(StoreKind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_that_waited_meets_the_other_end() {
    for kind in StoreKind::ALL {
        one_waits(kind).await;
    }
}
