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

    const ANNA: SubjectId = SubjectId::new([1; 16]);
    const SHOP: ApplicationId = ApplicationId::new([2; 16]);
    const MINTED: u32 = 1_700_000_000;

    fn keys() -> LocalKeys {
        LocalKeys::new(|label| Some((1, Zeroizing::new([u8::try_from(label.len()).unwrap(); 32])))).unwrap()
    }

    /// What a token is taken for, this long after it was minted.
    fn after(text: &str, age: Duration) -> Option<Shown> {
        let now = Time::from_millis(u64::from(MINTED) * 1000).plus(age);
        shown(&keys(), text, ANNA, SHOP, 3, now)
    }

    #[test]
    fn a_token_of_anything_else_or_with_one_letter_changed_is_none() {
        let token = mint(&keys(), ANNA, SHOP, MINTED, 3);
        assert!(after(&token, Duration::ZERO).is_some());
        for other in [
            mint(&keys(), SubjectId::new([9; 16]), SHOP, MINTED, 3),
            mint(&keys(), ANNA, ApplicationId::new([9; 16]), MINTED, 3),
            mint(&keys(), ANNA, SHOP, MINTED, 2),
        ] {
            assert!(after(&other, Duration::ZERO).is_none());
        }
        for at in 0..token.len() {
            let mut forged = token.as_bytes().to_vec();
            forged[at] = if forged[at] == b'0' { b'z' } else { b'0' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(after(&forged, Duration::ZERO).is_none(), "letter {at}");
        }
    }

    #[test]
    fn a_token_makes_known_from_its_first_hour_on_is_renewed_and_ends() {
        let token = mint(&keys(), ANNA, SHOP, MINTED, 3);
        let (known, until) = (limits::DEVICE_KNOWN_AFTER, limits::DEVICE_KNOWN_UNTIL);
        let renewed = until - limits::DEVICE_RENEW;
        let (moment, none) = (Duration::from_millis(1), Duration::ZERO);
        for (age, is_known, lasts) in [
            (none, false, true),
            (known - moment, false, true),
            (known, true, true),
            (renewed - moment, true, true),
            (renewed, true, false),
            (until - moment, true, false),
        ] {
            let shown = Shown { minted: MINTED, known: is_known, lasts };
            assert_eq!(after(&token, age), Some(shown), "after {age:?}");
        }
        assert_eq!(after(&token, until), None);
    }
}
