//! How facts change a subject: the only code that does.

use std::time::Duration;

use super::fact::{Created, Discarded, LeakFound, Refused, Revoked, Spent, Staged, SubjectFact};
use super::set::{ActiveSet, CodeSet, EndedSet, SetState, Slots, StagedSet};
use super::{Departed, EndedFor, Subject, fact};
use crate::Time;
use crate::kinds::SealedKinds;
use crate::limits;
use crate::throttle::Throttle;
use crate::withheld::Withheld;

/// The state after `fact`. What does not apply leaves it as it is, but for the count of facts.
pub(super) fn evolve(before: Option<Subject>, fact: &SubjectFact, at: Time) -> Option<Subject> {
    let Some(mut subject) = before else {
        return match fact {
            SubjectFact::Created(created) => Some(begin(created)),
            _ => None,
        };
    };
    subject.facts += 1;
    match fact {
        SubjectFact::Created(_) => {}
        SubjectFact::Changed(changed) => {
            subject.revision += 1;
            subject.kind = changed.kind;
            subject.person_at = subject.facts;
        }
        SubjectFact::TierRaised(raised) => {
            subject.revision += 1;
            subject.tier = raised.to;
            subject.device_epoch = raised.device_epoch;
        }
        SubjectFact::Left(left) => subject.leave(left, at),
        SubjectFact::ErasureRequested(requested) => subject.erase_at = requested.erase_at,
        SubjectFact::Erased(_) => subject.erase(),
        SubjectFact::Staged(staged) => subject.stage(staged, at),
        SubjectFact::Discarded(Discarded { generation, request, .. }) => {
            subject.staged.take_if(|staged| staged.set.generation == *generation);
            subject.recent.granted(*request, subject.facts, at);
        }
        SubjectFact::Activated(activated) => subject.activate(activated, at),
        SubjectFact::Superseded(superseded) => subject.end(superseded.generation, at),
        SubjectFact::Expired(ended) | SubjectFact::Exhausted(ended) => subject.end(ended.generation, at),
        SubjectFact::Revoked(revoked) => subject.revoke(revoked, at),
        SubjectFact::Forgotten(forgotten) => {
            subject.ended.retain(|ended| ended.generation > forgotten.generation);
            subject.list_ended();
        }
        SubjectFact::Suspended(suspended) => {
            if let Some(active) = subject.active_of(suspended.generation) {
                active.state = SetState::Suspended;
            }
        }
        SubjectFact::CodeRevoked(revoked) => {
            if let Some(active) = subject.active_of(revoked.generation) {
                active.revoked = active.revoked.with(revoked.slot);
            }
            subject.recent.passing(revoked.request, subject.facts, at);
        }
        SubjectFact::Rehearsed(rehearsed) => {
            if let Some(active) = subject.active_of(rehearsed.generation) {
                active.tested_at = Some(at);
            }
            subject.rehearsals.retain(|then| at.since(*then) < Duration::from_secs(86_400));
            subject.rehearsals.push(at);
            subject.recent.passing(Some(rehearsed.request), subject.facts, at);
        }
        SubjectFact::Spent(spent) => subject.spend(spent, at),
        SubjectFact::Refused(refused) => subject.refuse(refused, at),
        SubjectFact::Throttled(_) => {}
        SubjectFact::LeakFound(leak) => subject.leak(leak, at),
    }
    subject.forget_kinds();
    subject.forget_leaks();
    // Erased, and its name kept no longer: nothing is left to say of it.
    let over = subject.departed.is_some_and(|departed| departed.erased && departed.until.is_none());
    (!over).then_some(subject)
}

fn begin(created: &Created) -> Subject {
    Subject {
        facts: 1,
        revision: 1,
        external_id: created.external_id,
        person_at: 1,
        kind: created.kind,
        tier: created.tier,
        epoch: created.epoch.clone(),
        salt: created.salt.clone(),
        device_epoch: 0,
        generation: 0,
        active: None,
        staged: None,
        ended: Vec::new(),
        ended_generations: Vec::new(),
        alarms: Vec::new(),
        throttle: Throttle::default(),
        recent: crate::recent::Recent::default(),
        stagings: Vec::new(),
        rehearsals: Vec::new(),
        ended_for: Vec::new(),
        kinds: Vec::new(),
        departed: None,
        erase_at: None,
        returned: created.returned,
        leaks: Vec::new(),
    }
}

impl Subject {
    fn active_of(&mut self, generation: u32) -> Option<&mut ActiveSet> {
        self.active.as_mut().filter(|active| active.set.generation == generation)
    }

    fn leave(&mut self, left: &fact::Left, at: Time) {
        self.device_epoch = left.device_epoch;
        let (at, erased) = self.departed.map_or((at, false), |before| (before.at, before.erased));
        self.departed = Some(Departed { at, until: left.until, erased });
    }

    /// What is kept of an erased subject: its tier and the keyed hash of its name, as long as the name is kept.
    fn erase(&mut self) {
        let Some(departed) = &mut self.departed else { return };
        departed.erased = true;
        self.erase_at = None;
        self.epoch = Withheld::Known(Vec::new());
        self.salt = Withheld::Known(Vec::new());
        self.ended.clear();
        self.list_ended();
        self.throttle = Throttle::default();
        self.recent = crate::recent::Recent::default();
        self.stagings.clear();
        self.rehearsals.clear();
        self.ended_for.clear();
    }

