//! What applications did in the last hour under their caps: each act took a place, which is there for as long as it counts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;

use postern_core::Time;
use postern_core::application::{Application, ApplicationFact};
use postern_core::ids::{ApplicationId, TenantId};
use postern_core::kernel::{ActorKind, EventHead, Key, Kind, Want};
use postern_core::subject::SubjectFact;
use postern_core::subject::fact::DiscardReason;

use crate::app::App;
use crate::operator::Refused;

/// For so long after an act its place is there. Places stay until the hour after theirs is over, and an act of the first
/// moment of an hour may have a place of the hour before.
const PLACES_LIVE: Duration = Duration::from_secs(59 * 60);

/// What an application did to a subject: one event, or several that came together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Act {
    /// Whose.
    pub(super) application: String,
    /// When.
    pub(super) at: Time,
    /// The versions that the subject came to.
    versions: RangeInclusive<u64>,
    counts: Counts,
}

/// Whether events took a place. Of several the later of these is said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Counts {
    No,
    Yes,
    /// It does, and nothing comes after it in its commit.
    Alone,
    /// It is part of something that takes none, or has its place elsewhere: codes that were found, a set that ends before
    /// its successor is staged.
    Elsewhere,
}

impl Act {
    /// What an event says, if it is an application's and young.
    pub(super) fn of(head: &EventHead, fact: &SubjectFact, now: Time) -> Option<Self> {
        if head.actor.kind != ActorKind::Application || head.time.plus(PLACES_LIVE) <= now {
            return None;
        }
        let counts = match fact {
            SubjectFact::LeakFound(_) => Counts::Elsewhere,
            SubjectFact::Revoked(revoked) if revoked.stages.is_some() => Counts::Elsewhere,
            SubjectFact::Discarded(discarded) if discarded.reason != DiscardReason::Revoked => Counts::No,
            SubjectFact::Staged(_) => Counts::Alone,
            SubjectFact::Revoked(_)
            | SubjectFact::Discarded(_)
            | SubjectFact::CodeRevoked(_)
            | SubjectFact::Left(_) => Counts::Yes,
            _ => Counts::No,
        };
        let versions = head.version..=head.version;
        Some(Self { application: head.actor.id.clone(), at: head.time, versions, counts })
    }

    /// Whether the next event about the subject may be of the same commit.
    fn goes_on_with(&self, next: &Self) -> bool {
        let alone = [self.counts, next.counts].contains(&Counts::Alone);
        !alone
            && self.application == next.application
            && self.at == next.at
            && *self.versions.end() + 1 == *next.versions.start()
    }

    fn counts_at(&self, now: Time) -> bool {
        matches!(self.counts, Counts::Yes | Counts::Alone) && self.at.plus(PLACES_LIVE) > now
    }
}

