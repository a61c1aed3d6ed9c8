//! Facts: what happened, in the only form that changes state.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::EventOutcome;

/// What was recorded about one record. Its JSON payload declares its fields in RFC 8785 order and holds
/// every number that `evolve` reads as a value.
pub trait Fact: Clone + PartialEq + Sized {
    /// The event's `type`, from the closed catalogue.
    fn name(&self) -> &'static str;

    /// The payload's version, raised when its fields change their meaning.
    fn version(&self) -> u16 {
        1
    }

    /// Whether what was attempted came about.
    fn outcome(&self) -> EventOutcome {
        EventOutcome::Success
    }

    /// The payload as canonical JSON.
    ///
    /// # Errors
    /// If the payload cannot be written, which is a defect of its type.
    fn to_json(&self) -> Result<Vec<u8>, FactFault>;

    /// Reads a payload; `None` if this program does not know the type or its version (an older program
    /// reading a newer log).
    ///
    /// # Errors
    /// If the type is known and the payload does not fit it.
    fn from_json(name: &str, version: u16, payload: &str) -> Result<Option<Self>, FactFault>;
}

/// A payload could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("the fact does not fit its type")]
pub struct FactFault(#[from] serde_json::Error);

impl FactFault {
    /// An event longer than the log takes.
    pub(crate) fn too_long() -> Self {
        Self(serde::ser::Error::custom("an event is at most 32 KiB"))
    }
}

/// Writes one payload.
pub(crate) fn payload_to_json<T: Serialize>(payload: &T) -> Result<Vec<u8>, FactFault> {
    serde_json::to_vec(payload).map_err(FactFault::from)
}

/// Reads one payload.
pub(crate) fn payload_from_json<T: DeserializeOwned>(payload: &str) -> Result<T, FactFault> {
    serde_json::from_str(payload).map_err(FactFault::from)
}

/// Declares a record's facts as a table: event name, variant, payload. All it writes is the match that a
/// hand would write three times.
macro_rules! facts {
    ($(#[$doc:meta])* $name:ident { $($event:literal => $variant:ident($payload:ty)),+ $(,)? } failures [$($failure:literal),*]) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug)]
        pub enum $name {
            $(#[doc = concat!("`", $event, "`")] $variant($payload)),+
        }

        impl $crate::kernel::Fact for $name {
            fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $event),+ }
            }

            fn outcome(&self) -> $crate::kernel::EventOutcome {
                let failures: &[&str] = &[$($failure),*];
                if failures.contains(&self.name()) {
                    $crate::kernel::EventOutcome::Failure
                } else {
                    $crate::kernel::EventOutcome::Success
                }
            }

            fn to_json(&self) -> Result<Vec<u8>, $crate::kernel::FactFault> {
                match self { $(Self::$variant(payload) => $crate::kernel::payload_to_json(payload)),+ }
            }

            fn from_json(name: &str, version: u16, payload: &str) -> Result<Option<Self>, $crate::kernel::FactFault> {
                match (name, version) {
                    $(($event, 1) => $crate::kernel::payload_from_json(payload).map(|fact| Some(Self::$variant(fact))),)+
                    _ => Ok(None),
                }
            }
        }
    };
}
pub(crate) use facts;
