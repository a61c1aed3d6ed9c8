//! Rehearsing: the holder tries a code without spending it.

use std::sync::Arc;

use postern_core::Time;
use postern_core::application::{Scope, Token};
use postern_core::assurance::{Asked, Evidence, Level};
use postern_core::encoding::Fixed;
use postern_core::kernel::Step;
use postern_core::kinds::{CodeKind, Secrecy};
use postern_core::limits;
use postern_core::recent::{Remembered, RequestMark};
use postern_core::subject::{self, Purpose, Redeem, Rehearsed, SubjectFact};
use postern_core::throttle::Class;
use zeroize::Zeroizing;

use crate::Problem;
use crate::alarms;
use crate::app::App;
use crate::authorise::{Ground, Opened};
use crate::proof::{For, Proof};
use crate::redemptions::{Attempt, Person, delayed};
use crate::request::{Client, Idempotent, SubjectName};
use crate::work::{Ended, TRIES};

/// The operation's name in assertions and fingerprints.
const OPERATION: &str = "rehearse";

/// A request to rehearse.
pub struct Rehearsal {
    /// Whose code.
    pub subject: SubjectName,
    /// What was typed.
    pub code: Zeroizing<String>,
    /// How the holder was known.
    pub proof: Option<Proof>,
    /// Where the person is.
    pub client: Client,
    /// The request.
    pub request: Idempotent,
}

/// When a code was tested and would have worked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RehearsedAt {
    /// When.
    pub tested_at: Time,
    /// Whether this answer was given before.
    pub replayed: bool,
}

enum Found {
    At(Time),
    Seen(Remembered),
}

impl App {
    /// Rehearses a code.
    ///
    /// # Errors
    /// A [`Problem`]: the code would not work, or was not tested.
    pub async fn rehearse(&self, token: &Arc<Token>, asked: Rehearsal) -> Result<RehearsedAt, Problem> {
        asked.subject.check()?;
        let gate = self.gate(token, Scope::Rehearse).vouched(self.prover_of(asked.proof.as_ref()));
        for _ in 0..TRIES {
            let attempt = self.attempt(gate.clone(), &asked.subject).await?;
            if let Some(answer) = self.rehearse_once(attempt, &asked).await? {
                return Ok(answer);
            }
        }
        Err(Problem::Unavailable)
    }