impl App {
    /// Whom acts without a place were about, if their applications had caps then. What came back from a backup has no
    /// places: these count from the restore on.
    pub(super) async fn without_place(
        &self,
        tenant: TenantId,
        acts: &Acts,
        places: &BTreeSet<(Key, u64)>,
    ) -> Result<Vec<Key>, Refused> {
        let mut without: Vec<_> = acts.without_place(places, self.now()).collect();
        if without.is_empty() {
            return Ok(Vec::new());
        }
        let system = self.history(Key::tenant(TenantId::SYSTEM), u64::MAX).await?;
        let restored = system.iter().rfind(|head| head.r#type == "backup.restored").map(|head| head.time);
        without.retain(|(_, act)| restored.is_none_or(|restored| restored < act.at));
        let mut capped = BTreeMap::new();
        for (_, act) in &without {
            if !capped.contains_key(&act.application) {
                capped.insert(act.application.clone(), self.capped_since(tenant, &act.application).await?);
            }
        }
        let counts =
            |act: &Act| matches!(capped.get(&act.application), Some(Some(since)) if *since <= act.at);
        Ok(without.into_iter().filter(|(_, act)| counts(act)).map(|(key, _)| key).collect())
    }

    /// Since when an application has caps, if it has some.
    async fn capped_since(&self, tenant: TenantId, application: &str) -> Result<Option<Time>, Refused> {
        let Some(application) = ApplicationId::parse(application) else { return Ok(None) };
        let key = Key::of(Kind::Application, tenant, application);
        let view = self.store().look(&[Want::Key(key)]).await.map_err(|fault| Refused(fault.to_string()))?;
        let held = view.held::<Application>(key).ok();
        let capped = held.filter(|held| held.state().is_some_and(|state| state.caps.is_some()));
        let Some(held) = capped else { return Ok(None) };
        let history = self.whole_history(key, held.version()).await?;
        Ok(caps_begin(&history))
    }
}

/// When an application was given the caps that it has: calls and keys of later change nothing of them.
fn caps_begin(history: &[EventHead]) -> Option<Time> {
    let settings = history.iter().filter_map(|head| match head.fact() {
        Ok(Some(ApplicationFact::Created(new) | ApplicationFact::Changed(new))) => {
            Some(new.caps.map(|_| head.time))
        }
        _ => None,
    });
    let begin = settings.reduce(|since, at| at.map(|at| since.unwrap_or(at)));
    // If none is left they were thinned, and are older than any act that counts.
    begin.unwrap_or(Some(Time::START))
}

/// Acts by subject.
#[derive(Default)]
pub(super) struct Acts(BTreeMap<Key, Vec<Act>>);

impl Acts {
    /// Adds what the next event of a record says.
    pub(super) fn add(&mut self, key: Key, act: Act) {
        let acts = self.0.entry(key).or_default();
        match acts.last_mut().filter(|before| before.goes_on_with(&act)) {
            Some(before) => {
                before.versions = *before.versions.start()..=*act.versions.end();
                before.counts = before.counts.max(act.counts);
            }
            None => acts.push(act),
        }
    }

    /// Those that still count and have no place among these, with whom they are about.
    pub(super) fn without_place(
        &self,
        places: &BTreeSet<(Key, u64)>,
        now: Time,
    ) -> impl Iterator<Item = (Key, &Act)> {
        let acts = self.0.iter().flat_map(|(key, acts)| acts.iter().map(|act| (*key, act)));
        acts.filter(move |(key, act)| {
            let its = (*key, *act.versions.start())..=(*key, *act.versions.end());
            act.counts_at(now) && places.range(its).next().is_none()
        })
    }
}

#[cfg(test)]
mod tests {
    use postern_core::application::{Caps, Created};
    use postern_core::kernel::{Actor, Context, Draft, Held, Sealer};

    use super::*;

    /// What an application's settings were, one after the other, as events.
    fn history(settings: &[Option<Caps>]) -> Vec<EventHead> {
        let key = Key::of(Kind::Application, TenantId::new([1; 16]), ApplicationId::new([2; 16]));
        let mut held = Held::<Application>::open(key, None, &Sealer::new(&[1; 32], &[2; 32])).unwrap();
        let (mut heads, mut at) = (Vec::new(), Time::START);
        for caps in settings {
            at = at.plus(Duration::from_secs(1));
            let actor = Actor::new(ActorKind::Operator, "test");
            let mut draft = Draft::new(Context { at, actor, private: None });
            let (name, trusted_backend) = ("app".to_owned(), false);
            let (addresses, certificates, enforces, grants) = Default::default();
            let caps = *caps;
            let created = Created { addresses, caps, certificates, enforces, grants, name, trusted_backend };
            let fact = match heads.is_empty() {
                true => ApplicationFact::Created(created),
                false => ApplicationFact::Changed(created),
            };
            held = held.record(fact, &mut draft);
            heads.extend(draft.events().iter().map(|event| EventHead::read(&event.bytes).unwrap()));
        }
        heads
    }

    #[test]
    fn caps_begin_when_they_are_given_and_not_when_something_else_is_changed() {
        let (caps, none) = (Some(Caps::SHIPPED), None);
        let second = |number: u64| Some(Time::START.plus(Duration::from_secs(number)));
        for (settings, begin) in [
            (vec![none], None),
            (vec![caps], second(1)),
            (vec![caps, caps], second(1)),
            (vec![none, caps, caps], second(2)),
            (vec![caps, none], None),
            (vec![caps, none, caps], second(3)),
            // All of it is thinned.
            (Vec::new(), second(0)),
        ] {
            assert_eq!(caps_begin(&history(&settings)), begin, "{settings:?}");
        }
    }
}
