//! What an attempt knows before anything slow: the caller, the person or nobody, the class and the source.

use postern_codes::Format;
use postern_core::Time;
use postern_core::bucket::{self, Bucket, Nobody};
use postern_core::device;
use postern_core::encoding::Fixed;
use postern_core::ids::SubjectId;
use postern_core::kernel::{Held, Key, View, Want};
use postern_core::recent::RequestMark;
use postern_core::subject::Subject;
use postern_core::tenant::{Tier, TierSettings};
use postern_core::throttle::{Class, Delay};
use postern_core::verifier::Stretch;

use crate::app::App;
use crate::authorise::{Caller, Gate, subject_id};
use crate::lanes::Place;
use crate::prepare::Whose;
use crate::problem::Problem;
use crate::request::{Client, SubjectName};
use crate::source::{device_source, source};
use crate::sums::Whom;

/// Who a name stands for: a subject, or nobody with a stand-in that makes the same work.
pub(crate) enum Person {
    /// A subject.
    Subject(Box<Held<Subject>>),
    /// Nobody.
    Nobody {
        /// Where it is counted.
        nobody: Nobody,
        /// Stands in for the subject's id, epoch and salt.
        stand_in: [u8; 32],
        /// The bucket.
        bucket: Box<Held<Bucket>>,
    },
}

/// One attempt at a code, as far as it is known before the slow work.
pub(crate) struct Attempt {
    pub(crate) gate: Gate,
    pub(crate) view: View,
    pub(crate) caller: Caller,
    pub(crate) person: Person,
    pub(crate) now: Time,
    pub(crate) at: Time,
}

/// Whose attempt it is.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) class: Class,
    pub(crate) source: Fixed<8>,
    pub(crate) device: Option<device::Shown>,
}

impl App {
    /// Reads everything that an attempt is decided on, in one look. A subject whose row was altered is
    /// answered as nobody: nothing of it can be believed, and nothing of it shows.
    pub(crate) async fn attempt(&self, gate: Gate, name: &SubjectName) -> Result<Attempt, Problem> {
        let now = self.now();
        let tenant = gate.tenant();
        let stand_in = self.local().nobody(tenant, &name.text());
        let nobody = Nobody::new(tenant, &stand_in);
        let mut wants = gate.wants();
        wants.extend([name.want(tenant, self.local()), Want::Key(nobody.bucket)]);
        let view = self.look(&wants).await?;
        let caller = self.checked(&gate, &view).await?;
        let found = match gate.subject(&view, name) {
            Ok(found) => found,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                None
            }
        };
        let person = match found {
            Some(subject) => Person::Subject(Box::new(subject)),
            None => Person::Nobody { nobody, stand_in, bucket: Box::new(self.bucket(&view, nobody).await?) },
        };
        let at = view.at(now);
        let attempt = Attempt { gate, view, caller, person, now, at };
        attempt.caller.reaches(attempt.tier())?;
        Ok(attempt)
    }

    async fn bucket(&self, view: &View, nobody: Nobody) -> Result<Held<Bucket>, Problem> {
        match view.held(nobody.bucket) {
            Ok(bucket) => Ok(bucket),
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                Err(Problem::CodeNotAccepted { check_mismatch: false })
            }
        }
    }

    /// Class and source: a device that showed a good token is known and is its own source.
    pub(crate) fn standing(&self, attempt: &Attempt, client: &Client) -> Standing {
        let (tenant, application) = (attempt.gate.tenant(), attempt.gate.application());
        let epoch = match &attempt.person {
            Person::Subject(held) => held.state().map_or(0, |state| state.device_epoch),
            Person::Nobody { .. } => 0,
        };
        let device = client.device_token.as_deref().and_then(|token| {
            device::shown(self.local(), token, attempt.subject_id(), application, epoch, attempt.at)
        });
        match device.filter(|device| device.known) {
            Some(known) => {
                let source = device_source(self.local(), tenant, application, known.minted, attempt.now);
                Standing { class: Class::Known, source, device }
            }
            None => {
                let source = source(self.local(), tenant, application, client, attempt.now);
                Standing { class: Class::Unknown, source, device }
            }
        }
    }

    /// A place in the subject's lane.
    pub(crate) fn enter(&self, attempt: &Attempt, standing: Standing) -> Result<Place, Problem> {
        let place = self.lanes.enter(attempt.key(), standing.class, standing.source);
        place.ok_or(Problem::TooManyRequests { after: std::time::Duration::from_secs(1) })
    }

    /// Counts a word that was not tested, and gives the answer for it.
    pub(crate) async fn not_tested(
        &self,
        attempt: &Attempt,
        standing: Standing,
        problem: Problem,
    ) -> Problem {
        let tag = match &attempt.person {
            Person::Subject(_) => None,
            Person::Nobody { nobody, .. } => Some(nobody.tag),
        };
        let whom = Whom { key: attempt.key(), tag, source: standing.source };
        for (whom, sum) in self.sums.note(whom, attempt.now) {
            self.record_sum(whom, sum).await;
        }
        problem
    }
}

