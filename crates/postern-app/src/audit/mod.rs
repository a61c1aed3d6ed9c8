//! Verifying: logs, signatures, rows, claims, and whether every row is what its events make.

mod acts;
mod archive;
mod log;
mod looked;
mod report;
mod rows;
mod used;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use looked::used_assertion;
use postern_core::ids::TenantId;
use postern_core::kernel::{EventHead, Kind, StoreFault};
use postern_core::ports::Place;
use postern_core::tenant::TenantFact;
pub use report::{Finding, LogReport, Report};
use tokio::task::{JoinError, JoinSet};

use self::archive::Archive;
use crate::app::App;
use crate::operator::Refused;

/// Rows or events that are read at once.
const PAGE: usize = 500;
/// Between the few rows that are read at the same time; for ten million rows these are seven hours in all.
const PAUSE: Duration = Duration::from_millis(20);

/// Logs that are gone over beside each other at most, however many cores there are: the version of every record of each
/// is held meanwhile.
const LOGS: usize = 8;

/// How rows are looked at.
#[derive(Clone, Copy)]
struct How {
    /// Whether they are rebuilt from their events.
    replay: bool,
    /// How long to wait after some.
    pause: Duration,
}

impl How {
    /// How much is done beside each other: something for each core, or one thing where nobody is in a hurry.
    fn beside(self) -> usize {
        if self.pause.is_zero() { std::thread::available_parallelism().map_or(1, usize::from) } else { 1 }
    }
}

impl App {
    /// Verifies one tenant, or everything: each log's leaves, MACs, root, checkpoint; each row's seal,
    /// columns, claims and version; with `replay` also that the row is what its events make.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer. What is wrong with the data is in the report.
    pub async fn verify(self: &Arc<Self>, tenant: Option<TenantId>, replay: bool) -> Result<Report, Refused> {
        self.verify_at(How { replay, pause: Duration::ZERO }, tenant, None).await
    }

    /// Verifies one tenant with replay; rows whose first events are thinned are rebuilt with an export that was made
    /// before. Nothing in the export is believed: each of its events has to have the leaf that the log has.
    ///
    /// # Errors
    /// [`Refused`] if the store or the export does not answer. What is wrong with the data is in the report.
    pub async fn verify_with(
        self: &Arc<Self>,
        tenant: TenantId,
        export: Arc<dyn Place>,
    ) -> Result<Report, Refused> {
        let archive = Arc::new(Archive::of(export));
        self.verify_at(How { replay: true, pause: Duration::ZERO }, Some(tenant), Some(archive)).await
    }

    /// Verifies everything, with replay, at a pace that leaves the machine to those who ask something.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer. What is wrong with the data is in the report.
    pub async fn verify_slowly(self: &Arc<Self>) -> Result<Report, Refused> {
        self.verify_at(How { replay: true, pause: PAUSE }, None, None).await
    }

    async fn verify_at(
        self: &Arc<Self>,
        how: How,
        tenant: Option<TenantId>,
        archive: Option<Arc<Archive>>,
    ) -> Result<Report, Refused> {
        let tenants = match tenant {
            Some(tenant) => BTreeSet::from([tenant]),
            None => self.every_tenant().await?,
        };
        self.works.verifying.begin();
        for tenant in &tenants {
            // A head that cannot be read is found below.
            let size = self.store().head(*tenant).await.map_or(0, |head| head.frontier.size());
            self.works.verifying.expect(size);
        }
        let mut report = Report { replayed: how.replay, ..Report::default() };
        for part in self.each_verified(tenants, how, archive).await? {
            report.take(part);
        }
        report.verified = report.findings.is_empty();
        Ok(report)
    }

    /// Verifies tenants beside each other, one for a core and at most [`LOGS`]; one after the other where nobody is in a
    /// hurry.
    async fn each_verified(
        self: &Arc<Self>,
        tenants: BTreeSet<TenantId>,
        how: How,
        archive: Option<Arc<Archive>>,
    ) -> Result<impl Iterator<Item = Report> + use<>, Refused> {
        let (mut running, mut parts) = (JoinSet::new(), BTreeMap::new());
        let mut end = |ended: Option<Result<_, JoinError>>| match ended {
            Some(Ok((tenant, part))) => {
                parts.insert(tenant, part?);
                Ok(())
            }
            Some(Err(fault)) => Err(Refused(fault.to_string())),
            None => Ok(()),
        };
        for tenant in tenants {
            if running.len() >= how.beside().min(LOGS) {
                end(running.join_next().await)?;
            }
            let (app, archive) = (Arc::clone(self), archive.clone());
            running.spawn(async move { (tenant, app.verify_tenant(tenant, how, archive).await) });
        }
        while !running.is_empty() {
            end(running.join_next().await)?;
        }
        Ok(parts.into_values())
    }

    async fn verify_tenant(
        self: &Arc<Self>,
        tenant: TenantId,
        how: How,
        archive: Option<Arc<Archive>>,
    ) -> Result<Report, Refused> {
        let mut report = Report::default();
        let (log, objects) = self.verify_log(tenant, how.beside(), &mut report.findings).await?;
        self.works.verifying.expect(objects.versions.len() as u64);
        if log.events == 0 {
            let what = "it is known, and has no events".to_owned();
            report.findings.push(Finding { tenant, object: "log".to_owned(), what });
        }
        self.verify_rows(tenant, objects, (how, archive), &mut report).await?;
        report.logs.push(log);
        Ok(report)
    }

    /// Every tenant that a log, a row or the installation's own log knows of: deleting one trace of a tenant
    /// does not hide it.
    async fn every_tenant(&self) -> Result<BTreeSet<TenantId>, Refused> {
        let unreadable = |fault: StoreFault| Refused(fault.to_string());
        let mut tenants: BTreeSet<_> =
            self.store().tenants().await.map_err(unreadable)?.into_iter().collect();
        tenants.insert(TenantId::SYSTEM);
        let mut after = None;
        loop {
            let page = self.store().list(Kind::Tenant, None, after, PAGE).await.map_err(unreadable)?;
            let Some(last) = page.last() else { break };
            after = Some(last.key);
            tenants.extend(page.iter().map(|listed| listed.key.tenant));
        }
        let mut from = 0;
        loop {
            let page = self.store().events(TenantId::SYSTEM, from, PAGE, None).await.map_err(unreadable)?;
            let Some(last) = page.last() else { return Ok(tenants) };
            from = last.index + 1;
            let heads = page.iter().filter_map(|event| EventHead::read(&event.bytes).ok());
            tenants.extend(heads.filter_map(|head| match head.fact::<TenantFact>() {
                Ok(Some(TenantFact::Created(created))) => created.about,
                _ => None,
            }));
        }
    }
}
