//! Verifying rows, claims and the keyring against the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use postern_core::application::Application;
use postern_core::bucket::Bucket;
use postern_core::ids::TenantId;
use postern_core::kernel::{ClaimKey, EventHead, Held, Key, Kind, Record, Space, Tampered, Want, replay};
use postern_core::personal::SubjectKey;
use postern_core::ports::Listed;
use postern_core::prover::Prover;
use postern_core::subject::Subject;
use postern_core::tenant::Tenant;

use super::How;
use super::acts::Acts;
use super::archive::{Archive, Early};
use super::log::Objects;
use super::looked::used_assertion;
use super::report::{Finding, Report};
use super::used::Uses;
use crate::app::App;
use crate::operator::Refused;

/// Rows or events that are read at once.
const PAGE: usize = 500;
/// Rows whose events and keys are read at the same time.
const BESIDE: usize = 16;

/// What is gathered while rows are looked at.
struct Rows<'a> {
    tenant: TenantId,
    how: How,
    /// Versions that events make; what is left at the end has no row.
    versions: BTreeMap<Key, u64>,
    /// Versions up to which the first events of records are thinned.
    thinned: BTreeMap<Key, u64>,
    /// An export that has them.
    archive: Option<Arc<Archive>>,
    not_replayed: &'a mut Vec<String>,
    /// Places that rows name, with their owners.
    named: BTreeMap<ClaimKey, Key>,
    looked_at: u64,
    findings: &'a mut Vec<Finding>,
}

/// One row, opened, and what was read beside it.
struct Beside<R: Record> {
    held: Result<Held<R>, Tampered>,
    history: Option<Vec<EventHead>>,
    /// How many of its first events are thinned.
    thinned: u64,
    /// Those, if they are to be had.
    early: Early,
    /// Whether a thinned event that it needs is not beside the log as it was written.
    lacks: bool,
    wrapped: Option<Vec<u8>>,
}

/// What is known of a record before its row is looked at.
struct Known {
    /// How many events the log has of it.
    events: Option<u64>,
    /// How many of the first are thinned.
    thinned: u64,
    /// Whether it is rebuilt from its events.
    replay: bool,
    archive: Option<Arc<Archive>>,
}

impl Rows<'_> {
    fn known(&self, key: Key) -> Known {
        let events = self.versions.get(&key).copied();
        let thinned = self.thinned.get(&key).copied().unwrap_or(0);
        Known { events, thinned, replay: self.how.replay, archive: self.archive.clone() }
    }

    fn find(&mut self, object: impl ToString, what: impl ToString) {
        self.findings.push(Finding {
            tenant: self.tenant,
            object: object.to_string(),
            what: what.to_string(),
        });
    }
}

impl App {
    pub(super) async fn verify_rows(
        self: &Arc<Self>,
        tenant: TenantId,
        objects: Objects,
        (how, archive): (How, Option<Arc<Archive>>),
        report: &mut Report,
    ) -> Result<(), Refused> {
        let mut rows = Rows {
            tenant,
            how,
            versions: objects.versions,
            thinned: objects.thinned,
            archive,
            not_replayed: &mut report.not_replayed,
            named: BTreeMap::new(),
            looked_at: 0,
            findings: &mut report.findings,
        };
        self.verify_kind::<Tenant>(&mut rows).await?;
        self.verify_kind::<Application>(&mut rows).await?;
        self.verify_kind::<Prover>(&mut rows).await?;
        self.verify_kind::<Subject>(&mut rows).await?;
        self.verify_kind::<Bucket>(&mut rows).await?;
        for key in std::mem::take(&mut rows.versions).into_keys() {
            // It may have begun while the rows were listed.
            if self.version_now(key).await? == Some(0) {
                rows.find(key, "its events have no row");
            }
        }
        self.verify_claims(&mut rows, &Uses::new(objects.assertions), &objects.acts).await?;
        report.rows += rows.looked_at;
        Ok(())
    }

