//! Revoking a set, or one code by number.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::encoding::Fixed;
use postern_core::ids::SetId;
use postern_core::kernel::{Held, Key, Kind, Step, Want};
use postern_core::recent::RequestMark;
use postern_core::subject::fact::RevokeReason;
use postern_core::subject::{self, Revoke, Revoked, Subject};

use super::caps::is_cap;
use crate::Problem;
use crate::app::App;
use crate::request::Idempotent;
use crate::work::{Ended, TRIES};

/// The operation's name in fingerprints.
const OPERATION: &str = "revoke";

impl App {
    /// Revokes a set, or with `slot` one code of it. The answer is the same whether it was live or not.
    ///
    /// # Errors
    /// A [`Problem`]: nothing was revoked.
    pub async fn revoke(
        &self,
        token: &Arc<Token>,
        set: SetId,
        slot: Option<u8>,
        reason: RevokeReason,
        request: &Idempotent,
    ) -> Result<(), Problem> {
        for _ in 0..TRIES {
            if self.revoke_once(token, set, slot, reason, request).await? {
                return Ok(());
            }
        }
        Err(Problem::Unavailable)
    }

    async fn revoke_once(
        &self,
        token: &Arc<Token>,
        set: SetId,
        slot: Option<u8>,
        reason: RevokeReason,
        request: &Idempotent,
    ) -> Result<bool, Problem> {
        let gate = self.gate(token, Scope::SetsRevoke);
        let now = self.now();
        let key = Key::of(Kind::Subject, gate.tenant(), set.subject);
        let [application, tenant] = gate.wants();
        let view = self.look(&[application, tenant, Want::Key(key)]).await?;
        let caller = gate.check(&view)?;
        let named = [set.to_string().as_bytes(), &[slot.unwrap_or_default()]].concat();
        let mark = RequestMark {
            fingerprint: Fixed(self.local().fingerprint(
                OPERATION,
                gate.application(),
                &request.bytes.0,
                &named,
            )),
            key: Fixed(self.local().idempotency_key(gate.application(), &request.key)),
        };
        let capped = self.capped(&gate, &caller, OPERATION, now)?;
        let epoch = self.random()?;
        let ended = self.decided(&view, move |view| {
            let caller = match gate.check(view) {
                Ok(caller) => caller,
                Err(problem) => return Ok(Step::Nothing(Err(problem))),
            };
            let held: Held<Subject> = view.held(key)?;
            if let Some(Err(problem)) = held.state().map(|state| caller.reaches(state.tier)) {
                return Ok(Step::Nothing(Err(problem)));
            }
            let mut draft = gate.draft(&caller, view, now, None);
            let revoked = match slot {
                Some(slot) => subject::revoke_code(held, set.generation, slot, reason, mark, &mut draft),
                None => {
                    let wanted = Revoke { generation: set.generation, reason, epoch, request: Some(mark) };
                    subject::revoke(held, &wanted, &mut draft)
                }
            };
            if let Some(place) = capped.place {
                draft.claim_until(place, key, capped.until);
            }
            let answer = match revoked {
                Revoked::Done => Ok(()),
                Revoked::NotFound => Err(Problem::NotFound),
                Revoked::KeyReused => Err(Problem::IdempotencyKeyReused),
            };
            Ok(if draft.is_empty() { Step::Nothing(answer) } else { Step::Decided(draft, answer) })
        });
        match ended.await? {
            Ended::Answer(()) => Ok(true),
            Ended::Again => Ok(false),
            Ended::Taken(place) if is_cap(place) => Ok(false),
            Ended::Taken(_) | Ended::Rejected => Err(Problem::StateChanged),
        }
    }
}
