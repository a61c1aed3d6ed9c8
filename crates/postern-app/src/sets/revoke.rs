//! Revoking a set, or one code by number.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::encoding::Fixed;
use postern_core::ids::SetId;
use postern_core::kernel::{Key, Kind, Step};
use postern_core::recent::RequestMark;
use postern_core::subject::fact::RevokeReason;
use postern_core::subject::{self, Revoke, Revoked};
use postern_core::verifier::Stretch;

use super::caps::{PLACES_TRIED, is_cap};
use crate::Problem;
use crate::app::App;
use crate::authorise::{Ground, Opened};
use crate::request::{Idempotent, SubjectName};
use crate::work::Ended;

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
        for _ in 0..PLACES_TRIED {
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
        let name = SubjectName::Id(set.subject);
        let mut wants = gate.wants();
        wants.push(name.want(gate.tenant(), self.local()));
        let view = self.look(&wants).await?;
        let caller = self.checked(&gate, &view).await?;
        let named = [set.to_string().as_bytes(), &[slot.unwrap_or_default()]].concat();
        let mark = RequestMark {
            fingerprint: Fixed(self.local().fingerprint(
                OPERATION,
                gate.application(),
                &request.bytes.0,
                &named,
            )),
            key: Fixed(self.local().idempotency_key(gate.application(), &request.key)),
            stretch: Stretch::None,
        };
        let capped = self.capped(&gate, &caller, OPERATION, now).await?;
        let epoch = self.random()?;
        let place = capped.clone();
        let ended = self.decided(&view, move |view| {
            let Opened { subject: held, mut draft, .. } =
                match gate.open(view, &name, &Ground::default(), now)? {
                    Ok(opened) => opened,
                    Err(stop) => return Ok(stop.step_or_not_found()),
                };
            let revoked = match slot {
                Some(slot) => {
                    subject::revoke_code(held, set.generation, slot, reason, Some(mark), &mut draft)
                }
                None => {
                    let wanted = Revoke {
                        generation: set.generation,
                        reason,
                        epoch,
                        request: Some(mark),
                        many: None,
                        keeps_keys: false,
                        stages: None,
                    };
                    subject::revoke(held, &wanted, &mut draft)
                }
            };
            if let Err(full) = place.take(key, &mut draft) {
                return Ok(Step::Nothing(Err(full)));
            }
            let answer = match revoked {
                Revoked::Done => Ok(!draft.is_empty()),
                Revoked::NotFound => Err(Problem::NotFound),
                Revoked::KeyReused => Err(Problem::IdempotencyKeyReused),
            };
            Ok(if draft.is_empty() { Step::Nothing(answer) } else { Step::Decided(draft, answer) })
        });
        match ended.await? {
            Ended::Answer(committed) => {
                if committed {
                    self.taken(&capped);
                }
                Ok(true)
            }
            Ended::Again => Ok(false),
            Ended::Taken(place) if is_cap(place) => {
                self.taken(&capped);
                Ok(false)
            }
            Ended::Taken(_) | Ended::Rejected => Err(Problem::StateChanged),
        }
    }
}
