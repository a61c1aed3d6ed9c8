//! Verifying: logs, signatures, rows, claims, and whether every row is what its events make.

mod log;
mod report;
mod rows;

use postern_core::ids::TenantId;
pub use report::{Finding, LogReport, Report};

use crate::app::App;
use crate::operator::Refused;

impl App {
    /// Verifies one tenant, or everything: each log's leaves, MACs, root, checkpoint; each row's seal,
    /// columns, claims and version; with `replay` also that the row is what its events make.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer. What is wrong with the data is in the report.
    pub async fn verify(&self, tenant: Option<TenantId>, replay: bool) -> Result<Report, Refused> {
        let tenants = match tenant {
            Some(tenant) => vec![tenant],
            None => self.store().tenants().await.map_err(|fault| Refused(fault.to_string()))?,
        };
        let mut report = Report::default();
        for tenant in tenants {
            let (log, objects) = self.verify_log(tenant, &mut report.findings).await?;
            report.rows += self.verify_rows(tenant, objects, replay, &mut report.findings).await?;
            report.logs.push(log);
        }
        report.verified = report.findings.is_empty();
        report.replayed = replay;
        Ok(report)
    }
}
