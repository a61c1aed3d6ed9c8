//! Walks over every subject of a tenant and ends the sets of its campaigns. It may stop and begin anew at any time: what
//! is done is done, and until the walk is over the tenant's record refuses the sets that are left.

use std::sync::atomic::Ordering;

use postern_core::campaign::{self, Campaign};
use postern_core::ids::TenantId;
use postern_core::kernel::{Held, Key, Kind, Outcome, Step, Want, decide};
use postern_core::subject::Subject;
use postern_core::subject::fact::RevokeReason;
use postern_core::tenant::Tenant;

use super::service_draft;
use crate::Problem;
use crate::app::App;

/// Rows that are listed at once.
const PAGE: usize = 500;
/// Who did it, in the events.
const JOB: &str = "campaign";

/// How far the walk of a campaign is, on this node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Subjects that there were when it was started, if this node started it.
    pub all: u64,
    /// Subjects that were looked at.
    pub seen: u64,
    /// Subjects whose sets were ended.
    pub revoked: u64,
}

impl App {
    /// Ends the sets of every campaign that runs, tenant by tenant. After a campaign was started, at a start, and
    /// hourly for those of a node that went away.
    pub async fn run_campaigns(&self) {
        let Ok(tenants) = self.store().tenants().await else { return };
        for tenant in tenants {
            for campaign in self.campaigns_of(tenant).await {
                if let Err(problem) = self.run_campaign(tenant, campaign).await {
                    tracing::warn!(%tenant, ?problem, "a campaign goes on later");
                    // What is altered has to be mended first, which takes a while.
                    if !matches!(problem, Problem::StateChanged) {
                        self.campaigns_due.store(true, Ordering::SeqCst);
                    }
                }
            }
        }
    }

    /// Whether a campaign was started since this was asked last, or the process was.
    pub fn take_campaigns_due(&self) -> bool {
        self.campaigns_due.swap(false, Ordering::SeqCst)
    }

    pub(crate) async fn campaigns_of(&self, tenant: TenantId) -> Vec<Campaign> {
        let key = Key::tenant(tenant);
        let view = self.look(&[Want::Key(key)]).await.ok();
        let held = view.and_then(|view| view.held::<Tenant>(key).ok());
        held.and_then(|held| held.state().map(|state| state.campaigns.clone())).unwrap_or_default()
    }

    async fn run_campaign(&self, tenant: TenantId, campaign: Campaign) -> Result<(), Problem> {
        let all = self.progress_of(tenant, campaign.number).all;
        let (mut after, mut progress) = (None, Progress { all, ..Progress::default() });
        let (mut whole, mut unfinished) = (true, false);
        loop {
            self.running()?;
            let page = self.store().list(Kind::Subject, Some(tenant), after, PAGE).await;
            let page = page.map_err(|fault| Problem::unavailable(&fault))?;
            for listed in &page {
                match Held::<Subject>::open(listed.key, Some(&listed.row), self.local().sealer()) {
                    Ok(held) if held.state().is_none_or(|state| campaign.selection.of(state).is_empty()) => {}
                    Ok(_) => match self.end_campaign_sets(listed.key, campaign).await {
                        Ok(ended) => progress.revoked += u64::from(ended),
                        // An old row put back opens, and commits nothing.
                        Err(Problem::StateChanged) => whole = false,
                        // The others are not to wait for this one.
                        Err(_) => unfinished = true,
                    },
                    // Nothing of it is accepted anyhow; it is named, and the campaign stays until it is mended.
                    Err(tampered) => {
                        self.note_rejected(tampered.key).await;
                        whole = false;
                    }
                }
                progress.seen += 1;
            }
            if campaign.reason == RevokeReason::KeyBurnt {
                self.works.burning.pass(page.len());
            }
            self.note_progress(tenant, campaign.number, progress);
            after = page.last().map(|listed| listed.key);
            if page.len() < PAGE {
                break;
            }
        }
        match (whole, unfinished) {
            (_, true) => Err(Problem::Unavailable),
            (false, false) => Err(Problem::StateChanged),
            (true, false) => self.finish(tenant, campaign, progress).await,
        }
    }

    /// Ends what a campaign has of one subject; whether there was anything.
    pub(crate) async fn end_campaign_sets(&self, key: Key, campaign: Campaign) -> Result<bool, Problem> {
        let (view, now, epoch) = (self.look(&[Want::Key(key)]).await?, self.now(), self.random()?);
        let ended = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft(JOB, view.at(now));
            campaign::end_sets(view.held(key)?, &campaign, epoch, &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(()) } else { Step::Decided(draft, ()) })
        });
        match ended.await {
            Outcome::Committed(()) => Ok(true),
            Outcome::Nothing(()) => Ok(false),
            Outcome::Rejected(key) => {
                self.note_rejected(key).await;
                Err(Problem::StateChanged)
            }
            _ => Err(Problem::Unavailable),
        }
    }

    async fn finish(&self, tenant: TenantId, campaign: Campaign, progress: Progress) -> Result<(), Problem> {
        let key = Key::tenant(tenant);
        let (view, now) = (self.look(&[Want::Key(key)]).await?, self.now());
        let finished = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft(JOB, view.at(now));
            campaign::finish(view.held(key)?, campaign.number, progress.revoked, &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(()) } else { Step::Decided(draft, ()) })
        });
        match finished.await {
            Outcome::Committed(()) | Outcome::Nothing(()) => Ok(()),
            _ => Err(Problem::Unavailable),
        }
    }

    /// A campaign was started over so many subjects.
    pub(crate) fn expect_progress(&self, tenant: TenantId, number: u32, all: u64) {
        self.note_progress(tenant, number, Progress { all, ..Progress::default() });
    }

    fn note_progress(&self, tenant: TenantId, number: u32, progress: Progress) {
        let mut all = self.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.insert((tenant, number), progress);
    }

    pub(crate) fn progress_of(&self, tenant: TenantId, number: u32) -> Progress {
        let all = self.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.get(&(tenant, number)).copied().unwrap_or_default()
    }
}
