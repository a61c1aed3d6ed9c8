//! Versions of the pepper made in a token, and taken away.

use postern_core::ports::{Custody, CustodyFault, Entropy};

use super::make::new_pepper;
use super::objects::versions;
use super::{TokenFault, TokenKeys};

impl Custody for TokenKeys {
    fn name(&self) -> &'static str {
        "token"
    }

    fn refresh(&self) -> Result<(), CustodyFault> {
        self.lines.renew();
        Ok(())
    }

    fn add_pepper(&self, _: &dyn Entropy) -> Result<u16, CustodyFault> {
        Ok(self.add()?)
    }

    fn remove_pepper(&self, version: u16) -> Result<(), CustodyFault> {
        Ok(self.remove(version)?)
    }
}

impl TokenKeys {
    fn add(&self) -> Result<u16, TokenFault> {
        self.lines.change(|open| {
            let before = versions(&open.session)?;
            let (1, Some(newest)) = (before.len(), before.iter().map(|(version, _)| *version).max()) else {
                return Err(TokenFault::TwoLive);
            };
            let new = newest.checked_add(1).ok_or(TokenFault::TwoLive)?;
            new_pepper(&open.session, new)?;
            Ok(new)
        })
    }

    fn remove(&self, version: u16) -> Result<(), TokenFault> {
        self.lines.change(|open| {
            let found = versions(&open.session)?;
            if found.iter().map(|(known, _)| *known).max().is_none_or(|newest| version >= newest) {
                return Err(TokenFault::NotOlder);
            }
            for (_, pepper) in found.into_iter().filter(|(known, _)| *known == version) {
                open.session.destroy_object(pepper)?;
            }
            Ok(())
        })
    }
}

impl From<TokenFault> for CustodyFault {
    fn from(fault: TokenFault) -> Self {
        Self(fault.to_string())
    }
}
