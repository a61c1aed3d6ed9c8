//! Confirming a staged set by typing one of its codes, which is not spent.

use std::sync::Arc;

use postern_core::Time;
use postern_core::application::{Scope, Token};
use postern_core::encoding::Fixed;
use postern_core::ids::SetId;
use postern_core::kernel::{Key, Step};
use postern_core::kinds::{CodeKind, Secrecy};
use postern_core::recent::RequestMark;
use postern_core::subject::{self, Confirm, Confirmed, SubjectFact};
use postern_core::verifier::Stretch;
use zeroize::Zeroizing;

use crate::Problem;
use crate::alarms;
use crate::app::App;
use crate::authorise::{Ground, Opened};
use crate::prepare::Whose;
use crate::redemptions::Person;
use crate::request::{Client, Idempotent, SubjectName};
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
        let name = SubjectName::Id(asked.set.subject);
        let attempt = self.attempt(gate.clone(), &name).await?;
        let Person::Subject(held) = &attempt.person else { return Err(Problem::NotFound) };
        let state = held.state().ok_or(Problem::NotFound)?;
        let (key, now, application) = (held.key(), attempt.now, gate.application());
        let request_key = Fixed(self.local().idempotency_key(application, &asked.request.key));
        let known = attempt.known(request_key);
        self.repeats(known, attempt.at)?;
        let staged = state.staged.as_ref().filter(|staged| staged.set.generation == asked.set.generation);
        if known.is_none() && staged.is_none_or(|staged| staged.confirm_by <= attempt.at) {
            let never = asked.set.generation == 0 || asked.set.generation > state.generation;
            return Err(if never { Problem::NotFound } else { Problem::StateChanged });
        }
        let standing = self.standing(&attempt, &asked.client);
        let word = self.read_word(&attempt, standing, &asked.code)?;
        let _place = self.enter(&attempt, standing)?;
        let check_mismatch = word.check_mismatch;
        let version = staged.map(|staged| staged.set.key_version);
        let set = staged.map(|staged| staged.set.stretch).filter(|stretch| *stretch != Stretch::None);
        let stretch = known.map_or(set.unwrap_or(Stretch::ARGON2ID), |known| known.stretch);
        let prepared = self.prepare(word, Whose { stretch, version, ..attempt.whose(known) }).await?;
        let named = Zeroizing::new([asked.set.to_string().as_bytes(), prepared.material.bytes()].concat());
        let request = RequestMark {
            fingerprint: Fixed(self.local().fingerprint(
                OPERATION,
                application,
                &asked.request.bytes.0,
                &named,
            )),
            key: request_key,
            stretch: prepared.material.stretch,
        };
        let source = standing.source;
        let private = self.private(key, &asked.client).await?;
        let ground = Ground { tier: Some(state.tier), evidence: None, private };
        let generation = asked.set.generation;
        let (nonce, found) = (self.nonce()?, alarms::Found::default());
        let kind_found = found.clone();
        let ended = self.decided(&attempt.view, move |view| {
            let Opened { subject: held, mut draft, ended } = match gate.open(view, &name, &ground, now)? {
                Ok(opened) => opened,
                Err(stop) => return Ok(stop.step_or_not_found()),
            };
            let secrecy = Secrecy { keys: gate.local(), nonce };
            let wanted = Confirm {
                generation,
                prepared: &prepared,
                check_mismatch,
                request,
                source,
                secrecy,
                ended: &ended,
            };
            kind_found.is(CodeKind::Live);
            let confirmed = subject::confirm(held, &wanted, &mut draft);
            Ok(match confirmed {
                Confirmed::Done { expires_at, superseded, kind } => {
                    kind_found.is(kind);
                    Step::Decided(draft, Ok(Found::Done(expires_at, superseded)))
                }
                Confirmed::Refused { kind, .. } => {
                    kind_found.is(kind);
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
        let bell = self.bell(key, &found);
        let ended = ended.await;
        bell.answered(&ended);
        match ended? {
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
        let (head, _) = self.genuine_event(key, version).await?;
        head.fact::<SubjectFact>().map_err(|fault| Problem::unavailable(&fault))
    }
}
