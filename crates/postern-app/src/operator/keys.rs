//! Versions of the pepper: listed, a new one made and put in force, one that no set needs taken away.

use std::collections::BTreeMap;
use std::sync::Arc;

use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Want};
use postern_core::pepper::{self, Check, KeyEnd, PEPPER};
use postern_core::subject::Subject;
use serde_json::{Value, json};

use super::{Operator, Refused};
use crate::keys::foreign;

/// Which keys are noted when a service starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Note {
    /// All that can be told from others.
    Everything,
    /// Only what no earlier release has: one may serve the same database, and could not read the record then.
    New,
}

/// The installation's own record.
const SYSTEM: Key = Key::tenant(TenantId::SYSTEM);

impl Operator<'_> {
    /// The live versions, where they are kept, which is in force, and how many sets need each.
    ///
    /// # Errors
    /// [`Refused`] if the store or the key service does not answer.
    pub async fn keys(&self) -> Result<Value, Refused> {
        let kept = self.app.custody(|custody| Ok(custody.name())).await;
        let kept = kept.transpose().map_err(|fault| Refused(fault.0))?.unwrap_or("memory");
        let found = self.found().await?;
        let state = self.app.system().await.ok_or_else(no_record)?;
        let sets = self.sets_by_version().await?;
        let in_force = state.pepper().or_else(|| found.first().map(|(version, _)| *version));
        let mut versions: Vec<u16> = found.iter().map(|(version, _)| *version).collect();
        versions.extend(state.peppers.iter().map(|known| known.version));
        versions.sort_unstable();
        versions.dedup();
        let item = |version: u16| {
            let recorded = state.peppers.iter().find(|known| known.version == version);
            json!({
                "label": PEPPER,
                "version": version,
                "kept_in": kept,
                "here": found.iter().any(|(known, _)| *known == version),
                "in_force": Some(version) == in_force,
                "recorded_at": recorded.map(|known| known.created_at),
                "sets": sets.get(&version).copied().unwrap_or_default(),
            })
        };
        Ok(json!({ "items": versions.into_iter().rev().map(item).collect::<Vec<_>>() }))
    }

    /// Records what tells this installation's keys from others, if that is not recorded yet: from then on a node
    /// with other keys under the same numbers is refused by name.
    ///
    /// # Errors
    /// [`Refused`], above all if these are other keys than the recorded ones.
    pub async fn note_keys(&self, which: Note) -> Result<(), Refused> {
        let security = self.app.local().security();
        self.decided(&[Want::Key(SYSTEM)], move |view, draft| {
            pepper::note_security(view.held(SYSTEM)?, security, draft);
            Ok(Ok(()))
        })
        .await?;
        if which == Note::Everything {
            let state = self.app.system().await.ok_or_else(no_record)?;
            // Later ones are noted when they are made.
            if state.peppers.is_empty() {
                self.note(self.found().await?).await?;
            }
        }
        Ok(())
    }

    /// Makes a version of the pepper and puts it in force: every set that is made from now on is made under it, and
    /// those of before go on. With `only_make` it is put in force by the next call, when every node has it.
    ///
    /// # Errors
    /// [`Refused`]. A version that was made stays, and the next call puts it in force.
    pub async fn rotate_key(&self, only_make: bool) -> Result<Value, Refused> {
        self.change(|custody| custody.refresh()).await?;
        // What is there is recorded first: so no node takes the new one for the one in force by itself.
        let found = self.found().await?;
        let mut made = self.note(found.clone()).await?;
        let state = self.app.system().await.ok_or_else(no_record)?;
        let newest = found.first().map_or(0, |(version, _)| *version);
        if state.pepper().is_none_or(|in_force| newest <= in_force) {
            let entropy = Arc::clone(&self.app.ports.entropy);
            self.change(move |custody| custody.add_pepper(&*entropy).map(drop)).await?;
            made = self.note(self.found().await?).await?;
        }
        let version = self.found().await?.first().map_or(0, |(version, _)| *version);
        if only_make && made > 0 {
            return Ok(json!({ "label": PEPPER, "version": version, "in_force": false }));
        }
        self.decided(&[Want::Key(SYSTEM)], move |view, draft| {
            let rotated = pepper::rotate(view.held(SYSTEM)?, version, draft);
            let answer = json!({ "label": PEPPER, "version": version, "in_force": true });
            Ok(rotated.then_some(answer).ok_or_else(|| no_version(version)))
        })
        .await
    }

    /// Takes away a version that no set needs any more.
    ///
    /// # Errors
    /// [`Refused`] while a set needs it, and if it is in force.
    pub async fn retire_key(&self, version: u16) -> Result<Value, Refused> {
        let state = self.app.system().await.ok_or_else(no_record)?;
        let recorded = state.peppers.iter().any(|known| known.version == version);
        if state.pepper().is_none_or(|in_force| in_force == version) {
            return Err(Refused(format!(
                "Version {version} is in force: new sets are made under it. `postern key rotate` makes another one first."
            )));
        }
        if !recorded {
            return Err(no_version(version));
        }
        // No set is made under it any more: the record's guard saw to that before this count.
        let sets = self.sets_by_version().await?.get(&version).copied().unwrap_or_default();
        if sets > 0 {
            return Err(Refused(format!(
                "{sets} sets still need version {version}, so it stays. Each ends by being replaced, used up, revoked or by its time; `postern key list` counts them."
            )));
        }
        self.end_key(version, KeyEnd::Retired).await
    }

    /// Takes a version away for good, and records why: the last step of retiring and of burning. Nobody asks here
    /// whether a set needs it. It may be given once more if it was cut off: the key goes first, then it is recorded.
    ///
    /// # Errors
    /// [`Refused`] if it is in force, not known, or not taken away where the keys are kept.
    pub async fn end_key(&self, version: u16, why: KeyEnd) -> Result<Value, Refused> {
        let state = self.app.system().await.ok_or_else(no_record)?;
        if state.pepper() == Some(version) || !state.peppers.iter().any(|known| known.version == version) {
            return Err(no_version(version));
        }
        self.change(move |custody| custody.remove_pepper(version)).await?;
        self.decided(&[Want::Key(SYSTEM)], move |view, draft| {
            let ended = pepper::end(view.held(SYSTEM)?, version, why, draft);
            let answer = json!({ "label": PEPPER, "version": version, "removed": true });
            Ok(ended.then_some(answer).ok_or_else(|| no_version(version)))
        })
        .await
    }

    /// How many sets could still be used under each version: active ones, suspended or not, and staged ones.
    ///
    /// # Errors
    /// [`Refused`] if a row cannot be read: what is in it is not known then.
    pub async fn sets_by_version(&self) -> Result<BTreeMap<u16, usize>, Refused> {
        let (mut counts, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.list::<Subject>(None, after, PAGE).await?;
            for state in page.iter().filter_map(|(_, held)| held.state()) {
                state.sets().for_each(|set| *counts.entry(set.key_version).or_default() += 1);
            }
            match page.last() {
                Some((last, _)) if page.len() == PAGE => after = Some(*last),
                _ => return Ok(counts),
            }
        }
    }

    /// Records versions that are there and were not recorded; how many there were.
    async fn note(&self, found: Vec<(u16, Check)>) -> Result<usize, Refused> {
        self.decided(&[Want::Key(SYSTEM)], move |view, draft| {
            let system = view.held::<postern_core::tenant::Tenant>(SYSTEM)?;
            let Some(state) = system.state() else { return Ok(Err(no_record())) };
            if let Some(other) = state.foreign(&found) {
                return Ok(Err(Refused(foreign(other))));
            }
            Ok(Ok(pepper::note(system, &found, draft)))
        })
        .await
    }

    async fn found(&self) -> Result<Vec<(u16, Check)>, Refused> {
        self.app.checks().await.map_err(|fault| Refused(fault.to_string()))
    }

    /// Does something where the keys are kept.
    async fn change(
        &self,
        work: impl FnOnce(&dyn postern_core::ports::Custody) -> Result<(), postern_core::ports::CustodyFault>
        + Send
        + 'static,
    ) -> Result<(), Refused> {
        self.app.running().map_err(|problem| Refused(problem.told().0.to_owned()))?;
        let done = self.app.custody(work).await;
        let done = done.ok_or_else(|| {
            Refused("Keys in memory only, as a demonstration has them, are not changed.".to_owned())
        })?;
        done.map_err(|fault| Refused(fault.0))
    }
}

/// Subjects that are read at once.
const PAGE: usize = 500;

fn no_record() -> Refused {
    Refused(
        "The installation's own record did not open. Run `postern audit verify` to see what differs."
            .to_owned(),
    )
}

fn no_version(version: u16) -> Refused {
    Refused(format!(
        "There is no version {version} of the pepper to do this with. `postern key list` shows those that there are."
    ))
}
