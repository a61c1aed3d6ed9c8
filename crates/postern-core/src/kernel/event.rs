//! Events: facts with their circumstances, as canonical bytes.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Fact, FactFault, Key, Kind};
use crate::Time;
use crate::encoding::base64url;
use crate::ids::{EventId, TenantId};

/// Who did it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// Level and methods that the actor's sign-in had, if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assurance: Option<String>,
    /// Which one.
    pub id: String,
    /// What the actor is.
    pub kind: ActorKind,
}

/// What an actor is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// An application with its key.
    Application,
    /// A person at the machine's command line.
    Operator,
    /// The service itself: a job.
    Service,
}

impl Actor {
    /// An actor without a session.
    #[must_use]
    pub fn new(kind: ActorKind, id: impl Into<String>) -> Self {
        Self { assurance: None, id: id.into(), kind }
    }
}

/// Whether what was attempted came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventOutcome {
    /// It did.
    Success,
    /// It was refused.
    Failure,
}

/// An event as a decision writes it: canonical JSON and where it belongs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftEvent {
    /// The record it is about.
    pub key: Key,
    /// The record's version after it.
    pub version: u64,
    /// RFC 8785 canonical JSON, at most 32 KiB.
    pub bytes: Vec<u8>,
}

/// Longest event in bytes.
pub(crate) const LONGEST: usize = 32 * 1024;

/// An event as it is read back. Fields in RFC 8785 order.
#[derive(Debug, Serialize, Deserialize)]
pub struct EventHead {
    /// Who did it.
    pub actor: Actor,
    /// The fact's payload, as it was written.
    pub fact: Box<RawValue>,
    /// The event's id.
    pub id: String,
    /// The id of the record it is about.
    pub object: String,
    /// Whether it came about.
    pub outcome: EventOutcome,
    /// Policies that allowed it.
    pub policies: Vec<String>,
    /// The personal part, encrypted under the subject's own key.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub private: Option<String>,
    /// Whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<String>,
    /// Whose log it is in.
    pub tenant: TenantId,
    /// When.
    pub time: Time,
    /// What happened, from the closed catalogue.
    pub r#type: String,
    /// Version of the payload.
    pub v: u16,
    /// The record's version after it.
    pub version: u64,
}

impl EventHead {
    /// Reads an event.
    ///
    /// # Errors
    /// If the bytes are not an event.
    pub fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// The event's fact as a record of type `F` would know it; `None` for a fact of a later version.
    ///
    /// # Errors
    /// If the payload does not fit its type.
    pub fn fact<F: Fact>(&self) -> Result<Option<F>, FactFault> {
        F::from_json(&self.r#type, self.v, self.fact.get())
    }
}

/// An event as the store gives it back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredEvent {
    /// Place in the tenant's log, from 0; [`StoredEvent::UNNUMBERED`] while it has none.
    pub index: u64,
    /// The record it is about, as the columns say.
    pub key: Key,
    /// The record's version after it, as the columns say.
    pub version: u64,
    /// Canonical bytes.
    pub bytes: Vec<u8>,
    /// MAC under the event key, not yet checked.
    pub mac: Vec<u8>,
}

impl StoredEvent {
    /// The index of an event that is committed and has no place in its log yet.
    pub const UNNUMBERED: u64 = u64::MAX;
}

/// Everything that an event says beside its fact.
pub(crate) struct Circumstances<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) private: Option<&'a [u8]>,
    pub(crate) time: Time,
}

/// Writes one event.
pub(crate) fn write<F: Fact>(
    key: Key,
    version: u64,
    fact: &F,
    about: &Circumstances<'_>,
) -> Result<DraftEvent, FactFault> {
    let payload = String::from_utf8_lossy(&fact.to_json()?).into_owned();
    let fact_json = RawValue::from_string(payload).map_err(FactFault::from)?;
    let head = EventHead {
        actor: about.actor.clone(),
        fact: fact_json,
        id: EventId { kind: key.kind, object: key.id, version }.to_string(),
        object: key.to_string(),
        outcome: fact.outcome(),
        policies: Vec::new(),
        private: about.private.map(base64url),
        subject: (key.kind == Kind::Subject).then(|| key.to_string()),
        tenant: key.tenant,
        time: about.time,
        r#type: fact.name().to_owned(),
        v: fact.version(),
        version,
    };
    let bytes = serde_json::to_vec(&head).map_err(FactFault::from)?;
    if bytes.len() > LONGEST {
        return Err(FactFault::too_long());
    }
    Ok(DraftEvent { key, version, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, PartialEq)]
    struct Said;

    impl Fact for Said {
        fn name(&self) -> &'static str {
            "said"
        }

        fn to_json(&self) -> Result<Vec<u8>, FactFault> {
            Ok(b"{}".to_vec())
        }

        fn from_json(_name: &str, _version: u16, _payload: &str) -> Result<Option<Self>, FactFault> {
            Ok(Some(Self))
        }
    }

    /// An event whose actor has a name of so many letters.
    fn event(kind: Kind, letters: usize) -> Result<DraftEvent, FactFault> {
        let actor = Actor::new(ActorKind::Operator, "a".repeat(letters));
        let about = Circumstances { actor: &actor, private: None, time: Time::START };
        write(Key::new(kind, TenantId::new([1; 16]), [2; 16]), 1, &Said, &about)
    }

    #[test]
    fn an_event_is_as_long_as_the_log_takes_and_not_a_byte_longer() {
        let rest = event(Kind::Subject, 0).unwrap().bytes.len();
        assert_eq!(event(Kind::Subject, LONGEST - rest).unwrap().bytes.len(), LONGEST);
        assert!(event(Kind::Subject, LONGEST - rest + 1).is_err());
    }

    #[test]
    fn an_event_names_the_subject_that_it_is_about_if_it_is_about_one() {
        for kind in [Kind::Subject, Kind::Tenant, Kind::Bucket] {
            let bytes = event(kind, 0).unwrap().bytes;
            let subject = EventHead::read(&bytes).unwrap().subject;
            assert_eq!(subject.is_some(), kind == Kind::Subject, "{kind:?}");
        }
    }
}
