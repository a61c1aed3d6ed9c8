//! Ending a set that was lost or compromised, before its successor is staged.

use postern_core::assurance::Evidence;
use postern_core::kernel::Step;
use postern_core::recent::RequestMark;
use postern_core::subject::fact::{RevokeReason, StageReason};
use postern_core::subject::{self, Revoke};

use super::stage::{Looked, Staging};
use super::take_assertion;
use crate::Problem;
use crate::app::App;
use crate::authorise::{Ground, Opened};
use crate::work::Ended;

impl App {
    /// Ends the active set first and for good, if it was lost or compromised. The record remembers for which
    /// request, so that a late retry never ends the successor. Whether anything moved: then look again.
    pub(super) async fn end_before(
        &self,
        looked: &Looked,
        asked: &Staging,
        mark: RequestMark,
        evidence: &Evidence,
    ) -> Result<bool, Problem> {
        let reason = match asked.reason {
            StageReason::Renew => return Ok(false),
            StageReason::Lost => RevokeReason::Lost,
            StageReason::Compromised => RevokeReason::Compromised,
        };
        let state = looked.state()?;
        let active = state.active.as_ref().filter(|active| active.expires_at > looked.now);
        let Some(generation) = active.map(|active| active.set.generation) else { return Ok(false) };
        if state.ended_for(mark.key, looked.now).is_some() {
            return Ok(false);
        }
        let stages = Some((mark.key, evidence.assertion));
        let revoke = Revoke {
            generation,
            reason,
            epoch: self.random()?,
            request: None,
            many: None,
            keeps_keys: false,
            stages,
        };
        let (gate, name, now) = (looked.gate.clone(), asked.subject.clone(), looked.now);
        let ground = Ground { tier: Some(state.tier), evidence: Some(evidence.clone()), private: None };
        let ended = self.decided(&looked.view, move |view| {
            let Opened { subject: held, mut draft, .. } = match gate.open(view, &name, &ground, now)? {
                Ok(opened) => opened,
                Err(stop) => return Ok(stop.step()),
            };
            let (owner, at) = (held.key(), view.at(now));
            let active = held.state().and_then(|state| state.active.as_ref());
            if active.is_none_or(|active| active.expires_at <= at) {
                // It ended by itself meanwhile: there is nothing to use the assertion up for.
                return Ok(Step::Nothing(Ok(())));
            }
            let _ = subject::revoke(held, &revoke, &mut draft);
            take_assertion(ground.evidence.as_ref(), gate.tenant(), owner, &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(Ok(())) } else { Step::Decided(draft, Ok(())) })
        });
        match ended.await? {
            Ended::Answer(()) | Ended::Again => Ok(true),
            Ended::Taken(_) => Err(Problem::AssuranceInsufficient),
            Ended::Rejected => Err(Problem::StateChanged),
        }
    }
}
