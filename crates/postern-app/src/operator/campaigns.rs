//! Campaigns: counted, started, looked at. And alarms of canary and duress codes, read with the key `security`.

use postern_core::Time;
use postern_core::campaign::{self, Selection};
use postern_core::encoding::Blob;
use postern_core::ids::TenantId;
use postern_core::kernel::{EventHead, Held, Key, Kind, StoredEvent, Want};
use postern_core::kinds::{self, CodeKind};
use postern_core::subject::Subject;
use postern_core::subject::fact::RevokeReason;
use postern_core::tenant::Tenant;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Operator;
use super::command::Refused;
use super::tenants::no_tenant;

/// Rows or events that are read at once.
const PAGE: usize = 500;

/// The part of an event that only `security` reads.
#[derive(Deserialize)]
struct Secret {
    security: Blob,
}

impl Operator<'_> {
    /// Counts the sets that a campaign would end: `{subjects, sets, issued_before, key_version}`.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer.
    pub async fn count_campaign(
        &self,
        tenant: TenantId,
        issued_before: Option<Time>,
        key_version: Option<u16>,
    ) -> Result<Value, Refused> {
        let selection = self.selection(issued_before, key_version);
        let (subjects, sets) = self.counted(tenant, selection).await?;
        Ok(json!({
            "tenant": tenant,
            "subjects": subjects,
            "sets": sets,
            "issued_before": selection.issued_before,
            "key_version": key_version,
        }))
    }

    /// Starts a campaign over what a count found. From its commit on none of these sets is accepted.
    ///
    /// # Errors
    /// [`Refused`]: nothing was started, among others if there are more sets now than were counted.
    pub async fn start_campaign(
        &self,
        tenant: TenantId,
        issued_before: Option<Time>,
        key_version: Option<u16>,
        reason: RevokeReason,
        sets: u64,
    ) -> Result<Value, Refused> {
        let selection = self.selection(issued_before, key_version);
        let (_, now) = self.counted(tenant, selection).await?;
        if now != sets {
            return Err(Refused(format!(
                "The count is {now} now and not {sets}: count again, then start with that number."
            )));
        }
        let key = Key::tenant(tenant);
        let number = self
            .decided(&[Want::Key(key)], move |view, draft| {
                let held: Held<Tenant> = view.held(key)?;
                let started = campaign::start(held, selection, reason, sets, draft);
                Ok(started.ok_or_else(|| no_tenant(tenant)))
            })
            .await?;
        self.app.campaigns_due.store(true, std::sync::atomic::Ordering::SeqCst);
        Ok(json!({ "tenant": tenant, "campaign": number, "sets": sets }))
    }

    /// Campaigns that are not finished, with how far this node has come.
    ///
    /// # Errors
    /// Never; the type is that of its neighbours.
    pub async fn campaigns(&self, tenant: TenantId) -> Result<Value, Refused> {
        let running = self.app.campaigns_of(tenant).await;
        let items: Vec<Value> = running
            .into_iter()
            .map(|campaign| {
                let progress = self.app.progress_of(tenant, campaign.number);
                json!({
                    "campaign": campaign.number,
                    "reason": campaign.reason,
                    "issued_before": campaign.selection.issued_before,
                    "key_version": campaign.selection.key_version,
                    "seen": progress.seen,
                    "revoked": progress.revoked,
                })
            })
            .collect();
        Ok(json!({ "items": items }))
    }

    /// Without a date every set that there is now.
    fn selection(&self, issued_before: Option<Time>, key_version: Option<u16>) -> Selection {
        let now = self.app.now();
        Selection { issued_before: issued_before.unwrap_or_else(|| now.plus(ONE)), key_version }
    }

    pub(super) async fn counted(
        &self,
        tenant: TenantId,
        selection: Selection,
    ) -> Result<(u64, u64), Refused> {
        let (mut subjects, mut sets) = (0, 0);
        for (_, held) in self.list::<Subject>(Some(tenant), None, usize::MAX).await? {
            let found = held.state().map_or(0, |state| selection.of(state).len() as u64);
            sets += found;
            subjects += u64::from(found > 0);
        }
        Ok((subjects, sets))
    }

    /// Uses of canary and duress codes after an index: `{items, next?}`.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer.
    pub async fn alarms(&self, tenant: TenantId, after: Option<u64>, limit: usize) -> Result<Value, Refused> {
        let (mut items, mut from) = (Vec::new(), after.map_or(0, |after| after + 1));
        loop {
            let page = self.app.store().events(tenant, from, PAGE, None).await;
            let page = page.map_err(|fault| Refused(fault.to_string()))?;
            let Some(last) = page.last().map(|event| event.index) else {
                return Ok(json!({ "items": items }));
            };
            for event in &page {
                items.extend(self.alarm(event));
                if items.len() >= limit {
                    return Ok(json!({ "items": items, "next": event.index }));
                }
            }
            from = last + 1;
        }
    }

    fn alarm(&self, event: &StoredEvent) -> Option<Value> {
        let about_subject = matches!(event.key.kind, Kind::Subject);
        let head = about_subject.then(|| self.app.genuine(event)).flatten()?;
        let kind = truth(self.app.local(), event.key, &head).filter(|kind| *kind != CodeKind::Live)?;
        Some(json!({
            "alarm": kind.name(),
            "event": head.id,
            "index": event.index,
            "subject": head.object,
            "time": head.time,
            "type": head.r#type,
        }))
    }
}

/// A millisecond: what is staged in this one is there now, too.
const ONE: std::time::Duration = std::time::Duration::from_millis(1);

fn truth(keys: &postern_core::local_keys::LocalKeys, object: Key, head: &EventHead) -> Option<CodeKind> {
    let secret: Secret = serde_json::from_str(head.fact.get()).ok()?;
    kinds::truth(keys, object, &secret.security)
}
