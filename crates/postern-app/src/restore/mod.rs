//! Restoring: a backup completed from what was shipped since, and what is done about events that are lost.

mod end;
mod place;
mod replay;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use place::{Held, ask, subject_of};
use postern_core::encoding::base64url;
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, StoreFault};
use postern_core::ports::{Copied, Keys, Place};
use postern_core::tenant::{BackupRestored, LogResolved, RollbackFound, TenantFact};
use postern_log::{Anchor, Checkpoint, Frontier, Hash};

use self::place::Whose;
use crate::app::App;
use crate::operator::Refused;

/// Events that are read at once.
const PAGE: usize = 1000;

/// What was signed of logs whose shipped events end before it.
type Signed = BTreeMap<TenantId, Checkpoint>;

/// What resolving came to.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Resolved {
    /// Events that were replayed.
    pub replayed: u64,
    /// Subjects whose sets ended.
    pub revoked: u64,
    /// Logs with events that nobody has any more.
    pub gaps: Vec<Gap>,
}

/// A log that is shorter than its anchor.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Gap {
    /// Whose.
    pub tenant: TenantId,
    /// Events that the anchor knows, or a checkpoint that was shipped.
    pub anchored: u64,
    /// Events that there are.
    pub found: u64,
}

/// Checks what was shipped since a backup, before anything is laid down: who was erased since.
///
/// # Errors
/// [`Refused`] if it is not genuine, or not of the same history as the backup and the anchor.
pub async fn check_shipped(
    keys: &dyn Keys,
    installation: &str,
    backup: &Copied,
    place: &Arc<dyn Place>,
    anchor: &Anchor,
) -> Result<BTreeSet<Key>, Refused> {
    let held = Held::of(place).await.map_err(|fault| Refused(fault.to_string()))?;
    let mut erased = BTreeSet::new();
    for tenant in held.tenants() {
        let log = tenant.to_string();
        let from = backup.logs.get(&log).cloned().unwrap_or_default();
        let checked = held.check(Whose { keys, installation }, tenant, &from, anchor.logs.get(&log)).await?;
        erased.extend(checked.erased);
    }
    Ok(erased)
}

impl App {
    /// Logs that are shorter than their anchor.
    ///
    /// # Errors
    /// [`Refused`] if one is another history, or the store does not answer.
    pub async fn gaps(&self, anchor: &Anchor) -> Result<Vec<Gap>, Refused> {
        let mut gaps = Vec::new();
        for (log, anchored) in &anchor.logs {
            let tenant = TenantId::parse(log).ok_or_else(|| {
                Refused(format!("The anchor knows a log named {log}, which is no tenant's."))
            })?;
            let head = self.head_of(tenant).await?;
            let gap = Gap { tenant, anchored: anchored.size(), found: head.size() };
            let continues = self.continues(tenant, anchored, &head).await.map_err(refused)?;
            if head.size() < anchored.size()
                || (continues.is_err() && self.was_found(&gap, &anchored.root()).await?)
            {
                gaps.push(gap);
            } else if let Err(rollback) = continues {
                return Err(Refused(format!(
                    "The log of {tenant} is another history than its anchor knows: {rollback}. Is this the right anchor, and the right data?"
                )));
            }
        }
        Ok(gaps)
    }

    /// Completes the data from a place, ends every set that is not certain, and records what was done. The anchor
    /// is to be begun anew with [`App::edges`] then.
    ///
    /// # Errors
    /// [`Refused`]. Doing it again goes on where it ended.
    pub async fn resolve(
        &self,
        by: &str,
        anchor: &Anchor,
        place: Option<&Arc<dyn Place>>,
        backup: Option<&Copied>,
    ) -> Result<Resolved, Refused> {
        let (replayed, signed) = match place {
            Some(place) => self.replay_all(place, anchor).await?,
            None => (0, BTreeMap::new()),
        };
        let mut gaps = self.gaps(anchor).await?;
        self.add_signed(&mut gaps, &signed).await?;
        for gap in &gaps {
            let owner = gap.tenant;
            let root = match signed.get(&owner).filter(|signed| signed.size == gap.anchored) {
                Some(signed) => signed.root,
                None => anchor.logs.get(&owner.to_string()).cloned().unwrap_or_default().root(),
            };
            if !self.was_found(gap, &root).await? {
                let root = base64url(&root);
                let found = RollbackFound { anchored: gap.anchored, found: gap.found, owner, root };
                self.note(by, owner, &TenantFact::RollbackFound(found)).await?;
            }
        }
        let mut revoked = 0;
        // Of a log that is gone as a whole there is no tenant any more.
        let whole = gaps.iter().map(|gap| gap.tenant);
        let tenants: BTreeSet<TenantId> =
            self.store().tenants().await.map_err(refused)?.into_iter().chain(whole).collect();
        for tenant in tenants {
            let gap = gaps.iter().any(|gap| gap.tenant == tenant);
            let ended = self.end_sets(by, tenant, gap).await?;
            revoked += ended;
            if gap {
                self.note(
                    by,
                    tenant,
                    &TenantFact::LogResolved(LogResolved { owner: tenant, revoked: ended }),
                )
                .await?;
            }
        }
        let events = backup.map(|backup| backup.logs.values().map(Frontier::size).sum());
        if backup.is_some() || replayed > 0 {
            let restored = BackupRestored { events: events.unwrap_or_default(), replayed, revoked };
            self.note(by, TenantId::SYSTEM, &TenantFact::BackupRestored(restored)).await?;
        }
        self.store().number_pending().await.map_err(refused)?;
        Ok(Resolved { replayed, revoked, gaps })
    }

