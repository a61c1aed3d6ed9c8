//! Revoking what many subjects have, named one by one. Each counts under the application's cap.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::encoding::Fixed;
use postern_core::kernel::Step;
use postern_core::recent::RequestMark;
use postern_core::subject::fact::RevokeReason;
use postern_core::subject::{self, RevokeAll, Revoked};
use postern_core::verifier::Stretch;

use super::caps::{PLACES_TRIED, REVOKE, is_cap};
use crate::Problem;
use crate::app::App;
use crate::authorise::{Ground, Opened};
use crate::request::{Idempotent, SubjectName};
use crate::work::Ended;

/// The operation's name in fingerprints.
const OPERATION: &str = "revoke-many";
/// Subjects that one request may name.
const MOST: usize = 500;

/// A request to revoke what many subjects have.
pub struct BulkRevocation {
    /// Why.
    pub reason: RevokeReason,
    /// Whose sets.
    pub subjects: Vec<SubjectName>,
    /// The request.
    pub request: Idempotent,
}

/// What became of one of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RevokedOf {
    /// Nothing of it works any more.
    Revoked,
    /// It had no set.
    WithoutCodes,
    /// The tenant has no such subject.
    NotFound,
    /// Its tier is none of those that the scope is for: nothing was changed.
    OutOfReach,
    /// Its row is not as it was written, and is left as it is.
    Altered,
}

impl App {
    /// Revokes the active and the staged set of each named subject. A late repetition ends nothing that came after.
    ///
    /// # Errors
    /// A [`Problem`] that is not about one of them, or `scope-missing` if all are out of reach. Some may have been revoked: ask again with the same key.
    pub async fn revoke_many(
        &self,
        token: &Arc<Token>,
        asked: &BulkRevocation,
    ) -> Result<Vec<RevokedOf>, Problem> {
        if asked.subjects.is_empty() || asked.subjects.len() > MOST {
            return Err(Problem::InvalidValue("Name 1 to 500 subjects."));
        }
        asked.subjects.iter().try_for_each(SubjectName::check)?;
        let mut outcomes = Vec::with_capacity(asked.subjects.len());
        for name in &asked.subjects {
            outcomes.push(self.revoke_all_of(token, name, asked).await?);
        }
        // A request that reaches nobody is refused as one for a single subject is.
        let reaches_nobody = outcomes.iter().all(|outcome| *outcome == RevokedOf::OutOfReach);
        if reaches_nobody { Err(Problem::ScopeMissing) } else { Ok(outcomes) }
    }

    async fn revoke_all_of(
        &self,
        token: &Arc<Token>,
        name: &SubjectName,
        asked: &BulkRevocation,
    ) -> Result<RevokedOf, Problem> {
        for _ in 0..PLACES_TRIED {
            if let Some(outcome) = self.revoke_all_once(token, name, asked).await? {
                return Ok(outcome);
            }
        }
        Err(Problem::Unavailable)
    }

    async fn revoke_all_once(
        &self,
        token: &Arc<Token>,
        name: &SubjectName,
        asked: &BulkRevocation,
    ) -> Result<Option<RevokedOf>, Problem> {
        let (gate, now, reason) = (self.gate(token, Scope::SetsRevoke), self.now(), asked.reason);
        let mut wants = gate.wants();
        wants.push(name.want(gate.tenant(), self.local()));
        let view = self.look(&wants).await?;
        let caller = self.checked(&gate, &view).await?;
        let (application, bytes) = (gate.application(), &asked.request.bytes.0);
        let fingerprint = self.local().fingerprint(OPERATION, application, bytes, name.text().as_bytes());
        let key = Fixed(self.local().idempotency_key(application, &asked.request.key));
        let request = RequestMark { fingerprint: Fixed(fingerprint), key, stretch: Stretch::None };
        let capped = self.capped(&gate, &caller, REVOKE, now).await?;
        let (epoch, place, named) = (self.random()?, capped.clone(), name.clone());
        let ended = self.decided(&view, move |view| {
            let opened = gate.open(view, &named, &Ground::default(), now)?;
            let Opened { subject: held, mut draft, .. } = match opened {
                Ok(opened) => opened,
                Err(stop) => return Ok(stop.step_or_not_found()),
            };
            let owner = held.key();
            let revoked = subject::revoke_all(held, &RevokeAll { reason, epoch, request }, &mut draft);
            if let Err(full) = place.take(owner, &mut draft) {
                return Ok(Step::Nothing(Err(full)));
            }
            let answer = match revoked {
                Revoked::Done => Ok((RevokedOf::Revoked, !draft.is_empty())),
                Revoked::NotFound => Ok((RevokedOf::WithoutCodes, false)),
                Revoked::KeyReused => Err(Problem::IdempotencyKeyReused),
            };
            Ok(if draft.is_empty() { Step::Nothing(answer) } else { Step::Decided(draft, answer) })
        });
        match ended.await {
            Err(Problem::NotFound) => Ok(Some(RevokedOf::NotFound)),
            // That the key has the scope at all was seen above: it does not reach this tier.
            Err(Problem::ScopeMissing) => Ok(Some(RevokedOf::OutOfReach)),
            Err(problem) => Err(problem),
            Ok(Ended::Answer((outcome, committed))) => {
                if committed {
                    self.taken(&capped);
                }
                Ok(Some(outcome))
            }
            Ok(Ended::Again) => Ok(None),
            Ok(Ended::Taken(place)) if is_cap(place) => {
                self.taken(&capped);
                Ok(None)
            }
            Ok(Ended::Rejected) => Ok(Some(RevokedOf::Altered)),
            Ok(Ended::Taken(_)) => Err(Problem::StateChanged),
        }
    }
}
