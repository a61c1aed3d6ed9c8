//! Right requests with something done to their bytes, at random: never a 5xx, never a hang, always documented.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use postern_server::Limits;
use postern_testkit::StoreKind;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};

use crate::long;
use crate::site::{SOON, Site};

/// What is done to bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Put(Index, Vec<u8>),
    Take(Index, usize),
    Again(Index, usize),
    End(Index),
}

impl Change {
    fn to(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Flip(at, bits) => bytes[at.index(length)] ^= bits,
            Self::Put(at, more) => {
                let at = at.index(length);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Take(at, count) => {
                let at = at.index(length);
                bytes.drain(at..length.min(at + count));
            }
            Self::Again(at, count) => {
                let at = at.index(length);
                let more = bytes[at..length.min(at + count)].to_vec();
                bytes.splice(at..at, more);
            }
            Self::End(at) => bytes.truncate(at.index(length)),
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let words: [&[u8]; 9] =
        [b"\0", b"\r\n", b"\r\n\r\n", b"\"", b"\\u0000", b"{", b"[[[[", b"Content-Length: 9\r\n", b"\xff"];
    let more = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..20),
        proptest::sample::select(words.map(<[u8]>::to_vec).to_vec()),
    ];
    prop_oneof![
        4 => (any::<Index>(), 1..=255u8).prop_map(|(at, bits)| Change::Flip(at, bits)),
        3 => (any::<Index>(), more).prop_map(|(at, more)| Change::Put(at, more)),
        2 => (any::<Index>(), 1..40usize).prop_map(|(at, count)| Change::Take(at, count)),
        2 => (any::<Index>(), 1..200usize).prop_map(|(at, count)| Change::Again(at, count)),
        1 => any::<Index>().prop_map(Change::End),
    ]
}

/// The requests that are changed: none of them is accepted as it is.
fn requests(site: &Site) -> Vec<Vec<u8>> {
    let wrong = site.body("PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2").to_string();
    let get = |path: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
            site.world.key
        )
        .into_bytes()
    };
    let chunked = site.head("/v1/redemptions", "Connection: close\r\nTransfer-Encoding: chunked\r\n")
        + &format!("{:x}\r\n{wrong}\r\n0\r\n\r\n", wrong.len());
    vec![
        site.request("/v1/redemptions", wrong.as_bytes()),
        chunked.into_bytes(),
        site.request(&format!("/v1/code-sets/{}/confirm", site.sheet.set), b"{\"code\":\"PSTN-1\"}"),
        site.request("/v1/subjects/lookup", b"{\"external_id\":\"anna\"}"),
        get("/v1/events?after=0&limit=5"),
        get("/v1/subjects/sub_00000000000000000000000000"),
    ]
}

#[test]
fn changed_at_random_they_are_answered_from_the_list() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let soon = Duration::from_millis(100);
    let limits = Limits { head_time: soon, body_time: soon, ..SOON };
    let site = runtime.block_on(Site::with(StoreKind::Memory, limits));
    let requests = requests(&site);
    let cases = if long() { 20_000 } else { 300 };
    let strategy = (0..requests.len(), proptest::collection::vec(change(), 1..5), Just(()))
        .prop_map(|(of, changes, ())| (of, changes));
    let answered = AtomicU32::new(0);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let ran = runner.run(&strategy, |(of, changes)| {
        let mut bytes = requests[of].clone();
        changes.iter().for_each(|change| change.to(&mut bytes));
        let reply = runtime.block_on(site.send(&bytes));
        reply.documented(&format!("{:?}", String::from_utf8_lossy(&bytes)));
        answered.fetch_add(u32::from(!reply.statuses().is_empty()), Ordering::Relaxed);
        Ok(())
    });
    ran.unwrap();
    let answered = answered.into_inner();
    assert!(answered >= cases / 2, "only {answered} of {cases} were answered");
    runtime.block_on(site.serves_others());
    runtime.block_on(site.is_whole());
}