    async fn verify_kind<R: Record>(self: &Arc<Self>, rows: &mut Rows<'_>) -> Result<(), Refused> {
        let mut after = None;
        loop {
            let page = self.store().list(R::KIND, Some(rows.tenant), after, PAGE).await;
            let page = page.map_err(|fault| Refused(fault.to_string()))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.key);
            for some in page.chunks(BESIDE) {
                let besides = some.iter().map(|listed| {
                    let (app, known) = (Arc::clone(self), rows.known(listed.key));
                    let listed = listed.clone();
                    tokio::spawn(async move { app.beside::<R>(&listed, known).await })
                });
                for (listed, beside) in some.iter().zip(join_all(besides).await) {
                    rows.looked_at += 1;
                    self.works.verifying.pass(1);
                    let beside = beside.map_err(|fault| Refused(fault.to_string()))??;
                    self.verify_row::<R>(listed, beside, rows);
                }
                if !rows.how.pause.is_zero() {
                    tokio::time::sleep(rows.how.pause).await;
                }
            }
        }
    }

    /// What has to be read for one row. Its events are, if it is to be rebuilt from them; and if the log was walked
    /// before it came to its version, then its own events decide. It is never behind them otherwise.
    async fn beside<R: Record>(&self, listed: &Listed, known: Known) -> Result<Beside<R>, Refused> {
        let Known { events, thinned, replay, archive } = known;
        let key = listed.key;
        let held = Held::<R>::open(key, Some(&listed.row), self.local().sealer());
        let Ok(held) = held else {
            let early = Early::NotThere;
            return Ok(Beside { held, history: None, thinned, early, lacks: false, wrapped: None });
        };
        let walked = events.is_some_and(|events| events >= held.version());
        let history =
            if replay || !walked { Some(self.whole_history(key, held.version()).await?) } else { None };
        let has_key = R::KIND == Kind::Subject;
        let wrapped = if has_key {
            self.store().keyring(key).await.map_err(|fault| Refused(fault.to_string()))?
        } else {
            None
        };
        let early = match archive.filter(|_| replay && thinned > 0) {
            Some(archive) => self.early(&archive, key, thinned).await?,
            None => Early::NotThere,
        };
        let needed = held.state().and_then(Record::needed_event).filter(|needed| *needed <= thinned);
        let lacks = match needed {
            Some(version) => !self.has_kept(key, version).await?,
            None => false,
        };
        Ok(Beside { held: Ok(held), history, thinned, early, lacks, wrapped })
    }

    fn verify_row<R: Record>(&self, listed: &Listed, beside: Beside<R>, rows: &mut Rows<'_>) {
        let key = listed.key;
        let events = rows.versions.remove(&key);
        let held = match beside.held {
            Ok(held) => held,
            Err(tampered) => {
                rows.find(key, tampered);
                return;
            }
        };
        let own = beside.history.as_ref().map_or(0, |history| beside.thinned + history.len() as u64);
        if beside.lacks {
            rows.find(key, "a thinned event that it needs is missing or is not as it was written");
        }
        let made = events.filter(|events| *events >= held.version()).unwrap_or(own);
        if made != held.version() {
            rows.find(key, format!("its row has version {}, its events make {made}", held.version()));
        }
        for place in held.state().map(|state| state.claims(key.tenant)).unwrap_or_default() {
            if let Some(other) = rows.named.insert(place, key) {
                rows.find(key, format!("it names the same place as {other}"));
            }
        }
        let needs_key = held.state().is_some_and(Record::has_own_key);
        if beside.wrapped.is_some() && !needs_key {
            rows.find(key, "it was erased, and its own key is there again");
        }
        let own_key = beside.wrapped.and_then(|wrapped| SubjectKey::unwrap(self.local(), key, &wrapped));
        if needs_key && own_key.is_none() {
            rows.find(key, "its own key is missing or is not as it was written");
        }
        if let Some(history) = beside.history.filter(|_| rows.how.replay) {
            let history = match beside.early {
                _ if beside.thinned == 0 => history,
                Early::Heads(mut early) => {
                    early.extend(history);
                    early
                }
                Early::NotThere => {
                    rows.not_replayed.push(key.to_string());
                    return;
                }
                Early::Other => {
                    rows.find(key, "the export has other events of it than the log");
                    return;
                }
            };
            let compared = replay::<R>(history).and_then(|replayed| replayed.compare(&held));
            if let Err(difference) = compared {
                rows.find(key, difference);
            }
        }
    }

    /// The same, of a row: what was committed a moment ago may wait for its place in the log, and is given it.
    pub(super) async fn whole_history(&self, key: Key, version: u64) -> Result<Vec<EventHead>, Refused> {
        let history = self.history(key, version).await?;
        if history.len() as u64 >= version {
            return Ok(history);
        }
        self.number_pending().await;
        self.history(key, version).await
    }

    /// A record's events up to a version, in order.
    pub(super) async fn history(&self, key: Key, version: u64) -> Result<Vec<EventHead>, Refused> {
        let (mut heads, mut from) = (Vec::new(), 0);
        loop {
            let page = self.store().events(key.tenant, from, PAGE, Some(key)).await;
            let page = page.map_err(|fault| Refused(fault.to_string()))?;
            let until = page.iter().filter(|event| event.version <= version);
            heads.extend(until.filter_map(|event| EventHead::read(&event.bytes).ok()));
            match page.last() {
                Some(last) if page.len() == PAGE => from = last.index + 1,
                _ => return Ok(heads),
            }
        }
    }

    /// A record's version now; 0 if it does not exist, `None` if its row is not as it was written.
    async fn version_now(&self, key: Key) -> Result<Option<u64>, Refused> {
        let view = self.store().look(&[Want::Key(key)]).await.map_err(|fault| Refused(fault.to_string()))?;
        Ok(match key.kind {
            Kind::Tenant => view.held::<Tenant>(key).map(|held| held.version()).ok(),
            Kind::Application => view.held::<Application>(key).map(|held| held.version()).ok(),
            Kind::Prover => view.held::<Prover>(key).map(|held| held.version()).ok(),
            Kind::Subject => view.held::<Subject>(key).map(|held| held.version()).ok(),
            Kind::Bucket => view.held::<Bucket>(key).map(|held| held.version()).ok(),
        })
    }

    /// Whether a subject names a place now: it may have begun while the rows were listed.
    async fn names_now(&self, owner: Key, place: ClaimKey) -> Result<bool, Refused> {
        let view =
            self.store().look(&[Want::Key(owner)]).await.map_err(|fault| Refused(fault.to_string()))?;
        let held = (owner.kind == Kind::Subject).then(|| view.held::<Subject>(owner).ok()).flatten();
        Ok(held.is_some_and(|held| {
            held.state().is_some_and(|state| state.claims(owner.tenant).contains(&place))
        }))
    }

    /// Whether an event of a record used an assertion: it may have come while the log was walked.
    async fn used_now(&self, owner: Key, place: [u8; 32]) -> Result<bool, Refused> {
        let history = self.history(owner, u64::MAX).await?;
        Ok(history.iter().any(|head| used_assertion(head) == Some(place)))
    }

    /// Every claim has its seal and an owner that names it; every named place is claimed.
    async fn verify_claims(&self, rows: &mut Rows<'_>, used: &Uses, acts: &Acts) -> Result<(), Refused> {
        let claims = self.store().claims(rows.tenant).await.map_err(|fault| Refused(fault.to_string()))?;
        let (mut taken, mut capped) = (BTreeSet::new(), BTreeSet::new());
        for (claim, seal) in claims {
            let name = format!("claim of {}", claim.owner);
            if !self.local().sealer().claim_is_genuine(&claim, &seal) {
                rows.find(name, "its seal is wrong");
                continue;
            }
            let (place, owner) = (claim.place, claim.owner);
            match place.space {
                Space::ExternalId | Space::Departed => {
                    let named = rows.named.remove(&place) == Some(owner);
                    if !named && !self.names_now(owner, place).await? {
                        rows.find(name, "its owner does not name it");
                    }
                }
                Space::Assertion => {
                    taken.insert((place.key, owner));
                    if !used.has(place.key, owner) && !self.used_now(owner, place.key).await? {
                        rows.find(name, "no event used its assertion");
                    }
                }
                Space::Cap => {
                    capped.insert((owner, claim.version));
                }
            }
        }
        for owner in used.missing(&taken, self.now()) {
            rows.find(owner, "the place of an assertion that it used is missing");
        }
        // Its place was gone in between, and is there again.
        for owner in used.again() {
            rows.find(owner, "it used an assertion that was used before");
        }
        for owner in self.without_place(rows.tenant, acts, &capped).await? {
            rows.find(owner, "the place under a cap that an application took for it is missing");
        }
        for owner in std::mem::take(&mut rows.named).into_values() {
            rows.find(owner, "a place that it names is not claimed");
        }
        Ok(())
    }
}
