//! Versions of the pepper made in a transit engine, and taken away.

use postern_core::ports::{Custody, CustodyFault, Entropy};
use serde_json::json;

use super::keys::{self, PEPPER};
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
        let live = self.numbers();
        let stays = match live[..] {
            [newest, older] if version == older => newest,
            _ => live.last().copied().unwrap_or_default(),
        };
        if version >= stays {
            return Err(TransitFault::NotOlder.into());
        }
        keys::keep_from(&self.transit, stays)?;
        Ok(self.look()?)
    }
}

impl TransitKeys {
    fn numbers(&self) -> Vec<u16> {
        self.versions().into_iter().map(|(version, _)| version).collect()
    }
}

impl From<TransitFault> for CustodyFault {
    fn from(fault: TransitFault) -> Self {
        Self(fault.to_string())
    }
}
