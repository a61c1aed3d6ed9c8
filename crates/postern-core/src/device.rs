//! Device tokens: stateless proofs that a device redeemed before.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::Time;
use crate::encoding::{base32, from_base32};
use crate::ids::{ApplicationId, SubjectId};
use crate::limits;
use crate::local_keys::LocalKeys;

/// Letters before a device token.
const PREFIX: &str = "pstd_";

/// The token of a device that was accepted at `minted` seconds. Made of the event alone, so a repeated
/// answer repeats it.
#[must_use]
pub fn mint(
    keys: &LocalKeys,
    subject: SubjectId,
    application: ApplicationId,
    minted: u32,
    epoch: u32,
) -> Zeroizing<String> {
    let mac = keys.device(subject, application, minted, epoch);
    let bytes = [minted.to_be_bytes().as_slice(), &epoch.to_be_bytes(), &mac].concat();
    Zeroizing::new(format!("{PREFIX}{}", base32(&bytes)))
}

/// A token that was shown and is this subject's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown {
    /// When it was minted, in seconds.
    pub minted: u32,
    /// Whether it is old enough to make its device known.
    pub known: bool,
    /// Whether it lasts long enough not to be renewed.
    pub lasts: bool,
}

impl Shown {
    /// When the next answer's token counts as minted: as this one while it lasts. One that takes its place makes the
    /// device known at once, since this one did: or a stranger could keep the owner out for three days.
    #[must_use]
    pub fn goes_on(self, now: Time) -> u32 {
        let known = now.minus(limits::DEVICE_KNOWN_AFTER).seconds();
        if self.lasts { self.minted } else { u32::try_from(known).unwrap_or(self.minted) }
    }
}

/// Reads a shown token; `None` if it is not this subject's, of another epoch, or over.
#[must_use]
pub fn shown(
    keys: &LocalKeys,
    text: &str,
    subject: SubjectId,
    application: ApplicationId,
    epoch: u32,
    now: Time,
) -> Option<Shown> {
    let bytes = from_base32(text.strip_prefix(PREFIX)?)?;
    let (minted, _) = bytes.split_first_chunk::<4>()?;
    let minted = u32::from_be_bytes(*minted);
    let right = mint(keys, subject, application, minted, epoch);
    let same: bool = subtle::ConstantTimeEq::ct_eq(right.as_bytes(), text.as_bytes()).into();
    let age = now.since(Time::from_millis(u64::from(minted) * 1000));
    let left = limits::DEVICE_KNOWN_UNTIL.checked_sub(age).unwrap_or(Duration::ZERO);
    (same && !left.is_zero()).then_some(Shown {
        minted,
        known: age >= limits::DEVICE_KNOWN_AFTER,
        lasts: left > limits::DEVICE_RENEW,
    })
}
