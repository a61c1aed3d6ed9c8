//! The answer to an accepted redemption: signed anew, rebuilt from its event when it is repeated.

use postern_core::device;
use postern_core::ids::SubjectId;
use postern_core::ids::{RedemptionId, SetId};
use postern_core::kernel::{Key, Kind};
use postern_core::kinds::CodeKind;
use postern_core::limits;
use postern_core::receipt::{self, Restrictions};
use postern_core::recent::Remembered;
use postern_core::subject::{Accepted, SubjectFact};
use postern_log::leaf_hash;
use zeroize::Zeroizing;

use super::Redemption;
use super::attempt::Attempt;
use super::step::Kept;
use crate::app::App;
use crate::{Problem, jws};

/// An accepted redemption.
pub struct Redeemed {
    /// Names it.
    pub redemption: RedemptionId,
    /// The signed receipt.
    pub receipt: String,
    /// Makes this device known in three days.
    pub device_token: Zeroizing<String>,
    /// Of which set.
    pub set: SetId,
    /// Which code.
    pub slot: u8,
    /// Codes left.
    pub remaining: u8,
    /// Position that was corrected, from 1.
    pub corrected_position: Option<u8>,
    /// `low_stock`, `last_code`.
    pub warnings: Vec<&'static str>,
    /// What the session is held to.
    pub restrictions: Restrictions,
    /// Whether this answer was given before.
    pub replayed: bool,
}

impl App {
    /// Signs the answer to what is committed. If that fails, the code is spent all the same: whoever asks again
    /// with the same key gets the answer.
    pub(super) async fn redeemed(
        &self,
        attempt: &Attempt,
        kept: Kept,
        asked: &Redemption,
    ) -> Result<Redeemed, Problem> {
        let unanswered = |fault: &dyn std::fmt::Display| {
            tracing::error!(%fault, "a code is spent, and its receipt was not signed");
            Problem::OutcomeUnknown
        };
        let subject = SubjectId::new(attempt.key().id);
        let (accepted, spent) = (&kept.accepted, &kept.accepted.spent);
        let about = receipt::Circumstances {
            issuer: &self.origin(attempt.gate.tenant()),
            subject,
            called: &asked.subject.text(),
            txn: &asked.txn,
            leaf: kept.leaf,
            now: attempt.at.max(accepted.at),
        };
        let claims = receipt::receipt(accepted, &about);
        let unsigned = jws::unsigned(&*self.ports.keys, &claims).map_err(|fault| unanswered(&fault))?;
        let receipt = self.ask_keys(move |keys| jws::signed(keys, unsigned)).await;
        let receipt = receipt.map_err(|fault| unanswered(&fault))?;
        let application = attempt.gate.application();
        let device_token =
            device::mint(self.local(), subject, application, spent.device_minted, spent.device_epoch);
        let low = spent.low_stock.then_some("low_stock");
        let last = (spent.remaining == 0).then_some("last_code");
        Ok(Redeemed {
            redemption: RedemptionId { subject, version: accepted.version },
            receipt,
            device_token,
            set: SetId { subject, generation: spent.generation },
            slot: spent.slot,
            remaining: spent.remaining,
            corrected_position: spent.corrected,
            warnings: low.into_iter().chain(last).collect(),
            restrictions: receipt::restrictions(accepted.at),
            replayed: kept.replayed,
        })
    }

    /// Rebuilds an answer from its event: an accepted one for ten minutes.
    pub(super) async fn repeat(
        &self,
        attempt: &Attempt,
        remembered: Remembered,
        check_mismatch: bool,
    ) -> Result<Kept, Problem> {
        let key = Key::new(Kind::Subject, attempt.gate.tenant(), attempt.key().id);
        let (head, stored) = self.genuine_event(key, remembered.version).await?;
        let fact = head.fact::<SubjectFact>().map_err(|fault| Problem::unavailable(&fault))?;
        let Some(SubjectFact::Spent(spent)) = fact else {
            return Err(Problem::CodeNotAccepted { check_mismatch });
        };
        if attempt.at.since(head.time) >= limits::ACCEPTED_REPEATS {
            return Err(Problem::AlreadyAnswered);
        }
        let accepted = Box::new(Accepted {
            spent: *spent,
            version: remembered.version,
            at: head.time,
            // The alarm rang when it was accepted.
            kind: CodeKind::Live,
        });
        Ok(Kept { accepted, leaf: leaf_hash(&stored.bytes), replayed: true })
    }
}
