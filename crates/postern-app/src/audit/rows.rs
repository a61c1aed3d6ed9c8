//! Verifying rows, claims and the keyring against the log.

use std::collections::{BTreeMap, BTreeSet};

use postern_core::application::Application;
use postern_core::bucket::Bucket;
use postern_core::ids::TenantId;
use postern_core::kernel::{ClaimKey, EventHead, Held, Key, Kind, Record, Space, replay};
use postern_core::personal::SubjectKey;
use postern_core::ports::Listed;
use postern_core::prover::Prover;
use postern_core::subject::Subject;
use postern_core::tenant::Tenant;

use super::log::Objects;
use super::report::Finding;
use crate::app::App;
use crate::operator::Refused;

/// Rows or events that are read at once.
const PAGE: usize = 500;

/// What is gathered while rows are looked at.
struct Rows<'a> {
    tenant: TenantId,
    replay: bool,
    /// Versions that events make; what is left at the end has no row.
    versions: BTreeMap<Key, u64>,
    /// Places that rows name, with their owners.
    named: BTreeMap<ClaimKey, Key>,
    looked_at: u64,
    findings: &'a mut Vec<Finding>,
}

impl Rows<'_> {
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
        &self,
        tenant: TenantId,
        objects: Objects,
        replay: bool,
        findings: &mut Vec<Finding>,
    ) -> Result<u64, Refused> {
        let (versions, named) = (objects.versions, BTreeMap::new());
        let mut rows = Rows { tenant, replay, versions, named, looked_at: 0, findings };
        self.verify_kind::<Tenant>(&mut rows).await?;
        self.verify_kind::<Application>(&mut rows).await?;
        self.verify_kind::<Prover>(&mut rows).await?;
        self.verify_kind::<Subject>(&mut rows).await?;
        self.verify_kind::<Bucket>(&mut rows).await?;
        for key in std::mem::take(&mut rows.versions).into_keys() {
            rows.find(key, "its events have no row");
        }
        self.verify_claims(&mut rows, &objects.assertions).await?;
        Ok(rows.looked_at)
    }

    async fn verify_kind<R: Record>(&self, rows: &mut Rows<'_>) -> Result<(), Refused> {
        let mut after = None;
        loop {
            let page = self.store().list(R::KIND, Some(rows.tenant), after, PAGE).await;
            let page = page.map_err(|fault| Refused(fault.to_string()))?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.key);
            for listed in &page {
                tokio::task::yield_now().await;
                rows.looked_at += 1;
                self.verify_row::<R>(listed, rows).await?;
            }
        }
    }

    async fn verify_row<R: Record>(&self, listed: &Listed, rows: &mut Rows<'_>) -> Result<(), Refused> {
        let key = listed.key;
        let events = rows.versions.remove(&key);
        let held = match Held::<R>::open(key, Some(&listed.row), self.local().sealer()) {
            Ok(held) => held,
            Err(tampered) => {
                rows.find(key, tampered);
                return Ok(());
            }
        };
        match events {
            None => rows.find(key, "its row has no events"),
            Some(events) if events != held.version() => {
                rows.find(key, format!("its row has version {}, its events make {events}", held.version()));
            }
            Some(_) => {}
        }
        for place in held.state().map(|state| state.claims(key.tenant)).unwrap_or_default() {
            if let Some(other) = rows.named.insert(place, key) {
                rows.find(key, format!("it names the same place as {other}"));
            }
        }
        if R::KIND == Kind::Subject && held.state().is_some() {
            let wrapped = self.store().keyring(key).await.map_err(|fault| Refused(fault.to_string()))?;
            if wrapped.and_then(|wrapped| SubjectKey::unwrap(self.local(), key, &wrapped)).is_none() {
                rows.find(key, "its own key is missing or is not as it was written");
            }
        }
        if rows.replay { self.replay_row(&held, rows).await } else { Ok(()) }
    }

    async fn replay_row<R: Record>(&self, held: &Held<R>, rows: &mut Rows<'_>) -> Result<(), Refused> {
        let (key, mut heads, mut from) = (held.key(), Vec::new(), 0);
        loop {
            let page = self.store().events(key.tenant, from, PAGE, Some(key)).await;
            let page = page.map_err(|fault| Refused(fault.to_string()))?;
            let Some(last) = page.last() else { break };
            from = last.index + 1;
            heads.extend(page.iter().filter_map(|event| EventHead::read(&event.bytes).ok()));
        }
        let compared = replay::<R>(heads).and_then(|replayed| replayed.compare(held));
        if let Err(difference) = compared {
            rows.find(key, difference);
        }
        Ok(())
    }

    /// Every claim has its seal and an owner that names it; every named place is claimed.
    async fn verify_claims(
        &self,
        rows: &mut Rows<'_>,
        assertions: &[([u8; 32], Key)],
    ) -> Result<(), Refused> {
        let claims = self.store().claims(rows.tenant).await.map_err(|fault| Refused(fault.to_string()))?;
        let used: BTreeSet<_> = assertions.iter().copied().collect();
        for (claim, seal) in claims {
            let name = format!("claim of {}", claim.owner);
            if !self.local().sealer().claim_is_genuine(&claim, &seal) {
                rows.find(name, "its seal is wrong");
                continue;
            }
            match claim.place.space {
                Space::ExternalId if rows.named.remove(&claim.place) != Some(claim.owner) => {
                    rows.find(name, "its owner does not name it");
                }
                Space::Assertion if !used.contains(&(claim.place.key, claim.owner)) => {
                    rows.find(name, "no event used its assertion");
                }
                Space::ExternalId | Space::Assertion | Space::Cap => {}
            }
        }
        for owner in std::mem::take(&mut rows.named).into_values() {
            rows.find(owner, "a place that it names is not claimed");
        }
        Ok(())
    }
}
