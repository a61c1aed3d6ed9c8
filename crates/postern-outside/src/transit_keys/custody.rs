//! Versions of the pepper made in a transit engine, and taken away.

use postern_core::ports::{Custody, CustodyFault, Entropy};
use serde_json::json;

use super::keys::PEPPER;
use super::{TransitFault, TransitKeys};

impl Custody for TransitKeys {
    fn name(&self) -> &'static str {
        "transit engine"
    }

    fn refresh(&self) -> Result<(), CustodyFault> {
        Ok(self.look()?)
    }

    fn add_pepper(&self, _: &dyn Entropy) -> Result<u16, CustodyFault> {
        self.look()?;
        let before = self.numbers();
        if before.len() > 1 {
            return Err(TransitFault::TwoLive.into());
        }
        self.transit.post("make a new version", &format!("keys/{PEPPER}/rotate"), &json!({}))?;
        self.look()?;
        self.numbers().into_iter().find(|version| !before.contains(version)).ok_or(TransitFault::Odd.into())
    }

    fn remove_pepper(&self, version: u16) -> Result<(), CustodyFault> {
        self.look()?;
        let [newest, older] = self.numbers()[..] else {
            return Ok(self.gone(version)?);
        };
        if version != older {
            return Ok(self.gone(version)?);
        }
        let least = json!({ "min_decryption_version": newest, "min_encryption_version": newest });
        self.transit.post("close a version", &format!("keys/{PEPPER}/config"), &least)?;
        let trim = json!({ "min_available_version": newest });
        self.transit.post("delete a version", &format!("keys/{PEPPER}/trim"), &trim)?;
        Ok(self.look()?)
    }
}

impl TransitKeys {
    fn numbers(&self) -> Vec<u16> {
        self.versions().into_iter().map(|(version, _)| version).collect()
    }

    /// Whether a version was taken away before.
    fn gone(&self, version: u16) -> Result<(), TransitFault> {
        let oldest = self.numbers().into_iter().min();
        oldest.is_some_and(|oldest| version < oldest).then_some(()).ok_or(TransitFault::NotOlder)
    }
}

impl From<TransitFault> for CustodyFault {
    fn from(fault: TransitFault) -> Self {
        Self(fault.to_string())
    }
}