    /// Kinds go with their set.
    fn forget_kinds(&mut self) {
        let active = self.active.as_ref().map(|active| active.set.generation);
        let staged = self.staged.as_ref().map(|staged| staged.set.generation);
        self.kinds.retain(|kinds| [active, staged].contains(&Some(kinds.generation)));
    }

    /// Codes were found: nothing is spent, no counter moves.
    fn leak(&mut self, leak: &LeakFound, at: Time) {
        for finding in &leak.found {
            self.leaks.retain(|(of, _)| *of != finding.generation);
            self.leaks.push((finding.generation, at));
        }
        self.recent.passing(Some(leak.request), self.facts, at);
    }

    /// What was found goes with its set.
    fn forget_leaks(&mut self) {
        let mut leaks = std::mem::take(&mut self.leaks);
        let is_kept =
            |of: &u32| self.sets().any(|set| set.generation == *of) || self.ended_generations.contains(of);
        leaks.retain(|(of, _)| is_kept(of));
        self.leaks = leaks;
    }

    fn stage(&mut self, staged: &Staged, at: Time) {
        if let Some(sealed) = staged.kinds.clone() {
            self.kinds.push(SealedKinds { generation: staged.generation, sealed });
        }
        self.generation = staged.generation;
        self.stagings.retain(|then| at.since(*then) < Duration::from_secs(3600));
        self.stagings.push(at);
        self.recent.granted(Some(staged.request), self.facts, at);
        self.staged = Some(StagedSet {
            set: CodeSet {
                generation: staged.generation,
                name: staged.name.clone(),
                format: staged.format,
                prefix: staged.prefix.clone(),
                key_version: staged.key_version,
                stretch: staged.stretch,
                salt: staged.salt.clone(),
                verifiers: staged.verifiers.clone(),
                count: staged.count,
                purposes: staged.purposes.clone(),
                route: staged.route.clone(),
                issued_at: at,
                lifetime: staged.lifetime,
                low_stock: staged.low_stock,
            },
            confirm_by: staged.confirm_by,
            misses: 0,
        });
    }

    fn activate(&mut self, activated: &fact::Activated, at: Time) {
        let Some(staged) = self.staged.take_if(|staged| staged.set.generation == activated.generation) else {
            return;
        };
        self.throttle.new_set();
        self.recent.passing(Some(activated.request), self.facts, at);
        self.active = Some(ActiveSet {
            set: staged.set,
            state: SetState::Active,
            expires_at: activated.expires_at,
            spent: Slots::default(),
            revoked: Slots::default(),
            used: Vec::new(),
            tested_at: None,
        });
    }

    /// Moves the active set to the ended ones, of which the newest few are kept for a while.
    fn end(&mut self, generation: u32, at: Time) {
        let Some(active) = self.active.take_if(|active| active.set.generation == generation) else { return };
        self.ended.push(EndedSet::of(active.set, at));
        self.ended.retain(|ended| at.since(ended.ended_at) < limits::ENDED_LIVES);
        let surplus = self.ended.len().saturating_sub(limits::ENDED_KEPT);
        self.ended.drain(..surplus);
        self.list_ended();
    }

    fn list_ended(&mut self) {
        self.ended_generations = self.ended.iter().map(|ended| ended.generation).collect();
        self.alarms.retain(|(generation, _)| self.ended_generations.contains(generation));
    }

    /// After a compromise the subject's keys are others: what was made with the old ones can never match
    /// again, so it goes.
    fn revoke(&mut self, revoked: &Revoked, at: Time) {
        self.end(revoked.generation, at);
        if let Some(epoch) = &revoked.epoch {
            self.epoch = epoch.clone();
            self.ended.clear();
            self.list_ended();
        }
        if let Some(salt) = &revoked.salt {
            self.salt = salt.clone();
        }
        if let Some(key) = revoked.stages {
            let ended = EndedFor { key, generation: revoked.generation, at, assertion: revoked.assertion };
            self.ended_for.retain(|ended| at.since(ended.at) < limits::ANSWER_REPEATS);
            self.ended_for.push(ended);
        }
        self.recent.passing(revoked.request, self.facts, at);
        self.recent.granted(revoked.many, self.facts, at);
    }

    fn spend(&mut self, spent: &Spent, at: Time) {
        if let Some(active) = self.active_of(spent.generation) {
            active.spent = active.spent.with(spent.slot);
            active.used.push((spent.slot, at));
        }
        self.throttle.clear();
        self.recent.granted(Some(spent.request), self.facts, at);
    }

    fn refuse(&mut self, refused: &Refused, at: Time) {
        if refused.operation == fact::Operation::Confirm {
            if let Some(staged) = &mut self.staged {
                staged.misses = staged.misses.saturating_add(1);
            }
        } else if refused.counted {
            self.throttle.miss(refused.class, refused.source, at);
        }
        if let (true, Some(generation)) = (refused.alarm, refused.generation) {
            self.alarms.retain(|(of, _)| *of != generation);
            self.alarms.push((generation, at));
        }
        self.recent.passing(Some(refused.request), self.facts, at);
    }
}
