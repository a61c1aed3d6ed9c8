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

#[cfg(test)]
mod tests {
    use super::*;

    const MINTED: u32 = 1_800_000_000;

    fn keys() -> LocalKeys {
        LocalKeys::new(|label| Some((1, Zeroizing::new([u8::try_from(label.len()).unwrap(); 32])))).unwrap()
    }

    fn after(age: Duration) -> Time {
        Time::from_millis(u64::from(MINTED) * 1000 + u64::try_from(age.as_millis()).unwrap())
    }

    fn token(keys: &LocalKeys) -> Zeroizing<String> {
        mint(keys, SubjectId::new([1; 16]), ApplicationId::new([2; 16]), MINTED, 3)
    }

    fn read(keys: &LocalKeys, text: &str, age: Duration) -> Option<Shown> {
        shown(keys, text, SubjectId::new([1; 16]), ApplicationId::new([2; 16]), 3, after(age))
    }

    #[test]
    fn a_device_becomes_known_is_renewed_and_is_over_to_the_millisecond() {
        let (keys, tick) = (keys(), Duration::from_millis(1));
        let token = token(&keys);
        let at = |age| read(&keys, &token, age).map(|shown| (shown.known, shown.lasts));
        let renewed = limits::DEVICE_KNOWN_UNTIL - limits::DEVICE_RENEW;
        assert_eq!(at(Duration::ZERO), Some((false, true)));
        assert_eq!(at(limits::DEVICE_KNOWN_AFTER - tick), Some((false, true)));
        assert_eq!(at(limits::DEVICE_KNOWN_AFTER), Some((true, true)));
        assert_eq!(at(renewed - tick), Some((true, true)));
        assert_eq!(at(renewed), Some((true, false)));
        assert_eq!(at(limits::DEVICE_KNOWN_UNTIL - tick), Some((true, false)));
        assert_eq!(at(limits::DEVICE_KNOWN_UNTIL), None);
    }

    #[test]
    fn a_token_is_one_subjects_for_one_application_in_one_epoch_and_none_when_a_symbol_is_changed() {
        let (keys, age) = (keys(), limits::DEVICE_KNOWN_AFTER);
        let token = token(&keys);
        let [mine, other] = [1, 9].map(|byte| SubjectId::new([byte; 16]));
        let [here, there] = [2, 9].map(|byte| ApplicationId::new([byte; 16]));
        let asked =
            |subject, application, epoch| shown(&keys, &token, subject, application, epoch, after(age));
        assert!(asked(mine, here, 3).is_some_and(|shown| shown.known && shown.minted == MINTED));
        assert_eq!([asked(other, here, 3), asked(mine, there, 3), asked(mine, here, 4)], [None; 3]);
        for at in PREFIX.len()..token.len() {
            let with = if token.as_bytes()[at] == b'0' { "1" } else { "0" };
            let mut changed = token.to_string();
            changed.replace_range(at..=at, with);
            assert_eq!(read(&keys, &changed, age), None, "{at}");
        }
    }
}
