//! Device tokens: read as they come, and minted from the input's numbers.

use std::time::Duration;

use postern_core::Time;
use postern_core::device::{mint, shown};
use postern_core::ids::{ApplicationId, SubjectId};
use postern_core::limits::{DEVICE_KNOWN_AFTER, DEVICE_KNOWN_UNTIL};

use super::{KEYS, check};

/// A device token: text as it is shown, or the seconds and the epoch of one that is minted, when it is shown, and what
/// happened to it on the way.
pub(super) fn device(bytes: &[u8]) {
    let (subject, application) = (SubjectId::new([1; 16]), ApplicationId::new([2; 16]));
    let read = |text: &str, now, epoch| shown(&KEYS, text, subject, application, epoch, now);
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Some(found) = read(text, Time::from_millis(1_000_000), 0)
    {
        let minted = mint(&KEYS, subject, application, found.minted, 0);
        check(*minted == text, "a token was minted as it is shown");
    }
    let Some((minted, rest)) = bytes.split_first_chunk::<4>() else { return };
    let Some((epoch, rest)) = rest.split_first_chunk::<4>() else { return };
    let Some((now, damage)) = rest.split_first_chunk::<8>() else { return };
    let (minted, epoch) = (u32::from_be_bytes(*minted), u32::from_be_bytes(*epoch));
    let now = Time::from_millis(u64::from_be_bytes(*now));
    let text = mint(&KEYS, subject, application, minted, epoch);
    let age = now.since(Time::from_millis(u64::from(minted) * 1000));
    let found = read(&text, now, epoch);
    check(found.is_some() == (age < DEVICE_KNOWN_UNTIL), "a token is over in time");
    check(read(&text, now, epoch.wrapping_add(1)).is_none(), "a token is of one epoch");
    let (other, others) = (SubjectId::new([3; 16]), ApplicationId::new([3; 16]));
    check(shown(&KEYS, &text, other, application, epoch, now).is_none(), "a token is one subject's");
    check(shown(&KEYS, &text, subject, others, epoch, now).is_none(), "a token is for one application");
    let altered = altered(&text, damage);
    check(altered == *text || read(&altered, now, epoch).is_none(), "an altered token is none");
    let Some(found) = found else { return };
    check(found.minted == minted, "a token says when it was minted");
    check(found.known == (age >= DEVICE_KNOWN_AFTER), "a device is known after its time");
    let next = found.goes_on(now);
    let again = read(&mint(&KEYS, subject, application, next, epoch), now, epoch);
    check(
        again.is_some_and(|again| again.lasts && (again.known || !found.known)),
        "what takes a token's place is as good, and lasts",
    );
    check(found.lasts == (next == minted) || age == Duration::ZERO, "a token stays while it lasts");
}

/// The text with one symbol written over.
fn altered(text: &str, damage: &[u8]) -> String {
    let [place, symbol, ..] = damage else { return text.to_owned() };
    let place = usize::from(*place) % text.len();
    let over = |(at, symbol_then): (usize, char)| if at == place { char::from(*symbol) } else { symbol_then };
    text.chars().enumerate().map(over).collect()
}
