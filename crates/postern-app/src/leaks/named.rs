//! Found words and the subjects that a request names: each costs what an attempt costs.

use std::sync::Arc;

use postern_core::Time;
use postern_core::application::Scope;
use postern_core::encoding::Fixed;
use postern_core::ids::SubjectId;
use postern_core::kernel::{Held, Key, Kind, View};
use postern_core::limits;
use postern_core::subject::{FoundWord, Subject, stretch_of};
use postern_core::tenant::Tier;
use postern_core::verifier::Stretch;

use super::LeakQuestion;
use super::compare::{Candidate, Ready};
use super::record::Fresh;
use super::words::{Placed, Words};
use crate::Problem;
use crate::app::App;
use crate::authorise::{Caller, Gate};
use crate::request::SubjectName;

/// Whom words are made ready for: a subject, or what stands in for nobody.
pub(super) struct Whom<'a> {
    pub(super) key: Key,
    pub(super) epoch: &'a [u8],
    pub(super) salt: &'a [u8],
    pub(super) state: Option<&'a Subject>,
    /// How a stretched word is stretched where there is no set to say so, or as it was when the request was answered.
    pub(super) stretch: Stretch,
    /// Whether it was answered before.
    pub(super) known: bool,
}

impl App {
    pub(super) async fn check_named(
        &self,
        gate: &Gate,
        caller: &Caller,
        asked: &LeakQuestion,
        words: &mut Words,
        now: Time,
    ) -> Result<(), Problem> {
        let stretched = u32::try_from(words.stretched()).unwrap_or(u32::MAX);
        let named = u32::try_from(asked.subjects.len()).unwrap_or(u32::MAX);
        let stretches = stretched.saturating_mul(named);
        if stretches > limits::LEAK_STRETCHES {
            return Err(Problem::InvalidValue(
                "Compact and numeric words times subjects are at most 100: ask about fewer at once.",
            ));
        }
        self.may_stretch(gate, stretches, now)?;
        let mut wants = gate.wants();
        wants.extend(asked.subjects.iter().map(|name| name.want(gate.tenant(), self.local())));
        let view = self.look(&wants).await?;
        let mut candidates = Vec::with_capacity(asked.subjects.len());
        for name in &asked.subjects {
            candidates.push(self.candidate(gate, caller, &view, (name, asked), words, now).await?);
        }
        let found = self.compare(candidates, caller.ended(), view.at(now)).await?;
        let fresh = Fresh { gate, asked, codes: &words.codes.clone(), stretch: default_stretch(caller), now };
        for (key, ready) in found {
            self.record_leak(&fresh, key, ready, words).await?;
        }
        Ok(())
    }

    async fn candidate(
        &self,
        gate: &Gate,
        caller: &Caller,
        view: &View,
        (name, asked): (&SubjectName, &LeakQuestion),
        words: &Words,
        now: Time,
    ) -> Result<Candidate, Problem> {
        let subject = match gate.subject(view, name) {
            Ok(subject) => subject,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                None
            }
        };
        let stand_in = self.local().nobody(gate.tenant(), &name.text());
        let (left, right) = stand_in.split_at(16);
        let nobody = SubjectId::new(stand_in.first_chunk::<16>().copied().unwrap_or_default());
        let state = subject.as_ref().and_then(Held::state);
        let key = subject.as_ref().map_or(Key::of(Kind::Subject, gate.tenant(), nobody), Held::key);
        let stretched = u32::try_from(words.stretched()).unwrap_or(u32::MAX);
        self.may_stretch_for(gate, &key.id, stretched, now)?;
        let mark = Fixed(self.local().idempotency_key(gate.application(), &asked.request.key));
        let known = state.and_then(|state| state.recent.by_key(mark, view.at(now)));
        let whom = Whom {
            key,
            epoch: state.map_or(right, |state| state.epoch.bytes()),
            salt: state.map_or(left, |state| state.salt.bytes()),
            state,
            stretch: known.map_or_else(|| default_stretch(caller), |known| known.stretch),
            known: known.is_some(),
        };
        let ready = self.ready(&whom, &words.codes).await?;
        let reached = reaches(caller, state.map_or_else(|| caller.default_tier(), |state| state.tier));
        Ok(Candidate { key, subject, reached, ready })
    }

    /// Makes words ready for one subject: one call of the key service, one stretch for each word that needs one.
    pub(super) async fn ready(&self, whom: &Whom<'_>, codes: &[Placed]) -> Result<Ready, Problem> {
        let set = whom.state.and_then(|state| state.sets().next());
        let version = set.map(|set| set.key_version);
        let subject = SubjectId::new(whom.key.id);
        let keys = self.subject_keys(whom.key.tenant, subject, whom.epoch, version).await?;
        let mut words = Vec::with_capacity(codes.len());
        for (place, code) in codes {
            let own = whom.state.filter(|_| !whom.known).and_then(|state| stretch_of(state, code.format()));
            let material =
                self.material(Arc::clone(code), own.unwrap_or(whom.stretch), whom.salt.to_vec()).await?;
            words.push(FoundWord { place: *place, material });
        }
        Ok(Ready { epoch: whom.epoch.to_vec(), keys, words: Arc::new(words) })
    }
}

/// Whether the application may know of subjects of a tier. Nothing is noted if not: it asked about words.
pub(super) fn reaches(caller: &Caller, tier: Tier) -> bool {
    caller.application.state().is_some_and(|state| state.may(Scope::Leaks, tier))
}

/// How words are stretched where there is no set to say so.
pub(super) fn default_stretch(caller: &Caller) -> Stretch {
    let settings = caller.tenant.state().map(|tenant| tenant.settings(tenant.default_tier));
    settings.unwrap_or_default().stretch
}
