//! Each way is gone: while the service runs, and again before it starts. What is not as the table says fails.

use std::path::Path;
use std::sync::Arc;

use postern_app::{App, Problem};
use postern_log::open_checkpoint;
use postern_outside::anchor_file::AnchorFile;
use postern_testkit::{Numbers, StoreKind};

use crate::forged;
use crate::ground::{AnchorIs, Day, Ground, start};
use crate::ways::{self, Kept, Way};

/// What was seen of one way.
pub(crate) struct Seen {
    pub(crate) taken: Vec<&'static str>,
    pub(crate) answer: &'static str,
    pub(crate) start: String,
    pub(crate) findings: Vec<String>,
    /// Events that were put aside, as the installation's log tells of them.
    pub(crate) forged: usize,
    /// What is wrong with how it is made good again, or told by what somebody kept.
    pub(crate) told: Option<String>,
}

/// Opens with the way's keys.
async fn open(ground: &Ground, way: &Way) -> Arc<App> {
    let keys = if way.other_keys { &ground.other.keys } else { &ground.rest.keys };
    ground.rest.open(keys, Numbers::First).await
}

/// Goes one way.
pub(crate) async fn go(ground: &Ground, way: &Way) -> Seen {
    let (mut taken, answer) =
        if everything(ground.kind) { while_it_runs(ground, way).await } else { (Vec::new(), way.answer) };
    ground.lay(way.day);
    (way.alter)(ground);
    let app = open(ground, way).await;
    let findings = app.verify(None, true).await.map_or_else(
        |refused| vec![refused.to_string()],
        |report| {
            report
                .findings
                .into_iter()
                .map(|finding| format!("{}: {}", finding.object, finding.what))
                .collect()
        },
    );
    let forged = if way.day == Day::Waiting { forged::told(ground, &app).await.len() } else { 0 };
    let anchor = ground.anchor(way.anchor);
    let start = start(&app, &anchor).await.err().unwrap_or_default();
    let told = told(ground, way, &app, &anchor).await;
    if !start.is_empty() {
        // As `serve` does: it stays up and answers nothing.
        app.stop();
    }
    taken.extend(ground.tried(&app, way.day, 1).await.0);
    Seen { taken, answer, start, findings, forged, told }
}

/// What a start makes good again, and what a checkpoint tells that somebody kept.
async fn told(ground: &Ground, way: &Way, app: &Arc<App>, anchor: &Path) -> Option<String> {
    let size = ground.size();
    let answer = match way.kept {
        Kept::Nothing => None,
        Kept::Checkpoint => app.consistency(&ground.token, size).await.err(),
        Kept::Receipt => app.proof(&ground.token, ground.waiting_event()).await.err(),
    };
    if way.kept != Kept::Nothing {
        let forgot = matches!(answer, Some(Problem::NotFound | Problem::Unavailable));
        return (!forgot).then(|| format!("whoever kept {:?} is told nothing: {answer:?}", way.kept));
    }
    if way.mended.is_empty() {
        return None;
    }
    let log = AnchorFile::look(anchor).unwrap().logs.remove(&ground.tenant.to_string());
    let known = log.map(|log| log.size());
    let note = app.checkpoint(&ground.token).await.unwrap();
    let signed = open_checkpoint(&note, &app.verifier_key(ground.tenant)).unwrap().size;
    (known != Some(size) || signed != size)
        .then(|| format!("of {size} events {signed} are signed, {known:?} anchored"))
}

/// With a server every way takes seconds: the short form goes a third of them there, and all that only a server has.
fn is_gone(kind: StoreKind, n: usize, way: &Way) -> bool {
    everything(kind) || n.is_multiple_of(3) || way.day == Day::Waiting
}

fn everything(kind: StoreKind) -> bool {
    kind == StoreKind::Sqlite || std::env::var_os("POSTERN_LONG").is_some()
}

async fn while_it_runs(ground: &Ground, way: &Way) -> (Vec<&'static str>, &'static str) {
    ground.lay(way.day);
    let app = open(ground, way).await;
    // Heads of logs are in memory from here on.
    let _ = app.create_subject(&ground.token, ground.somebody()).await;
    (way.alter)(ground);
    ground.tried(&app, way.day, 0).await
}

async fn every_way(kind: StoreKind, ways: Vec<Way>) {
    let ground = Ground::new(kind).await;
    let mut wrong = Vec::new();
    let on = ways.iter().filter(|way| way.is_on(kind)).enumerate();
    for (_, way) in on.filter(|(n, way)| is_gone(kind, *n, way)) {
        let seen = go(&ground, way).await;
        wrong.extend(way.wrong_with(&seen, kind).map(|what| format!("{}: {what}", way.done)));
    }
    assert!(wrong.is_empty(), "{kind:?}: {wrong:#?}");
}

impl Way {
    /// What is not as the table says.
    fn wrong_with(&self, seen: &Seen, kind: StoreKind) -> Option<String> {
        let named = |what: &str, expected: &str, found: &[String]| {
            let fits = if expected.is_empty() {
                found.is_empty()
            } else {
                found.iter().any(|one| one.contains(expected))
            };
            (!fits).then(|| format!("{what} said {found:?}, not {expected:?}"))
        };
        let start: Vec<String> = (!seen.start.is_empty()).then(|| seen.start.clone()).into_iter().collect();
        let on_server = if kind == StoreKind::Postgres { self.gains_on_server } else { &[] };
        let may = [self.gains, on_server].concat();
        if seen.taken.iter().any(|taken| !may.contains(taken)) {
            return Some(format!("it was taken: {:?}", seen.taken));
        }
        // What is said to go through does, or the case shows nothing.
        if let Some(gain) = self.gains.iter().find(|gain| !seen.taken.contains(gain)) {
            return Some(format!("{gain} was not taken"));
        }
        if seen.forged != usize::from(self.forged) {
            return Some(format!("{} events were told of as forged", seen.forged));
        }
        if seen.told.is_some() {
            return seen.told.clone();
        }
        // A server's nodes do not look at a log's head before they commit.
        if kind == StoreKind::Sqlite && seen.answer != self.answer {
            return Some(format!("the answer was {}, not {}", seen.answer, self.answer));
        }
        named("a start", self.start, &start)
            .or_else(|| named("the verification", self.verify, &seen.findings))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_is_refused_or_named_sqlite() {
    every_way(StoreKind::Sqlite, ways::all()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_is_refused_or_named_postgres() {
    every_way(StoreKind::Postgres, ways::all()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_control_is_needed_and_the_next_one_names_what_goes_through_sqlite() {
    every_way(StoreKind::Sqlite, ways::controls()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_control_is_needed_and_the_next_one_names_what_goes_through_postgres() {
    every_way(StoreKind::Postgres, ways::controls()).await;
}

/// Nothing is wrong with what was not altered, or the campaign shows nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_altered_is_as_it_should_be() {
    for kind in crate::history::KINDS {
        let ground = Ground::new(kind).await;
        let app = ground.open().await;
        assert_eq!(start(&app, &ground.anchor(AnchorIs::Todays)).await, Ok(()));
        let report = app.verify(None, true).await.unwrap();
        assert!(report.verified && report.rows > 10, "{:?}", report.findings);
        assert_eq!(ground.tried(&app, Day::Today, 0).await, (Vec::new(), "accepted"));
        assert_eq!(ground.tried(&app, Day::Today, 1).await, (Vec::new(), "accepted"));
    }
}
