//! The decision of a redemption: run on what the caller saw, and again by the store if anything moved.

use std::sync::Arc;

use postern_core::campaign::Selection;
use postern_core::encoding::Fixed;
use postern_core::kernel::{Step, Tampered, View};
use postern_core::kinds::{CodeKind, Secrecy};
use postern_core::recent::{Remembered, RequestMark};
use postern_core::subject::{self, Accepted, Purpose, Redeem, Verdict};
use postern_core::verifier::Prepared;
use postern_log::leaf_hash;
use sha2::{Digest as _, Sha256};

use super::attempt::{Attempt, Standing, delayed};
use super::run::Wanted;
use crate::Problem;
use crate::alarms;
use crate::authorise::{Gate, Ground, Opened};
use crate::request::SubjectName;

/// An accepted redemption and its event's leaf.
pub(super) struct Kept {
    pub(super) accepted: Box<Accepted>,
    pub(super) leaf: [u8; 32],
    pub(super) replayed: bool,
}

/// What a decision came to, before receipts are signed.
pub(super) enum Found {
    Kept(Kept),
    Seen(Remembered),
}

/// The decision, owning everything it needs so that the store can run it again.
pub(super) struct Run {
    gate: Gate,
    name: SubjectName,
    prepared: Arc<Prepared>,
    corrected: Option<u8>,
    check_mismatch: bool,
    purpose: Purpose,
    standing: Standing,
    mark: RequestMark,
    application: String,
    txn: Fixed<32>,
    format: postern_codes::Format,
    ground: Ground,
    now: postern_core::Time,
    nonce: [u8; 8],
    found: alarms::Found,
}

impl Run {
    pub(super) fn new(
        attempt: &Attempt,
        wanted: &Wanted<'_>,
        private: Option<Vec<u8>>,
        nonce: [u8; 8],
        found: alarms::Found,
    ) -> Self {
        Self {
            gate: attempt.gate.clone(),
            name: wanted.asked.subject.clone(),
            prepared: Arc::clone(&wanted.prepared),
            corrected: wanted.corrected,
            check_mismatch: wanted.check_mismatch,
            purpose: wanted.asked.purpose,
            standing: wanted.standing,
            mark: wanted.mark,
            application: attempt.gate.application().to_string(),
            txn: Fixed(Sha256::digest(wanted.asked.txn.as_bytes()).into()),
            format: attempt.default_settings().format,
            ground: Ground { tier: Some(attempt.tier()), evidence: wanted.evidence.clone(), private },
            now: attempt.now,
            nonce,
            found,
        }
    }

    pub(super) fn step(&self, view: &View) -> Result<Step<Result<Found, Problem>, ()>, Tampered> {
        let Opened { subject, mut draft, ended } =
            match self.gate.open(view, &self.name, &self.ground, self.now)? {
                Ok(opened) => opened,
                Err(stop) => return Ok(stop.step()),
            };
        self.found.is(CodeKind::Live);
        let (key, at) = (subject.key(), view.at(self.now));
        let refused = Problem::CodeNotAccepted { check_mismatch: self.check_mismatch };
        let nothing = |problem| Ok(Step::Nothing(Err(problem)));
        match subject::redeem(subject, &self.redeem(&ended), &mut draft) {
            Verdict::Accepted(accepted) => {
                self.found.is(accepted.kind);
                let spent = draft.events().iter().find(|event| event.version == accepted.version);
                let leaf = spent.map(|event| leaf_hash(&event.bytes)).unwrap_or_default();
                self.take_assertion(key, &mut draft);
                Ok(Step::Decided(draft, Ok(Found::Kept(Kept { accepted, leaf, replayed: false }))))
            }
            Verdict::Refused(kind) => {
                self.found.is(kind);
                self.take_assertion(key, &mut draft);
                Ok(Step::Decided(draft, Err(refused)))
            }
            Verdict::Seen(remembered) => Ok(Step::Nothing(Ok(Found::Seen(remembered)))),
            Verdict::Delayed(delay) => nothing(delayed(delay, at)),
            Verdict::Purpose => nothing(Problem::PurposeNotAllowed),
            Verdict::KeyReused => nothing(Problem::IdempotencyKeyReused),
            Verdict::TooMany { until } => nothing(Problem::TooManyRequests { after: until.since(at) }),
            Verdict::Again => Ok(Step::Prepare(())),
        }
    }

    /// An assertion is used up by what it was tested with.
    fn take_assertion(&self, owner: postern_core::kernel::Key, draft: &mut postern_core::kernel::Draft) {
        crate::sets::take_assertion(self.ground.evidence.as_ref(), self.gate.tenant(), owner, draft);
    }

    fn redeem<'a>(&'a self, ended: &'a [Selection]) -> Redeem<'a> {
        Redeem {
            prepared: &self.prepared,
            corrected: self.corrected,
            purpose: self.purpose,
            evidence: self.ground.evidence.as_ref(),
            class: self.standing.class,
            source: self.standing.source,
            request: self.mark,
            application: &self.application,
            txn: self.txn,
            device_minted: self.standing.device.map(|device| device.goes_on(self.now)),
            format: self.format,
            secrecy: Secrecy { keys: self.gate.local(), nonce: self.nonce },
            ended,
        }
    }
}
