//! The short form: the same bytes after the same work, for every reason, on every store.

use postern_codes::Format;
use postern_core::counted::{Counted, MACS, ROWS, STRETCHES};
use postern_testkit::{Asked, Service, StoreKind, World};
use tokio::sync::Mutex;

use crate::answers::Wire;
use crate::cases::cases;

/// The counts are the process's: one test counts at a time.
pub(crate) static COUNTING: Mutex<()> = Mutex::const_new(());

/// What one attempt cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Work {
    /// Calls of the key service.
    keys: usize,
    macs: u64,
    stretches: u64,
    rows: u64,
    store: Asked,
}

pub(crate) fn until_now(world: &World) -> Work {
    let now = |counted: &Counted| counted.now();
    Work {
        keys: world.keys.asked(),
        macs: now(&MACS),
        stretches: now(&STRETCHES),
        rows: now(&ROWS),
        store: world.store.asked(),
    }
}

impl Work {
    pub(crate) fn since(self, before: Self) -> Self {
        let (store, then) = (self.store, before.store);
        Self {
            keys: self.keys - before.keys,
            macs: self.macs - before.macs,
            stretches: self.stretches - before.stretches,
            rows: self.rows - before.rows,
            store: Asked {
                looks: store.looks - then.looks,
                wants: store.wants - then.wants,
                reads: store.reads - then.reads,
                works: store.works - then.works,
                writes: store.writes - then.writes,
                conditions: store.conditions - then.conditions,
                bytes: store.bytes - then.bytes,
            },
        }
    }
}

async fn alike(kind: StoreKind, format: Format) {
    let _counting = COUNTING.lock().await;
    let world = World::new(kind).await;
    let cases = cases(&world, format).await;
    let service = Service::start(&world).await;
    let mut wire = Wire::connect(&service.authority).await;
    // The first attempt makes a bucket for nobody, as the first one of a subject counts its source; then each again.
    for round in 0..3 {
        let mut found = Vec::new();
        for case in &cases {
            let request = wire.request(&world, case);
            let before = until_now(&world);
            let answer = wire.exchange(&request).await;
            let work = until_now(&world).since(before);
            found.push((case.why, answer, work));
        }
        compared(&found, &format!("{kind:?} {} {round}", format.name()));
    }
}

/// HMACs that a row, a part, a claim and kinds cost that one reason has and another has not: 0.24 µs each.
const MACS_APART: u64 = 8;
/// Rows that are opened twice if they are there: a bucket is not before the first word for nobody.
const ROWS_APART: u64 = 2;
/// Bytes of a commit: what a record says differs, what is asked of the disk does not.
const BYTES_APART: u64 = 512;

fn compared(found: &[(&str, String, Work)], about: &str) {
    compared_to("HTTP/1.1 422 ", found, about);
}

/// That all are answered with this status, alike, after the same work.
pub(crate) fn compared_to(status: &str, found: &[(&str, String, Work)], about: &str) {
    let (_, answer, work) = &found[0];
    assert!(answer.starts_with(status), "{answer}");
    let exact = |work: &Work| {
        let Asked { looks, wants, reads, works, writes, conditions, bytes: _ } = work.store;
        (work.keys, work.stretches, [looks, wants, reads, works, writes, conditions])
    };
    for (why, other, did) in found {
        assert_eq!(other, answer, "{about}: {why} is answered otherwise");
        assert_eq!(exact(did), exact(work), "{about}: {why} is other work");
    }
    let apart = |of: fn(&Work) -> u64| {
        let all: Vec<u64> = found.iter().map(|(_, _, work)| of(work)).collect();
        all.iter().max().unwrap() - all.iter().min().unwrap()
    };
    let (macs, rows, bytes) =
        (apart(|work| work.macs), apart(|work| work.rows), apart(|work| work.store.bytes));
    // A node on PostgreSQL numbers events by itself meanwhile, and checks their MACs.
    let macs_apart = if about.starts_with("Postgres") { u64::MAX } else { MACS_APART };
    println!("{about}: {:?}, HMACs {} ± {macs}, rows ± {rows}, bytes ± {bytes}", exact(work), work.macs);
    assert!(macs <= macs_apart && rows <= ROWS_APART + 1 && bytes <= BYTES_APART, "{about}: {found:#?}");
}

#[tokio::test]
async fn every_reason_is_the_same_answer_and_the_same_work_standard() {
    for kind in StoreKind::ALL {
        alike(kind, Format::Standard).await;
    }
}

#[tokio::test]
async fn every_reason_is_the_same_answer_and_the_same_work_compact() {
    alike(StoreKind::Sqlite, Format::Compact).await;
}

#[tokio::test]
async fn every_reason_is_the_same_answer_and_the_same_work_numeric() {
    alike(StoreKind::Memory, Format::Numeric).await;
}

/// The counts see what they look for: another key service call, another read, another byte are found.
#[test]
fn a_difference_is_seen() {
    let store = Asked { looks: 1, wants: 4, reads: 1, works: 1, writes: 2, conditions: 3, bytes: 1_800 };
    let same = Work { keys: 1, macs: 35, stretches: 0, rows: 8, store };
    let answer = "HTTP/1.1 422 Unprocessable Entity\r\n\r\n{}".to_owned();
    let seen = |other: Work, told: &str| {
        let found = [("one", answer.clone(), same), ("other", told.to_owned(), other)];
        std::panic::catch_unwind(|| compared(&found, "planted")).is_err()
    };
    assert!(!seen(same, &answer));
    assert!(seen(same, &answer.replace("{}", "{ }")));
    for other in [
        Work { keys: 2, ..same },
        Work { stretches: 1, ..same },
        Work { macs: 45, ..same },
        Work { rows: 12, ..same },
        Work { store: Asked { reads: 2, ..store }, ..same },
        Work { store: Asked { works: 0, ..store }, ..same },
        Work { store: Asked { writes: 3, ..store }, ..same },
        Work { store: Asked { bytes: 2_400, ..store }, ..same },
    ] {
        assert!(seen(other, &answer), "{other:?}");
    }
}
