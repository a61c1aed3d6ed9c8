//! Assurance: how it was established that the holder was there, and whether that is enough.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::encoding::Fixed;
use crate::ids::ProverId;
use crate::kernel::ClaimKey;
use crate::limits;

/// Authenticator assurance level (SP 800-63B-4 §2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// One factor.
    Aal1,
    /// Two factors.
    Aal2,
    /// Two factors, one of them a hardware key that resists phishing.
    Aal3,
}

impl Level {
    /// The level's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aal1 => "aal1",
            Self::Aal2 => "aal2",
            Self::Aal3 => "aal3",
        }
    }
}

/// What an application says about its user without a signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BareClaim {
    /// When the user signed in.
    pub at: Time,
    /// How well.
    pub level: Level,
    /// How: an `amr` value of RFC 8176.
    pub method: String,
}

/// What a prover said, its signature, audience, operation and request already checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assertion {
    /// Who said it.
    pub prover: ProverId,
    /// When the user signed in.
    pub at: Time,
    /// How well.
    pub level: Level,
    /// How: `amr` values.
    pub methods: Vec<String>,
    /// The place that using it takes.
    pub place: ClaimKey,
    /// When it ends.
    pub until: Time,
}

/// What a request offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Offered {
    /// A prover's signed assertion.
    Assertion(Assertion),
    /// The application's word.
    Bare(BareClaim),
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// At least this level.
    pub level: Level,
    /// At most this old.
    pub age: Duration,
    /// Whether the application's word will do.
    pub bare: bool,
}

/// What was accepted, as events and receipts say it. Fields in RFC 8785 order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// The place that using the assertion took; none for an application's word.
    pub assertion: Option<Fixed<32>>,
    /// When the user signed in.
    pub at: Time,
    /// Level.
    pub level: Level,
    /// Methods.
    pub methods: Vec<String>,
    /// The prover whose signature was checked; none for an application's word.
    pub prover: Option<ProverId>,
}

impl Offered {
    /// Judges what is offered at `now`; `None` if it is not enough.
    #[must_use]
    pub fn judge(&self, asked: Asked, now: Time) -> Option<Evidence> {
        let (evidence, signed) = match self {
            Self::Assertion(said) => {
                let (assertion, methods) = (Some(Fixed(said.place.key)), said.methods.clone());
                (
                    Evidence {
                        assertion,
                        at: said.at,
                        level: said.level,
                        methods,
                        prover: Some(said.prover),
                    },
                    true,
                )
            }
            Self::Bare(said) => {
                let methods = vec![said.method.clone()];
                (Evidence { assertion: None, at: said.at, level: said.level, methods, prover: None }, false)
            }
        };
        let young = now.since(evidence.at) <= asked.age;
        let arrived = evidence.at.since(now) <= limits::CLAIM_AHEAD;
        (young && arrived && evidence.level >= asked.level && (signed || asked.bare)).then_some(evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(1_774_000_000_000);

    fn bare(at: Time, level: Level) -> Offered {
        Offered::Bare(BareClaim { at, level, method: "otp".to_owned() })
    }

    #[test]
    fn too_old_too_early_too_weak_and_unsigned_are_refused() {
        let asked = Asked { level: Level::Aal2, age: limits::ASSURANCE_AGE, bare: true };
        assert!(bare(NOW, Level::Aal2).judge(asked, NOW).is_some());
        assert!(bare(NOW.minus(limits::ASSURANCE_AGE), Level::Aal3).judge(asked, NOW).is_some());
        assert!(bare(NOW.minus(Duration::from_secs(601)), Level::Aal2).judge(asked, NOW).is_none());
        assert!(bare(NOW.plus(Duration::from_secs(31)), Level::Aal2).judge(asked, NOW).is_none());
        assert!(bare(NOW, Level::Aal1).judge(asked, NOW).is_none());
        assert!(bare(NOW, Level::Aal2).judge(Asked { bare: false, ..asked }, NOW).is_none());
    }
}