    async fn rehearse_once(
        &self,
        attempt: Attempt,
        asked: &Rehearsal,
    ) -> Result<Option<RehearsedAt>, Problem> {
        let application = attempt.gate.application();
        let key = Fixed(self.local().idempotency_key(application, &asked.request.key));
        let known = match &attempt.person {
            Person::Subject(_) => attempt.known(key),
            Person::Nobody { .. } => None,
        };
        self.repeats(known, attempt.at)?;
        // Only the holder rehearses, and a signed assertion says so: without a subject there is no holder.
        let evidence = match known {
            Some(_) => None,
            None => Some(self.rehearsal_proof(&attempt, asked).await?),
        };
        let Person::Subject(_) = &attempt.person else { return Err(Problem::NotFound) };
        let mut standing = self.standing(&attempt, &asked.client);
        standing.class = Class::Proof;
        let word = match self.read_word(&attempt, standing, &asked.code) {
            Ok(word) => word,
            Err(problem) => return Err(self.not_tested(&attempt, standing, problem).await),
        };
        let _place = self.enter(&attempt, standing)?;
        let delay = if known.is_some() { None } else { attempt.judge(standing).err() };
        if let Some(delay) = delay {
            let problem = delayed(delay, attempt.at);
            return Err(self.not_tested(&attempt, standing, problem).await);
        }
        let (corrected, check_mismatch) = (word.corrected, word.check_mismatch);
        let prepared = self.prepare(word, attempt.whose(known)).await?;
        let fingerprint = Fixed(self.local().fingerprint(
            OPERATION,
            application,
            &asked.request.bytes.0,
            prepared.material.bytes(),
        ));
        let request = RequestMark { fingerprint, key, stretch: prepared.material.stretch };
        let private = self.private(attempt.key(), &asked.client).await?;
        let (gate, name, now) = (attempt.gate.clone(), asked.subject.clone(), attempt.now);
        let ground = Ground { tier: Some(attempt.tier()), evidence, private };
        let (format, application) = (attempt.default_settings().format, application.to_string());
        let (nonce, found) = (self.nonce()?, alarms::Found::default());
        let kind_found = found.clone();
        let bell = self.bell(attempt.key(), &found);
        let ended = self
            .decided(&attempt.view, move |view| {
                let Opened { subject: held, mut draft, ended } = match gate.open(view, &name, &ground, now)? {
                    Ok(opened) => opened,
                    Err(stop) => return Ok(stop.step()),
                };
                let (owner, at) = (held.key(), view.at(now));
                let wanted = Redeem {
                    prepared: &prepared,
                    corrected,
                    purpose: Purpose::SecondFactor,
                    evidence: ground.evidence.as_ref(),
                    class: standing.class,
                    source: standing.source,
                    request,
                    application: &application,
                    txn: Fixed([0; 32]),
                    device_minted: None,
                    format,
                    secrecy: Secrecy { keys: gate.local(), nonce },
                    ended: &ended,
                };
                kind_found.is(CodeKind::Live);
                let rehearsed = subject::rehearse(held, &wanted, &mut draft);
                crate::sets::take_assertion(ground.evidence.as_ref(), gate.tenant(), owner, &mut draft);
                Ok(match rehearsed {
                    Rehearsed::Works { at, kind } => {
                        kind_found.is(kind);
                        Step::Decided(draft, Ok(Found::At(at)))
                    }
                    Rehearsed::Refused(kind) => {
                        kind_found.is(kind);
                        Step::Decided(draft, Err(Problem::CodeNotAccepted { check_mismatch }))
                    }
                    Rehearsed::Seen(remembered) => Step::Nothing(Ok(Found::Seen(remembered))),
                    Rehearsed::Delayed(delay) => Step::Nothing(Err(delayed(delay, at))),
                    Rehearsed::KeyReused => Step::Nothing(Err(Problem::IdempotencyKeyReused)),
                    Rehearsed::TooMany { until } => {
                        Step::Nothing(Err(Problem::TooManyRequests { after: until.since(at) }))
                    }
                    Rehearsed::Again => Step::Prepare(()),
                })
            })
            .await;
        bell.answered(&ended);
        match ended? {
            Ended::Answer(Found::At(tested_at)) => Ok(Some(RehearsedAt { tested_at, replayed: false })),
            Ended::Answer(Found::Seen(remembered)) => {
                self.repeat_rehearsal(&attempt, remembered, check_mismatch).await.map(Some)
            }
            Ended::Again => Ok(None),
            Ended::Taken(_) => Err(Problem::AssuranceInsufficient),
            Ended::Rejected => Err(Problem::CodeNotAccepted { check_mismatch: false }),
        }
    }

    async fn rehearsal_proof(&self, attempt: &Attempt, asked: &Rehearsal) -> Result<Evidence, Problem> {
        let proof = asked.proof.as_ref().ok_or(Problem::AssuranceInsufficient)?;
        let about = For {
            operation: OPERATION,
            request: &asked.request.bytes,
            subjects: &attempt.names(&asked.subject),
            asked: Asked { level: Level::Aal2, age: limits::ASSURANCE_AGE_STRICT, bare: false },
            now: attempt.at,
        };
        let evidence = self.judge(&attempt.gate, &attempt.view, proof, &about).await;
        evidence.ok_or(Problem::AssuranceInsufficient)
    }

    async fn repeat_rehearsal(
        &self,
        attempt: &Attempt,
        remembered: Remembered,
        check_mismatch: bool,
    ) -> Result<RehearsedAt, Problem> {
        let (head, _) = self.genuine_event(attempt.key(), remembered.version).await?;
        match head.fact::<SubjectFact>() {
            Ok(Some(SubjectFact::Rehearsed(_))) => Ok(RehearsedAt { tested_at: head.time, replayed: true }),
            _ => Err(Problem::CodeNotAccepted { check_mismatch }),
        }
    }
}
