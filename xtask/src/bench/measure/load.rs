//! Closed-loop clients: each has its own kept connection, asks, waits for the answer, asks again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use postern_testkit::Http;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Done;

/// A request to be sent.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) key: String,
}

/// Gives a client what to ask next, one after the other; nothing when there is no more.
pub(crate) type Source = Arc<dyn Fn() -> Option<Vec<Ask>> + Send + Sync>;

/// Whom to ask, and as whom.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) authority: String,
    pub(crate) key: String,
}

/// What a load came to.
#[derive(Default)]
pub(crate) struct Sample {
    /// Answers as they were wanted.
    pub(crate) wanted: usize,
    /// Other answers, by status.
    pub(crate) others: BTreeMap<u16, usize>,
    /// One of them.
    other: Option<Value>,
    pub(crate) seconds: f64,
    /// Microseconds of each answer, ascending.
    pub(crate) times: Vec<u64>,
    /// Keys and bodies of wanted answers, if they are to be kept.
    pub(crate) kept: Vec<(String, Value)>,
}

impl Sample {
    pub(crate) fn per_second(&self) -> f64 {
        self.wanted as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }

    /// Milliseconds that a share of the answers did not exceed.
    pub(crate) fn within(&self, share: f64) -> f64 {
        let rank = (self.times.len() as f64 * share).ceil().max(1.0) - 1.0;
        let place = self.times.iter().enumerate().find(|(index, _)| *index as f64 >= rank);
        place.map_or(f64::NAN, |(_, micros)| *micros as f64 / 1000.0)
    }

    fn add(&mut self, other: Self) {
        self.wanted += other.wanted;
        self.seconds = self.seconds.max(other.seconds);
        self.times.extend(other.times);
        self.kept.extend(other.kept);
        self.other = self.other.take().or(other.other);
        for (status, count) in other.others {
            *self.others.entry(status).or_default() += count;
        }
    }
}

/// What a load is.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) clients: usize,
    pub(crate) span: Duration,
    /// The status of a wanted answer.
    pub(crate) wanted: u16,
    pub(crate) keep: bool,
    pub(crate) source: Source,
}

/// Runs it. All are connected before the first asks.
pub(crate) async fn run(address: &Address, load: Load) -> Done<Sample> {
    let mut connections = Vec::with_capacity(load.clients);
    for _ in 0..load.clients {
        connections.push(Http::connect(&address.authority, &address.key).await);
    }
    let (begun, mut clients) = (Instant::now(), JoinSet::new());
    for connection in connections {
        clients.spawn(client(connection, load.clone(), begun));
    }
    let mut sum = Sample::default();
    while let Some(sample) = clients.join_next().await {
        sum.add(sample?);
    }
    sum.times.sort_unstable();
    if let Some(example) = sum.other.take() {
        eprintln!("bench: answers by status beside {}: {:?}, such as {example}", load.wanted, sum.others);
    }
    if sum.wanted == 0 {
        return Err("no answer was as it should be".into());
    }
    Ok(sum)
}

async fn client(mut connection: Http, load: Load, begun: Instant) -> Sample {
    let mut sample = Sample::default();
    while let Some(asks) = (load.source)() {
        for ask in asks {
            if begun.elapsed() >= load.span {
                return sample;
            }
            let sent = Instant::now();
            let answer = connection.post(&ask.path, &ask.body, &ask.key).await;
            sample.times.push(u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX));
            sample.seconds = begun.elapsed().as_secs_f64();
            if answer.status == load.wanted {
                sample.wanted += 1;
                sample.kept.extend(load.keep.then(|| (ask.key, answer.json())));
            } else {
                *sample.others.entry(answer.status).or_default() += 1;
                sample.other.get_or_insert_with(|| answer.json());
            }
        }
    }
    sample
}
