//! Campaigns: counted, started, looked at. And alarms of canary and duress codes, read with the key `security`.

use std::time::Duration;

use postern_core::Time;
use postern_core::campaign::{self, Campaign, Selection};
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
use crate::Problem;

/// Rows or events that are read at once.
const PAGE: usize = 500;

/// The part of an event that only `security` reads.
#[derive(Deserialize)]
struct Secret {
    security: Blob,
}

impl Operator<'_> {
    /// Counts the sets that a campaign would end: `{subjects, sets, altered, issued_before, key_version}`.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer.
    pub async fn count_campaign(
        &self,
        tenant: TenantId,
        issued_before: Option<Time>,
        key_version: Option<u16>,
    ) -> Result<Value, Refused> {
        let counted = self.counted(tenant, self.selection(issued_before, key_version)?).await?;
        Ok(json!({
            "tenant": tenant,
            "subjects": counted.subjects,
            "sets": counted.sets,
            "altered": counted.altered,
            "issued_before": issued_before,
            "key_version": key_version,
        }))
    }

    /// Starts a campaign over what a count found. From its commit on none of these sets is accepted.
    ///
    /// # Errors
    /// [`Refused`]: nothing was started, among others if there are more sets now than were counted. Sets of a clock that
    /// was ahead may have ended by then.
    pub async fn start_campaign(
        &self,
        tenant: TenantId,
        issued_before: Option<Time>,
        key_version: Option<u16>,
        reason: RevokeReason,
        sets: u64,
    ) -> Result<Value, Refused> {
        if reason != RevokeReason::Bulk && !RevokeReason::ASKED.contains(&reason) {
            return Err(Refused("That reason is the service's own: give another.".to_owned()));
        }
        let mut selection = self.selection(issued_before, key_version)?;
        let counted = self.counted(tenant, selection).await?;
        if counted.sets != sets {
            return Err(Refused(format!(
                "The count is {} now and not {sets}: count again, then start with that number.",
                counted.sets
            )));
        }
        if issued_before.is_none() {
            let left = self.end_ahead(&counted.ahead, selection, reason).await;
            // Every set that there is, and none that is staged after this.
            selection.issued_before = self.app.now().max(counted.at).max(left).plus(ONE);
        }
        let key = Key::tenant(tenant);
        let number = self
            .decided(&[Want::Key(key)], move |view, draft| {
                let held: Held<Tenant> = view.held(key)?;
                let started = campaign::start(held, selection, reason, sets, draft);
                Ok(started.ok_or_else(|| no_tenant(tenant)))
            })
            .await?;
        self.app.expect_progress(tenant, number, counted.seen);
        self.app.campaigns_due.store(true, std::sync::atomic::Ordering::SeqCst);
        Ok(json!({ "tenant": tenant, "campaign": number, "sets": sets }))
    }

    /// Ends sets of a clock that was ahead, one by one, before the campaign begins: a date after theirs takes whatever is
    /// staged until then, and its people get no code that works. The newest of those that are left: a database takes no
    /// event that is as far ahead as they are.
    async fn end_ahead(&self, subjects: &[(Key, Time)], selection: Selection, reason: RevokeReason) -> Time {
        let (campaign, mut left) = (Campaign { number: 0, selection, reason }, Time::START);
        for (key, issued_at) in subjects {
            match self.app.end_campaign_sets(*key, campaign).await {
                // Of a row that was altered nothing is accepted anyhow.
                Ok(_) | Err(Problem::StateChanged) => {}
                Err(_) => left = left.max(*issued_at),
            }
        }
        left
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
                    "subjects": progress.all,
                    "revoked": progress.revoked,
                })
            })
            .collect();
        Ok(json!({ "items": items }))
    }

    /// Without a date every set that there is, also of a clock that was ahead. A date that is to come would select sets
    /// that are not there yet.
    fn selection(&self, issued_before: Option<Time>, key_version: Option<u16>) -> Result<Selection, Refused> {
        if issued_before.is_some_and(|before| before > self.app.now()) {
            return Err(Refused("The date is still to come: give one that is past.".to_owned()));
        }
        Ok(Selection { issued_before: issued_before.unwrap_or(Time::END), key_version })
    }

    /// What a selection takes of a tenant. A row that was altered is passed over: nothing of it is accepted anyhow, and
    /// it must not keep anybody from ending the others.
    pub(super) async fn counted(&self, tenant: TenantId, selection: Selection) -> Result<Counted, Refused> {
        let (mut counted, mut after) = (Counted { at: self.app.now(), ..Counted::default() }, None);
        loop {
            let page = self.app.store().list(Kind::Subject, Some(tenant), after, PAGE).await;
            let page = page.map_err(|fault| Refused(fault.to_string()))?;
            for listed in &page {
                counted.seen += 1;
                match Held::<Subject>::open(listed.key, Some(&listed.row), self.app.local().sealer()) {
                    Ok(held) => counted.add(&held, selection),
                    Err(_) => counted.altered += 1,
                }
            }
            after = page.last().map(|listed| listed.key);
            if page.len() < PAGE {
                return Ok(counted);
            }
        }
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
const ONE: Duration = Duration::from_millis(1);

/// What a selection takes.
#[derive(Default)]
pub(super) struct Counted {
    /// When the count began.
    at: Time,
    /// Subjects that were looked at.
    pub(super) seen: u64,
    pub(super) subjects: u64,
    pub(super) sets: u64,
    /// Rows that are not as they were written.
    altered: u64,
    /// Subjects with a set that was staged later than now, and when: a clock was ahead.
    ahead: Vec<(Key, Time)>,
}

impl Counted {
    fn add(&mut self, subject: &Held<Subject>, selection: Selection) {
        let taken = subject.state().into_iter().flat_map(Subject::sets).filter(|set| selection.takes(set));
        let issued: Vec<Time> = taken.map(|set| set.issued_at).collect();
        self.sets += issued.len() as u64;
        self.subjects += u64::from(!issued.is_empty());
        let newest = issued.into_iter().max().filter(|newest| *newest > self.at);
        self.ahead.extend(newest.map(|newest| (subject.key(), newest)));
    }
}

fn truth(keys: &postern_core::local_keys::LocalKeys, object: Key, head: &EventHead) -> Option<CodeKind> {
    let secret: Secret = serde_json::from_str(head.fact.get()).ok()?;
    kinds::truth(keys, object, &secret.security)
}
