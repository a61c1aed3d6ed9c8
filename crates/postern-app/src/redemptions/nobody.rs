//! A word for nobody: the same questions, the same work, one commit, one refusal.

use std::convert::Infallible;

use postern_core::bucket::{self, Guess};
use postern_core::kernel::{Step, Tampered, View};
use postern_core::subject::Verdict;
use postern_core::subject::fact::{Operation, RefusalReason, Refused};
use postern_core::verifier::search;

use super::attempt::{Attempt, Person, delayed};
use super::run::Wanted;
use crate::Problem;
use crate::app::App;
use crate::work::Ended;

impl App {
    pub(super) async fn redeem_nobody(
        &self,
        attempt: Attempt,
        wanted: Wanted<'_>,
    ) -> Result<Infallible, Problem> {
        let Person::Nobody { nobody, .. } = &attempt.person else { return Err(Problem::Unavailable) };
        let refused = Refused {
            alarm: false,
            assertion: None,
            check_mismatch: wanted.check_mismatch,
            class: wanted.standing.class,
            counted: true,
            generation: None,
            operation: Operation::Redeem,
            reason: RefusalReason::Wrong,
            request: wanted.mark,
            source: wanted.standing.source,
        };
        let guess = Guess { nobody: *nobody, refused, format: attempt.default_settings().format };
        let (gate, now, prepared) = (attempt.gate.clone(), attempt.now, wanted.prepared);
        let not_accepted = Problem::CodeNotAccepted { check_mismatch: wanted.check_mismatch };
        let answer = not_accepted.clone();
        let step = move |view: &View| -> Result<Step<Result<Infallible, Problem>, ()>, Tampered> {
            let caller = match gate.check(view) {
                Ok(caller) => caller,
                Err(problem) => return Ok(Step::Nothing(Err(problem))),
            };
            // As many comparisons as for a subject; nothing can be found.
            let _ = search(&prepared, &[]);
            let at = view.at(now);
            let held = view.held(guess.nobody.bucket)?;
            let mut draft = gate.draft(&caller, view, now, None);
            Ok(match bucket::refuse(held, &guess, &mut draft) {
                Verdict::Delayed(delay) => Step::Nothing(Err(delayed(delay, at))),
                Verdict::KeyReused => Step::Nothing(Err(Problem::IdempotencyKeyReused)),
                Verdict::Refused => Step::Decided(draft, Err(answer.clone())),
                _ => Step::Nothing(Err(answer.clone())),
            })
        };
        match self.decided(&attempt.view, step).await? {
            Ended::Answer(never) => Ok(never),
            Ended::Again | Ended::Taken(_) | Ended::Rejected => Err(not_accepted),
        }
    }
}