    /// The right edge of every log.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer.
    pub async fn edges(&self) -> Result<BTreeMap<String, Frontier>, Refused> {
        let mut edges = BTreeMap::new();
        for tenant in self.store().tenants().await.map_err(refused)? {
            edges.insert(tenant.to_string(), self.head_of(tenant).await?);
        }
        Ok(edges)
    }

    /// Adds logs of which more was signed than there is: an anchor may know less, if the machine went before it was
    /// written.
    async fn add_signed(&self, gaps: &mut Vec<Gap>, signed: &Signed) -> Result<(), Refused> {
        for (tenant, signed) in signed {
            let gap =
                Gap { tenant: *tenant, anchored: signed.size, found: self.head_of(*tenant).await?.size() };
            if gap.found >= gap.anchored && !self.was_found(&gap, &signed.root).await? {
                continue;
            }
            gaps.retain(|other| other.tenant != gap.tenant || other.anchored > gap.anchored);
            if gaps.iter().all(|other| other.tenant != gap.tenant) {
                gaps.push(gap);
            }
        }
        Ok(())
    }

    async fn replay_all(&self, place: &Arc<dyn Place>, anchor: &Anchor) -> Result<(u64, Signed), Refused> {
        let fault = |fault: postern_core::ports::PlaceFault| Refused(fault.to_string());
        let held = Held::of(place).await.map_err(fault)?;
        let whose = Whose { keys: &*self.ports.keys, installation: &self.settings.installation };
        let (mut reached, mut signed, mut erased) = (BTreeMap::new(), Signed::new(), BTreeSet::new());
        for tenant in held.tenants() {
            let from = self.head_of(tenant).await?;
            let checked = held.check(whose, tenant, &from, anchor.logs.get(&tenant.to_string())).await?;
            erased.extend(checked.erased);
            reached.insert(tenant, checked.frontier);
            signed.extend(checked.signed.map(|signed| (tenant, signed)));
        }
        let keyring = held.keyring(self.local(), (&erased, self.now())).await.map_err(fault)?;
        let mut replayed = 0;
        self.works.replaying.begin();
        for (tenant, frontier) in &reached {
            let here = self.head_of(*tenant).await?.size();
            self.works.replaying.expect(frontier.size().saturating_sub(here));
        }
        for (tenant, frontier) in reached {
            replayed += self.replay_log(&held, tenant, &keyring).await?;
            if self.head_of(tenant).await? != frontier {
                return Err(Refused(format!(
                    "The log of {tenant} is not the one that was checked before it was replayed."
                )));
            }
        }
        Ok((replayed, signed))
    }

    async fn head_of(&self, tenant: TenantId) -> Result<Frontier, Refused> {
        Ok(self.store().head(tenant).await.map_err(refused)?.frontier)
    }

    /// Whether the installation's log says already that this gap was found: resolving was cut short.
    async fn was_found(&self, gap: &Gap, root: &Hash) -> Result<bool, Refused> {
        let (root, mut from) = (base64url(root), 0);
        loop {
            let page = self.store().events(TenantId::SYSTEM, from, PAGE, None).await.map_err(refused)?;
            let Some(last) = page.last() else { return Ok(false) };
            from = last.index + 1;
            let facts = page.iter().filter_map(|event| self.genuine(event)?.fact::<TenantFact>().ok()?);
            let mut found = facts.filter_map(|fact| match fact {
                TenantFact::RollbackFound(found) => Some(found),
                _ => None,
            });
            if found.any(|found| {
                found.owner == gap.tenant && found.anchored == gap.anchored && found.root == root
            }) {
                return Ok(true);
            }
        }
    }
}

fn refused(fault: StoreFault) -> Refused {
    Refused(fault.to_string())
}
