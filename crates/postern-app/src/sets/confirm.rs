//! Confirming a staged set by typing one of its codes, which is not spent.

use std::sync::Arc;

use postern_core::Time;
use postern_core::application::{Scope, Token};
use postern_core::encoding::Fixed;
use postern_core::ids::SetId;
use postern_core::kernel::{EventHead, Held, Key, Kind, Step, Want};
use postern_core::recent::RequestMark;
use postern_core::subject::{self, Confirm, Confirmed, Subject, SubjectFact};
use postern_core::verifier::Stretch;
use zeroize::Zeroizing;

use crate::Problem;
use crate::app::App;
use crate::authorise::subject_id;
use crate::prepare::{Whose, read};
use crate::request::{Client, Idempotent};
use crate::source::source;
use crate::work::{Ended, TRIES};

/// The operation's name in fingerprints.
const OPERATION: &str = "confirm";

/// A request to confirm.
pub struct Confirmation {
    /// Which set.
    pub set: SetId,
    /// What was typed.
    pub code: Zeroizing<String>,
    /// Where the person is.
    pub client: Client,
    /// The request.
    pub request: Idempotent,
}

/// A set that works from now on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConfirmedSet {
    /// Names it.
    pub set: SetId,
    /// Until when it works.
    pub expires_at: Time,
    /// The set that ended with this.
    pub superseded: Option<SetId>,
    /// Whether this answer was given before.
    pub replayed: bool,
}

enum Found {
    Done(Time, Option<u32>),
    Seen(u64),
}

impl App {
    /// Confirms a staged set.
    ///
    /// # Errors
    /// A [`Problem`]: the set before still works.
    pub async fn confirm(&self, token: &Arc<Token>, asked: Confirmation) -> Result<ConfirmedSet, Problem> {
        for _ in 0..TRIES {
            if let Some(confirmed) = self.confirm_once(token, &asked).await? {
                return Ok(confirmed);
            }
        }
        Err(Problem::Unavailable)
    }

    async fn confirm_once(
        &self,
        token: &Arc<Token>,
        asked: &Confirmation,
    ) -> Result<Option<ConfirmedSet>, Problem> {
        let gate = self.gate(token, Scope::SetsStage);
        let now = self.now();
        let key = Key::of(Kind::Subject, gate.tenant(), asked.set.subject);
        let [application, tenant] = gate.wants();
        let view = self.look(&[application, tenant, Want::Key(key)]).await?;
        let caller = gate.check(&view)?;
        let held: Held<Subject> = match view.held(key) {
            Ok(held) => held,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Err(Problem::StateChanged);
            }
        };
        let state = held.state().ok_or(Problem::NotFound)?;
        caller.reaches(state.tier)?;
        let prefixes = caller.tenant.state().map(|tenant| tenant.prefixes()).unwrap_or_default();
        let word = read(&asked.code, &prefixes)?;
        let check_mismatch = word.check_mismatch;
        let stretch = state.staged.as_ref().map_or(Stretch::ARGON2ID, |staged| staged.set.stretch);
        let stretch = if stretch == Stretch::None { Stretch::ARGON2ID } else { stretch };
        let (epoch, salt) = (state.epoch.bytes().to_vec(), state.salt.bytes().to_vec());
        let whose = Whose { tenant: gate.tenant(), subject: subject_id(&held), epoch, salt, stretch };
        let prepared = self.prepare(word, whose).await?;
        let application = gate.application();
        let named = Zeroizing::new([asked.set.to_string().as_bytes(), prepared.material.bytes()].concat());
        let request = RequestMark {
            fingerprint: Fixed(self.local().fingerprint(
                OPERATION,
                application,
                &asked.request.bytes.0,
                &named,
            )),
            key: Fixed(self.local().idempotency_key(application, &asked.request.key)),
        };
        let source = source(self.local(), gate.tenant(), application, &asked.client, now);
        let private = self.private(key, &asked.client).await?;
        let generation = asked.set.generation;
        let ended = self.decided(&view, move |view| {
            let caller = match gate.check(view) {
                Ok(caller) => caller,
                Err(problem) => return Ok(Step::Nothing(Err(problem))),
            };
            let held: Held<Subject> = view.held(key)?;
            let mut draft = gate.draft(&caller, view, now, private.clone());
            let wanted = Confirm { generation, prepared: &prepared, check_mismatch, request, source };
            let confirmed = subject::confirm(held, &wanted, &mut draft);
            Ok(match confirmed {
                Confirmed::Done { expires_at, superseded } => {
                    Step::Decided(draft, Ok(Found::Done(expires_at, superseded)))
                }
                Confirmed::Refused { .. } => {
                    Step::Decided(draft, Err(Problem::CodeNotAccepted { check_mismatch }))
                }
                Confirmed::Seen(remembered) => Step::Nothing(Ok(Found::Seen(remembered.version))),
                Confirmed::KeyReused => Step::Nothing(Err(Problem::IdempotencyKeyReused)),
                Confirmed::NotFound => Step::Nothing(Err(Problem::NotFound)),
                Confirmed::Moved if draft.is_empty() => Step::Nothing(Err(Problem::StateChanged)),
                Confirmed::Moved => Step::Decided(draft, Err(Problem::StateChanged)),
                Confirmed::Again => Step::Prepare(()),
            })
        });
        let named = |generation| SetId { subject: asked.set.subject, generation };
        match ended.await? {
            Ended::Answer(Found::Done(expires_at, superseded)) => {
                let superseded = superseded.map(named);
                Ok(Some(ConfirmedSet { set: asked.set, expires_at, superseded, replayed: false }))
            }
            Ended::Answer(Found::Seen(version)) => {
                self.confirmed_before(key, version, check_mismatch).await.map(Some)
            }
            Ended::Again => Ok(None),
            Ended::Taken(_) | Ended::Rejected => Err(Problem::StateChanged),
        }
    }

    async fn confirmed_before(
        &self,
        key: Key,
        version: u64,
        check_mismatch: bool,
    ) -> Result<ConfirmedSet, Problem> {
        let subject = postern_core::ids::SubjectId::new(key.id);
        let fact = self.subject_fact(key, version).await?;
        let Some(SubjectFact::Activated(activated)) = fact else {
            return Err(Problem::CodeNotAccepted { check_mismatch });
        };
        let before = self.subject_fact(key, version - 1).await?;
        let superseded = match before {
            Some(SubjectFact::Superseded(before)) if before.by == activated.generation => {
                Some(before.generation)
            }
            _ => None,
        };
        Ok(ConfirmedSet {
            set: SetId { subject, generation: activated.generation },
            expires_at: activated.expires_at,
            superseded: superseded.map(|generation| SetId { subject, generation }),
            replayed: true,
        })
    }

    async fn subject_fact(&self, key: Key, version: u64) -> Result<Option<SubjectFact>, Problem> {
        let stored = self.store().event(key, version).await.map_err(|fault| Problem::unavailable(&fault))?;
        let Some(stored) = stored else { return Ok(None) };
        let head = EventHead::read(&stored.bytes).map_err(|fault| Problem::unavailable(&fault))?;
        head.fact::<SubjectFact>().map_err(|fault| Problem::unavailable(&fault))
    }
}
