//! Batches that lock, create and claim in every order their works name: none waits for another in a circle.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use postern_core::kernel::{
    Claim, ClaimKey, Committed, Decided, Draft, Key, Space, Tampered, View, Want, Work,
};
use postern_core::ports::Store as _;
use postern_store::postgres::{Isolation, Options, Postgres};

use crate::counter::{Counted, Counter};
use crate::nodes::{long, two};
use crate::on_server::OnServer;
use crate::sequencer::whole;
use crate::support::{counter, draft, look, record_all, run, sum, tenant};

/// How many deadlocks a database has seen, once its nodes are gone: a connection tells its statistics when it ends.
pub(crate) async fn deadlocks(server: &OnServer, nodes: [Arc<Postgres>; 2]) -> String {
    for node in nodes {
        Arc::into_inner(node).expect("nobody else has the node").close().await;
    }
    let name = server.database().name();
    let asked = format!("SELECT deadlocks FROM pg_stat_database WHERE datname = '{name}'");
    // The far ends of the connections have yet to notice.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    server.database().psql(&asked).trim().to_owned()
}

/// A walk that looks like chance and is the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u8 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u8::try_from((self.0 >> 33) % most).expect("small")
    }
}

/// A new record's key and its place, of this client and round alone. Its place in key order is anywhere.
fn fresh(client: u8, round: u64) -> (Key, ClaimKey) {
    let mut id = [0; 16];
    id[0] = (round.wrapping_mul(0x9E37_79B9) >> 8).to_le_bytes()[0];
    id[1] = client + 1;
    id[8..].copy_from_slice(&round.to_be_bytes());
    let place = ClaimKey {
        tenant: tenant(1),
        space: Space::ExternalId,
        key: [id, id].concat().try_into().expect("32"),
    };
    (Key { id, ..counter(1) }, place)
}

/// Adds one to two counters, and now and then begins a record that takes a place.
fn drafted(view: &View, changed: [Key; 2], new: Option<(Key, ClaimKey)>) -> Result<Draft, Tampered> {
    let mut draft = draft();
    for key in changed {
        record_all(view.held(key)?, &[Counted::Added(1)], &mut draft);
    }
    if let Some((key, place)) = new {
        let begun = record_all(view.held::<Counter>(key)?, &[Counted::Placed(place.key)], &mut draft);
        draft.claim(Claim { place, owner: key, version: begun.version(), until: None });
    }
    Ok(draft)
}

/// One client's works; what it did to each record.
async fn client(node: Arc<Postgres>, number: u8, works: usize) -> BTreeMap<Key, u64> {
    let (mut chance, mut done) = (Chance(number.into()), BTreeMap::new());
    for round in 0..u64::try_from(works).expect("a number") {
        let left = chance.below(12);
        let changed = [left, (left + 1 + chance.below(11)) % 12].map(counter);
        let new = (chance.below(4) == 0).then(|| fresh(number, round));
        let keys: Vec<Key> = changed.into_iter().chain(new.map(|(key, _)| key)).collect();
        let view = look(&*node, &keys).await;
        let draft = drafted(&view, changed, new).expect("nothing is altered");
        let again = Box::new(move |view: &View| match drafted(view, changed, new) {
            Ok(draft) => Decided::Draft(draft),
            Err(tampered) => Decided::Rejected(tampered.key),
        });
        let wants = keys.iter().map(|key| Want::Key(*key)).collect();
        assert_eq!(node.submit(Work { wants, draft, again }).await, Committed::Committed);
        for key in keys {
            *done.entry(key).or_default() += 1;
        }
    }
    done
}

async fn never(isolation: Isolation) {
    let server = OnServer::read_committed();
    let nodes = two(&server, Options { committers: 4, isolation, ..Options::default() }).await;
    let works = long(3_000, 100_000) / 48;
    let tasks: Vec<_> = (0..48_u8)
        .map(|number| tokio::spawn(client(Arc::clone(&nodes[usize::from(number % 2)]), number, works)))
        .collect();
    let mut committed = BTreeMap::<Key, u64>::new();
    for task in tasks {
        for (key, count) in task.await.expect("the task ends") {
            *committed.entry(key).or_default() += count;
        }
    }
    for number in 0..12 {
        assert_eq!(Some(&sum(&*nodes[0], counter(number)).await), committed.get(&counter(number)));
    }
    nodes[0].number_now().await.expect("numbers");
    whole(&*nodes[0], &committed).await;
    let begun = committed.len() - 12;
    assert_eq!(nodes[0].claims(tenant(1)).await.expect("claims").len(), begun);
    assert_eq!(deadlocks(&server, nodes).await, "0");
}

#[test]
fn batches_that_create_and_claim_never_deadlock() {
    run(never(Isolation::ReadCommitted));
}

#[test]
fn nor_at_serializable_isolation() {
    run(never(Isolation::Serializable));
}
