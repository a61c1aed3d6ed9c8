//! What proofs and tiles of a long log cost at first, while its events are read, and afterwards. Run with
//! `POSTERN_LONG=1` and `--no-capture` it prints the figures of decision 0051.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may")]

use std::collections::BTreeMap;
use std::future::Future;

use postern_app::{EventName, Problem};
use postern_core::ports::{Clock as _, Keys as _};
use postern_log::{Anchor, Frontier, Tile};
use postern_store::many::Many;
use postern_store::postgres::Fill;
use postern_testkit::{Maker, SeededEntropy, StoreKind, World};
use tokio::time::Instant;

/// People of a run, with three events each: more events than one answer reads, and in a long run 100,000.
const PEOPLE: [usize; 2] = [22_000, 33_400];

/// People that are written at once.
const AT_ONCE: usize = 2_000;

/// Events that one answer reads at most.
const AT_MOST: u64 = 65_536;

async fn filled() -> World {
    let world = World::new(StoreKind::Postgres).await;
    let sealer = || world.keys.local().sealer().clone();
    let entropy = SeededEntropy::new(9);
    let maker = Maker { keys: &*world.keys, entropy: &entropy, tenant: world.tenant, now: world.clock.now() };
    let mut fill = Fill::connect(&world.database().url(), sealer(), world.tenant).await.unwrap();
    let [short, long] = PEOPLE;
    let people = if std::env::var_os("POSTERN_LONG").is_some() { long } else { short };
    for first in (0..people).step_by(AT_ONCE) {
        let mut many = Many::new(sealer());
        for number in first..people.min(first + AT_ONCE) {
            maker.person(&format!("person-{number}"), &mut many);
        }
        fill.write(many).await.unwrap();
    }
    world.app.number_pending().await;
    world
}

/// What came of something, and how long it took, said aloud.
async fn timed<A>(what: &str, asked: impl Future<Output = Result<A, Problem>>) -> Result<A, Problem> {
    let begun = Instant::now();
    let answer = asked.await;
    let told = answer.as_ref().map_or_else(Problem::name, |_| "answered");
    println!("{what}: {told} in {:.1} ms", begun.elapsed().as_secs_f64() * 1000.0);
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_reads_so_many_events_and_the_next_goes_on() {
    let world = filled().await;
    let first = || EventName::Index(0);
    let early = timed("the first proof", world.app.proof(&world.token, first())).await;
    assert!(matches!(early, Err(Problem::TooManyRequests { .. })), "{:?}", early.map(|_| "a proof"));
    let proof = timed("the second", world.app.proof(&world.token, first())).await.unwrap();
    let size = proof.check(&world.app.verifier_key(world.tenant)).unwrap().size;
    assert!(size > AT_MOST, "{size}");
    println!("{size} events");
    // An anchor that is far behind, and one that is of another history.
    let logs = |frontier| BTreeMap::from([(world.tenant.to_string(), frontier)]);
    let [behind, mut other] = [Frontier::new(), Frontier::new()];
    other.append([1; 32]);
    world.app.check_anchor(&Anchor { epoch: 1, logs: logs(behind) }).await.unwrap();
    assert!(world.app.check_anchor(&Anchor { epoch: 1, logs: logs(other) }).await.is_err());
    for index in [1, size / 2, size - 1] {
        let named = EventName::Index(index);
        let proof = timed("a proof", world.app.proof(&world.token, named)).await.unwrap();
        assert!(proof.check(&world.app.verifier_key(world.tenant)).is_ok());
    }
    for path in ["0/000", "entries/001", "1/000", "2/000.p/1"] {
        let tile = Tile::parse(path).unwrap();
        timed(path, world.app.tile(&world.token, tile)).await.unwrap();
    }
    // What the first node read is stored: another one, which has read nothing yet, begins with that.
    let proof = timed("the first proof on another node", world.other.proof(&world.token, first())).await;
    assert!(proof.is_ok_and(|proof| proof.check(&world.app.verifier_key(world.tenant)).is_ok()));
    let above = Tile::parse("1/000").unwrap();
    timed("1/000 on another node", world.other.tile(&world.token, above)).await.unwrap();
}
