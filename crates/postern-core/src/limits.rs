//! The numbers of the lifecycles: shipped defaults, in one place, each with its unit.

use std::time::Duration;

use crate::tenant::Tier;

const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

const fn hours(n: u64) -> Duration {
    minutes(n * 60)
}

const fn days(n: u64) -> Duration {
    hours(n * 24)
}

/// A staged set that nobody confirms is discarded after this.
pub const STAGED_LIVES: Duration = minutes(15);
/// Wrong codes at confirmation after which a staged set is discarded.
pub const CONFIRM_MISSES: u8 = 10;
/// Stagings per subject and hour.
pub const STAGINGS_PER_HOUR: usize = 3;
/// Rehearsals per subject and day.
pub const REHEARSALS_PER_DAY: usize = 3;
/// How old an assurance may be.
pub const ASSURANCE_AGE: Duration = minutes(10);
/// How old an assurance may be for a privileged subject, and for a rehearsal.
pub const ASSURANCE_AGE_STRICT: Duration = minutes(5);
/// How far ahead of our clock a bare claim may be.
pub const CLAIM_AHEAD: Duration = Duration::from_secs(30);
/// How old a first factor may be.
pub const FIRST_FACTOR_AGE: Duration = minutes(10);
/// An assertion lives at most this long.
pub const ASSERTION_LIVES: Duration = Duration::from_secs(120);
/// A device token makes its device known after this.
pub const DEVICE_KNOWN_AFTER: Duration = hours(72);
/// And until this.
pub const DEVICE_KNOWN_UNTIL: Duration = days(180);
/// A device token is renewed when less than this is left.
pub const DEVICE_RENEW: Duration = days(30);
/// A clock's step of more than this is recorded.
pub const CLOCK_STEP: Duration = Duration::from_secs(5);
/// A receipt lives this long.
pub const RECEIPT_LIVES: Duration = Duration::from_secs(120);
/// An accepted answer may be asked for again this long; so long at most does a repeated receipt live.
pub const ACCEPTED_REPEATS: Duration = minutes(10);
/// Every other answer may be asked for again this long.
pub const ANSWER_REPEATS: Duration = days(1);
/// Answers kept per subject, of each of the two sorts.
pub const ANSWERS_KEPT: usize = 8;
/// Misses after which waits begin.
pub const FREE_MISSES: u16 = 4;
/// The first wait; it doubles with every further miss.
pub const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The longest wait.
pub const LONGEST_WAIT: Duration = hours(1);
/// Sources that a record remembers.
pub const SOURCES: usize = 16;
/// Ended generations that are kept for "an old code was tried".
pub const ENDED_KEPT: usize = 8;
/// And for how long.
pub const ENDED_LIVES: Duration = days(730);
/// An old set's alarm rings once in this time.
pub const OLD_SET_ALARM: Duration = days(1);
/// Of one set it is recorded once in this time that codes were found where they should not be.
pub const LEAK_ALARM: Duration = days(1);
/// Words that one request may ask about.
pub const LEAK_WORDS: usize = 100;
/// Subjects that it may name.
pub const LEAK_SUBJECTS: usize = 100;
/// Stretched words times subjects of one request: each costs what an attempt costs.
pub const LEAK_STRETCHES: u32 = 100;
/// Requests about found words, and texts looked at before they are saved, that an application has in an hour.
pub const LEAK_REQUESTS_PER_HOUR: u32 = 3600;
/// Stretched words times subjects that an application has in an hour.
pub const LEAK_STRETCHES_PER_HOUR: u32 = 2000;
/// Stretched words that an application has for one subject in a day: no more than a set has guesses.
pub const LEAK_STRETCHES_PER_SUBJECT: u32 = 100;
/// After a redemption the holder may enrol a new authenticator no earlier than this.
pub const ENROL_WAIT: Duration = hours(24);
/// Sums of an hour are kept this long.
pub const TALLIES_LIVE: Duration = days(400);
/// No event loses its bytes before this time, whatever is configured: answers repeat from events for a day, an
/// investigation looks back a year.
pub const EVENTS_KEPT: Duration = days(400);
/// Days that subjects' wrapped keys are kept outside of the data: in the keyring of a backup, and where events are shipped
/// to. Whoever was erased is gone from there too by then.
pub const COPIED_KEYS_DAYS: u64 = 30;
/// Longest external id in bytes.
pub const EXTERNAL_ID: usize = 255;
/// How many prefixes a tenant may ever have: each is tried on a word that was typed without one.
pub const PREFIXES: usize = 8;
/// Live keys of an application: two, so that one can take over from the other.
pub const APPLICATION_KEYS: usize = 2;
/// A name that was left or erased is kept this long: whoever comes back under it has no easier recovery.
pub const NAME_KEPT: Duration = days(400);

/// How long what weakens or ends a subject's recovery waits, by tier.
#[must_use]
pub const fn tier_wait(tier: Tier) -> Duration {
    match tier {
        Tier::Standard | Tier::Elevated | Tier::Service => hours(24),
        Tier::Privileged | Tier::BreakGlass => hours(48),
    }
}
