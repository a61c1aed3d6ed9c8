//! Making a backup while everything goes on.

use std::path::PathBuf;

use postern_core::encoding::base64url;
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Want};
use postern_core::tenant::{self, BackupCreated, TenantFact};
use postern_log::{Anchor, Frontier};
use serde_json::{Value, json};

use super::Operator;
use super::command::Refused;

impl Operator<'_> {
    /// Copies everything as it is at one moment to a new folder: `{folder, events, logs, root}`.
    ///
    /// # Errors
    /// [`Refused`]: there is no whole backup.
    pub async fn create_backup(&self, folder: PathBuf) -> Result<Value, Refused> {
        if !folder.is_absolute() {
            return Err(Refused("A backup's folder is named by its whole path.".to_owned()));
        }
        let copied = self.app.store().back_up(folder.clone(), self.app.now()).await;
        let copied = copied.map_err(|fault| Refused(format!("No backup was made: {}.", fault.0)))?;
        let events = copied.logs.values().map(Frontier::size).sum();
        let logs = copied.logs.len() as u64;
        let root = base64url(&Anchor { epoch: 0, logs: copied.logs }.root());
        let fact = TenantFact::BackupCreated(BackupCreated { events, logs, root: root.clone() });
        let system = Key::tenant(TenantId::SYSTEM);
        self.decided(&[Want::Key(system)], move |view, draft| {
            tenant::note(view.held(system)?, fact.clone(), draft);
            Ok(Ok(()))
        })
        .await?;
        Ok(json!({ "folder": folder, "events": events, "logs": logs, "root": root }))
    }
}