impl Attempt {
    /// The record that the attempt is counted in.
    pub(crate) fn key(&self) -> Key {
        match &self.person {
            Person::Subject(held) => held.key(),
            Person::Nobody { nobody, .. } => nobody.bucket,
        }
    }

    /// The person's tier; nobody has the tenant's default one.
    pub(crate) fn tier(&self) -> Tier {
        match &self.person {
            Person::Subject(held) => {
                held.state().map_or_else(|| self.caller.default_tier(), |state| state.tier)
            }
            Person::Nobody { .. } => self.caller.default_tier(),
        }
    }

    /// Settings of the default tier: what nobody's set would be like.
    pub(crate) fn default_settings(&self) -> TierSettings {
        let tenant = self.caller.tenant.state();
        tenant.map(|tenant| tenant.settings(tenant.default_tier)).unwrap_or_default()
    }

    /// Names that an assertion may call the person by.
    pub(crate) fn names(&self, name: &SubjectName) -> Vec<String> {
        let id = match &self.person {
            Person::Subject(held) => Some(subject_id(held).to_string()),
            Person::Nobody { .. } => None,
        };
        id.into_iter().chain([name.text()]).collect()
    }

    /// The request that this idempotency key belongs to, if it was answered before: then the answer is
    /// repeated and not decided.
    pub(crate) fn known(&self, key: Fixed<8>) -> Option<RequestMark> {
        match &self.person {
            Person::Subject(held) => held.state().and_then(|state| state.recent.by_key(key, self.at)),
            Person::Nobody { nobody, bucket, .. } => bucket::by_key(bucket, nobody, key, self.at),
        }
    }

    /// The subject's id, or the one that stands in for it.
    pub(crate) fn subject_id(&self) -> SubjectId {
        match &self.person {
            Person::Subject(held) => subject_id(held),
            Person::Nobody { stand_in, .. } => {
                SubjectId::new(stand_in.first_chunk::<16>().copied().unwrap_or_default())
            }
        }
    }

    /// The throttle's answer before the slow work.
    pub(crate) fn judge(&self, standing: Standing) -> Result<(), Delay> {
        let default = self.default_settings().format;
        match &self.person {
            Person::Subject(held) => {
                let Some(state) = held.state() else { return Ok(()) };
                let format = active_format(state, self.at).unwrap_or(default);
                state.throttle.judge(standing.class, standing.source, format, self.at)
            }
            Person::Nobody { nobody, bucket, .. } => {
                bucket::throttle_of(bucket, nobody).judge(standing.class, standing.source, default, self.at)
            }
        }
    }

    /// Whose keys and salts the typed word is made ready with. A request that was answered before is
    /// stretched as it was then, whatever has become of the set.
    pub(crate) fn whose(&self, known: Option<RequestMark>) -> Whose {
        let (tenant, subject) = (self.gate.tenant(), self.subject_id());
        let default = self.default_settings().stretch;
        let (epoch, salt, set) = match &self.person {
            Person::Subject(held) => {
                let state = held.state();
                let set = state.and_then(|state| state.active.as_ref()).map(|active| &active.set);
                let epoch = state.map(|state| state.epoch.bytes().to_vec()).unwrap_or_default();
                (epoch, state.map(|state| state.salt.bytes().to_vec()).unwrap_or_default(), set)
            }
            Person::Nobody { stand_in, .. } => {
                let (left, right) = stand_in.split_at(16);
                (right.to_vec(), left.to_vec(), None)
            }
        };
        let version = set.map(|set| set.key_version);
        let set = set.map(|set| set.stretch).filter(|own| *own != Stretch::None).unwrap_or(default);
        let stretch = known.map_or(set, |known| known.stretch);
        Whose { tenant, subject, epoch, salt, stretch, version }
    }
}

pub(crate) fn active_format(subject: &Subject, at: Time) -> Option<Format> {
    subject.active.as_ref().filter(|active| active.expires_at > at).map(|active| active.set.format)
}

/// The problem of a delayed word.
pub(crate) fn delayed(delay: Delay, now: Time) -> Problem {
    match delay {
        Delay::Until(until) => {
            Problem::TooManyAttempts { after: Some(postern_core::throttle::retry_after(until, now)) }
        }
        Delay::Closed => Problem::TooManyAttempts { after: None },
    }
}
