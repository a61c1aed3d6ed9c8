//! What was found of one subject: decided on what is there now, recorded, and its set ended if that is the policy.

use std::sync::Arc;

use postern_core::Time;
use postern_core::ids::SubjectId;
use postern_core::kernel::{Held, Key, Step, Tampered, View, Want};
use postern_core::kinds::{CodeKind, Secrecy};
use postern_core::recent::Remembered;
use postern_core::subject::fact::{Finding, LeakState};
use postern_core::subject::{self, LeakCheck, LeakChecked, SubjectFact};
use postern_core::tenant::{LeakPolicy, Tenant, Tier};
use postern_core::verifier::Stretch;

use super::compare::Ready;
use super::named::Whom;
use super::words::{Placed, Words};
use super::{LeakOutcome, LeakQuestion};
use crate::Problem;
use crate::alarms;
use crate::app::App;
use crate::authorise::{Gate, Ground, Opened};
use crate::request::SubjectName;
use crate::work::{Ended, TRIES};

/// What words are made ready with again, if a subject's keys changed meanwhile.
pub(super) struct Fresh<'a> {
    pub(super) gate: &'a Gate,
    pub(super) asked: &'a LeakQuestion,
    pub(super) codes: &'a [Placed],
    pub(super) stretch: Stretch,
    pub(super) now: Time,
}

/// What a decision came to.
enum Told {
    /// It was decided; whether something was recorded.
    Found { found: Vec<Finding>, revokes: Vec<u32>, recorded: bool },
    /// It was answered before.
    Seen(Remembered),
}

impl App {
    /// Decides about a subject of whom something was found, and says it of the words.
    pub(super) async fn record_leak(
        &self,
        fresh: &Fresh<'_>,
        key: Key,
        ready: Ready,
        words: &mut Words,
    ) -> Result<(), Problem> {
        let mut ready = Arc::new(ready);
        for _ in 0..TRIES {
            let mut wants = fresh.gate.wants();
            wants.push(Want::Key(key));
            let view = self.look(&wants).await?;
            match self.decide_leak(fresh, key, &ready, &view).await {
                // It left, or its tier rose out of reach.
                Err(Problem::NotFound | Problem::ScopeMissing) => return Ok(()),
                Err(problem) => return Err(problem),
                Ok(Ended::Answer(told)) => return self.tell(key, told, words).await,
                Ok(Ended::Again) => ready = Arc::new(self.ready_again(fresh, key, &view).await?),
                Ok(Ended::Rejected) => return Ok(()),
                Ok(Ended::Taken(_)) => return Err(Problem::Unavailable),
            }
        }
        Err(Problem::Unavailable)
    }

    async fn decide_leak(
        &self,
        fresh: &Fresh<'_>,
        key: Key,
        ready: &Arc<Ready>,
        view: &View,
    ) -> Result<Ended<Told>, Problem> {
        let (gate, now, nonce) = (fresh.gate.clone(), fresh.now, self.nonce()?);
        let (name, request) = (SubjectName::Id(SubjectId::new(key.id)), self.leak_mark(fresh, ready));
        let (ready, kind_found) = (Arc::clone(ready), alarms::Found::default());
        let bell = self.bell(key, &kind_found);
        let ended = self.decided(view, move |view| {
            kind_found.is(CodeKind::Live);
            let opened = gate.open(view, &name, &Ground::default(), now)?;
            let Opened { subject: held, mut draft, ended } = match opened {
                Ok(opened) => opened,
                Err(stop) => return Ok(stop.step_or_not_found()),
            };
            let policy = policy(&gate, view, held.state().map_or(Tier::Service, |state| state.tier))?;
            let secrecy = Secrecy { keys: gate.local(), nonce };
            let check = LeakCheck { among: ready.words(&ended, secrecy), request, policy };
            Ok(match subject::leaked(held, &check, &mut draft) {
                LeakChecked::Found { found, revokes, .. } if draft.is_empty() => {
                    Step::Nothing(Ok(Told::Found { found, revokes, recorded: false }))
                }
                LeakChecked::Found { found, revokes, kind } => {
                    kind_found.is(kind);
                    Step::Decided(draft, Ok(Told::Found { found, revokes, recorded: true }))
                }
                LeakChecked::Seen(remembered) => Step::Nothing(Ok(Told::Seen(remembered))),
                LeakChecked::KeyReused => Step::Nothing(Err(Problem::IdempotencyKeyReused)),
                LeakChecked::Again => Step::Prepare(()),
            })
        });
        let ended = ended.await;
        bell.answered(&ended);
        ended
    }

    async fn ready_again(&self, fresh: &Fresh<'_>, key: Key, view: &View) -> Result<Ready, Problem> {
        let held: Held<subject::Subject> = match view.held(key) {
            Ok(held) => held,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Err(Problem::NotFound);
            }
        };
        let state = held.state().ok_or(Problem::NotFound)?;
        let (epoch, salt) = (state.epoch.bytes(), state.salt.bytes());
        let whom = Whom { key, epoch, salt, state: Some(state), stretch: fresh.stretch, known: false };
        self.ready(&whom, fresh.codes).await
    }

    async fn tell(&self, key: Key, told: Told, words: &mut Words) -> Result<(), Problem> {
        let (found, revokes) = match told {
            Told::Found { found, revokes, recorded } => {
                if recorded {
                    tracing::warn!(subject = %key, revoked = !revokes.is_empty(), "codes were found where they should not be");
                }
                (found, revokes)
            }
            Told::Seen(remembered) => {
                let (head, _) = self.genuine_event(key, remembered.version).await?;
                let fact = head.fact::<SubjectFact>().map_err(|fault| Problem::unavailable(&fault))?;
                let Some(SubjectFact::LeakFound(leak)) = fact else { return Ok(()) };
                (leak.found, leak.revokes)
            }
        };
        for finding in found {
            let outcome = match finding.state {
                LeakState::Live => LeakOutcome::Live { revoked: revokes.contains(&finding.generation) },
                LeakState::Spent => LeakOutcome::Spent,
                LeakState::Old => LeakOutcome::Old,
            };
            finding.codes.iter().for_each(|place| words.found(*place, outcome));
        }
        Ok(())
    }
}

/// What follows if a live code of a tier is found.
fn policy(gate: &Gate, view: &View, tier: Tier) -> Result<LeakPolicy, Tampered> {
    let tenant: Held<Tenant> = view.held(Key::tenant(gate.tenant()))?;
    Ok(tenant.state().map_or(LeakPolicy::Revoke, |tenant| tenant.leak_policy(tier)))
}
