//! A word for nobody: the same questions, the same work, one commit, one refusal.

use std::convert::Infallible;

use postern_core::Time;
use postern_core::bucket::{self, Guess};
use postern_core::kernel::{Key, Kind, Step, Tampered, View};
use postern_core::kinds::{CodeKind, Secrecy};
use postern_core::personal::SubjectKey;
use postern_core::subject::Verdict;
use postern_core::subject::fact::{Operation, RefusalReason, Refused};
use postern_core::verifier::search;

use super::attempt::{Attempt, Person, delayed};
use super::run::Wanted;
use crate::Problem;
use zeroize::Zeroizing;

use crate::app::App;
use crate::request::Client;
use crate::work::Ended;

impl App {
    pub(super) async fn redeem_nobody(
        &self,
        attempt: Attempt,
        wanted: Wanted<'_>,
    ) -> Result<Infallible, Problem> {
        let Person::Nobody { nobody, stand_in, .. } = &attempt.person else {
            return Err(Problem::Unavailable);
        };
        let private = self.private_of_nobody(&attempt, stand_in, &wanted.asked.client).await?;
        let secrecy = Secrecy { keys: self.local(), nonce: self.nonce()? };
        let security = secrecy.truth(nobody.bucket, CodeKind::Live);
        let refused = Refused {
            alarm: false,
            assertion: wanted.evidence.as_ref().and_then(|evidence| evidence.assertion),
            check_mismatch: wanted.check_mismatch,
            class: wanted.standing.class,
            counted: true,
            generation: None,
            operation: Operation::Redeem,
            reason: RefusalReason::Wrong,
            request: wanted.mark,
            security,
            source: wanted.standing.source,
        };
        let guess = Guess { nobody: *nobody, refused, format: attempt.default_settings().format };
        let (gate, now, prepared, evidence) =
            (attempt.gate.clone(), attempt.now, wanted.prepared, wanted.evidence);
        let not_accepted = Problem::CodeNotAccepted { check_mismatch: wanted.check_mismatch };
        let answer = not_accepted.clone();
        let step = move |view: &View| -> Result<Step<Result<Infallible, Problem>, ()>, Tampered> {
            let caller = match gate.check(view) {
                Ok(caller) => caller,
                Err(problem) => return Ok(Step::Nothing(Err(problem))),
            };
            if evidence.is_none() && bucket_forgot(view, &guess, view.at(now))? {
                return Ok(Step::Prepare(()));
            }
            // As many comparisons as for a subject, and its kinds are read; nothing can be found.
            let _ = std::hint::black_box(search(&prepared, &[]));
            let kinds = Secrecy { keys: gate.local(), nonce: [0; 8] };
            let _ = std::hint::black_box(kinds.truth(guess.nobody.bucket, CodeKind::Live));
            let at = view.at(now);
            let held = view.held(guess.nobody.bucket)?;
            let mut draft = gate.draft(&caller, view, now, private.clone());
            Ok(match bucket::refuse(held, &guess, &mut draft) {
                Verdict::Delayed(delay) => Step::Nothing(Err(delayed(delay, at))),
                Verdict::KeyReused => Step::Nothing(Err(Problem::IdempotencyKeyReused)),
                Verdict::Refused(_) => {
                    let (tenant, bucket) = (gate.tenant(), guess.nobody.bucket);
                    crate::sets::take_assertion(evidence.as_ref(), tenant, bucket, &mut draft);
                    Step::Decided(draft, Err(answer.clone()))
                }
                _ => Step::Nothing(Err(answer.clone())),
            })
        };
        match self.decided(&attempt.view, step).await {
            Err(problem @ Problem::TooManyAttempts { .. }) => {
                Err(self.not_tested(&attempt, wanted.standing, problem).await)
            }
            Err(problem) => Err(problem),
            Ok(Ended::Answer(never)) => Ok(never),
            Ok(Ended::Taken(_)) => Err(Problem::AssuranceInsufficient),
            Ok(Ended::Again | Ended::Rejected) => Err(not_accepted),
        }
    }

    /// The personal part of an event about nobody: as long and as much work as a subject's, under a key that
    /// nobody holds.
    async fn private_of_nobody(
        &self,
        attempt: &Attempt,
        stand_in: &[u8; 32],
        client: &Client,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let subject = Key::of(Kind::Subject, attempt.gate.tenant(), attempt.subject_id());
        let _ = self.private(subject, client).await?;
        let key = SubjectKey::new(Zeroizing::new(*stand_in));
        // A subject's key is unwrapped.
        let _ = std::hint::black_box(key.wrap(self.local(), subject, [0; 12]));
        self.seal_client(&key, subject, client)
    }
}

/// Whether a request that was known when it was looked up is known no more.
fn bucket_forgot(view: &View, guess: &Guess, at: Time) -> Result<bool, Tampered> {
    let held = view.held(guess.nobody.bucket)?;
    Ok(bucket::by_key(&held, &guess.nobody, guess.refused.request.key, at).is_none())
}
