//! Reading what is left of thinned events.

use std::ops::Range;

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, StoreFault};
use postern_log::{Frontier, Hash, Rollback, check_against_anchor, leaf_hash};

use crate::Problem;
use crate::app::App;
use crate::tree::EventName;

/// Events that are read at once.
const PAGE: u64 = 1000;

/// Leaves that are in memory at once: 1 MiB.
const LEAVES: u64 = 32_768;

impl App {
    /// The index of a log's oldest event that has its bytes; 0 if nothing was thinned.
    pub(crate) async fn kept_from(&self, tenant: TenantId) -> Result<u64, Problem> {
        let last = self.store().last_thinned(tenant).await.map_err(|fault| Problem::unavailable(&fault))?;
        let Some(last) = last else { return Ok(0) };
        if last.genuine(self.local().sealer()).is_none() {
            self.note_rejected(last.key).await;
            return Err(Problem::Unavailable);
        }
        Ok(last.index.saturating_add(1))
    }

    /// The leaves of a range as far as it is thinned, each with its MAC checked and none left out.
    pub(crate) async fn thinned_leaves(
        &self,
        tenant: TenantId,
        range: Range<u64>,
    ) -> Result<Vec<Hash>, Problem> {
        let count = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0);
        if count == 0 {
            return Ok(Vec::new());
        }
        let left = self.store().thinned(tenant, range.start, count).await;
        let left = left.map_err(|fault| Problem::unavailable(&fault))?;
        let mut leaves = Vec::with_capacity(left.len());
        for (index, event) in (range.start..).zip(&left) {
            let leaf = event.genuine(self.local().sealer()).filter(|_| event.index == index);
            let Some(leaf) = leaf else {
                self.note_rejected(event.key).await;
                return Err(Problem::Unavailable);
            };
            leaves.push(leaf);
        }
        Ok(leaves)
    }

    /// The leaves of a range as they are stored, to be compared with a root: nothing else is checked.
    pub(crate) async fn stored_leaves(
        &self,
        tenant: TenantId,
        range: Range<u64>,
    ) -> Result<Vec<Hash>, StoreFault> {
        let (mut leaves, mut from) = (Vec::new(), range.start);
        while from < range.end {
            let count = usize::try_from(PAGE.min(range.end - from)).unwrap_or(0);
            let left = self.store().thinned(tenant, from, count).await?;
            let thinned = left.iter().filter_map(|event| Hash::try_from(event.leaf.as_slice()).ok());
            let mut page: Vec<Hash> = thinned.collect();
            if page.is_empty() {
                let events = self.store().events(tenant, from, count, None).await?;
                page.extend(events.iter().map(|event| leaf_hash(&event.bytes)));
            }
            if page.is_empty() {
                break;
            }
            from += page.len() as u64;
            leaves.extend(page);
        }
        Ok(leaves)
    }

    /// Whether a log goes on from what an anchor knows of it to its head. The leaves between are never all in memory.
    pub(crate) async fn continues(
        &self,
        tenant: TenantId,
        anchored: &Frontier,
        head: &Frontier,
    ) -> Result<Result<(), Rollback>, StoreFault> {
        let mut known = anchored.clone();
        while known.size() < head.size() {
            let end = head.size().min(known.size() + LEAVES);
            let leaves = self.stored_leaves(tenant, known.size()..end).await?;
            if leaves.is_empty() {
                break;
            }
            leaves.into_iter().for_each(|leaf| known.append(leaf));
        }
        Ok(check_against_anchor(&known, head, std::iter::empty()))
    }

    /// When the oldest event was recorded that has its bytes, over the logs of all tenants.
    pub async fn oldest_event(&self) -> Option<Time> {
        let mut oldest: Option<Time> = None;
        for tenant in self.store().tenants().await.ok()? {
            let events = self.store().events(tenant, 0, 1, None).await.ok()?;
            let head = events.first().and_then(|event| self.genuine(event));
            oldest = oldest.into_iter().chain(head.map(|head| head.time)).min();
        }
        oldest
    }

    /// Whether a name that names no event now named one that was thinned.
    pub(crate) async fn was_thinned(&self, tenant: TenantId, name: EventName) -> Result<bool, Problem> {
        let left = match name {
            EventName::Index(index) => return Ok(self.kept_from(tenant).await? > index),
            EventName::Id(id) => {
                self.store().thinned_event(Key::new(id.kind, tenant, id.object), id.version).await
            }
        };
        Ok(left.map_err(|fault| Problem::unavailable(&fault))?.is_some())
    }
}
