//! Settling work: check what it was decided on, decide again if that moved, apply it. The one algorithm of
//! every store, run inside a transaction.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use postern_core::kernel::{ClaimKey, Committed, Decide, Decided, Draft, Key, Sealer, View, Want, Work};

use crate::rows::{Rows, view};
use crate::soundness;

/// How often a work is decided inside one transaction. The second time its guards hold, unless it decides on
/// records that it did not ask to see.
const DECISIONS: usize = 8;

/// Work that is not settled yet.
pub(crate) struct Pending {
    wants: Vec<Want>,
    /// `None` if it has to be decided again.
    draft: Option<Draft>,
    again: Decide,
    /// The draft was decided on what a transaction had not yet committed.
    provisional: bool,
}

impl Pending {
    pub(crate) fn new(work: Work) -> Self {
        Self { wants: work.wants, draft: Some(work.draft), again: work.again, provisional: false }
    }

    /// Every record that it was decided on, would change, or would decide on again.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        let wanted = self.wants.iter().filter_map(|want| match want {
            Want::Key(key) => Some(*key),
            Want::Claim { .. } => None,
        });
        let drafted = self
            .draft
            .iter()
            .flat_map(|draft| draft.puts().keys().copied().chain(draft.reads().map(|(key, _)| key)));
        wanted.chain(drafted)
    }

    /// Every place that it looked for or would take.
    pub(crate) fn places(&self) -> impl Iterator<Item = ClaimKey> + '_ {
        let wanted = self.wants.iter().filter_map(|want| match want {
            Want::Claim { place, .. } => Some(*place),
            Want::Key(_) => None,
        });
        let taken = self.draft.iter().flat_map(|draft| draft.claims().iter().map(|claim| claim.place));
        let released = self.draft.iter().flat_map(|draft| draft.released().iter().map(|(place, _)| *place));
        let free = self.draft.iter().flat_map(|draft| draft.free().iter().copied());
        wanted.chain(taken).chain(released).chain(free)
    }

    /// The draft, if there is one that stands.
    pub(crate) const fn draft(&self) -> Option<&Draft> {
        self.draft.as_ref()
    }

    /// After a rollback: what was decided on the changes that are gone is gone as well. Its versions alone
    /// would not tell, since others may by now stand for another state.
    pub(crate) fn unsettle(&mut self) {
        if self.provisional {
            self.draft = None;
        }
    }

    /// Decides again; an end if there is nothing to commit.
    fn decide(&mut self, view: &View) -> Option<Committed> {
        self.provisional = true;
        self.draft = None;
        // A decision that panics must not take the writer with it. It has written nothing.
        match catch_unwind(AssertUnwindSafe(|| (self.again)(view))) {
            Ok(Decided::Draft(draft)) => {
                self.draft = Some(draft);
                None
            }
            Ok(Decided::Nothing) => Some(Committed::Nothing),
            Ok(Decided::Rejected(key)) => Some(Committed::Rejected(key)),
            Err(_) => {
                tracing::error!("a decision panicked; nothing was committed: please report this defect");
                Some(Committed::Busy)
            }
        }
    }
}

/// What examining a draft came to.
enum Examined {
    Holds,
    Moved,
    Ends(Committed),
}

/// Settles one work. Everything is read before the first write, so that work which ends otherwise than
/// [`Committed::Committed`] has written nothing.
pub(crate) fn settle<R: Rows>(
    rows: &mut R,
    pending: &mut Pending,
    sealer: &Sealer,
) -> Result<Committed, R::Fault> {
    for _ in 0..DECISIONS {
        if pending.draft.is_none() {
            let view = view(rows, &pending.wants, sealer)?;
            if let Some(end) = pending.decide(&view) {
                return Ok(end);
            }
        }
        let Some(draft) = &pending.draft else { continue };
        match examine(rows, draft)? {
            Examined::Moved => pending.draft = None,
            Examined::Ends(end) => return Ok(end),
            Examined::Holds => {
                apply(rows, draft, sealer)?;
                return Ok(Committed::Committed);
            }
        }
    }
    tracing::error!("a decision relies on records that it does not ask to see: please report this defect");
    Ok(Committed::Busy)
}

fn examine<R: Rows>(rows: &mut R, draft: &Draft) -> Result<Examined, R::Fault> {
    if let Err(unsound) = soundness::check(draft) {
        tracing::error!(%unsound, "a draft was refused, nothing was committed: please report this defect");
        return Ok(Examined::Ends(Committed::Busy));
    }
    let puts = draft.puts().iter().map(|(key, put)| (*key, put.expect));
    let guards: Vec<(Key, u64)> = puts.chain(draft.reads()).collect();
    let mut old = None;
    for (key, expect) in guards {
        let standing = rows.standing(key)?;
        if standing.version != (expect > 0).then_some(expect) {
            return Ok(Examined::Moved);
        }
        old = old.or_else(|| standing.is_old.then_some(key));
    }
    if let Some(key) = old {
        return Ok(Examined::Ends(Committed::Rejected(key)));
    }
    for place in draft.free() {
        if rows.claim(place)?.is_some() {
            return Ok(Examined::Moved);
        }
    }
    for claim in draft.claims() {
        let holder = rows.claim(&claim.place)?.map(|(holder, _)| holder.owner);
        if holder.is_some_and(|holder| !draft.released().contains(&(claim.place, holder))) {
            return Ok(Examined::Ends(Committed::Taken(claim.place)));
        }
    }
    // Each that is given up is read as well: a place that was not locked is missing before anything is written.
    for (place, _) in draft.released() {
        rows.claim(place)?;
    }
    let tenants: BTreeSet<_> = draft.events().iter().map(|event| event.key.tenant).collect();
    for tenant in tenants {
        if !rows.head_is_genuine(tenant)? {
            return Ok(Examined::Ends(Committed::Rejected(Key::tenant(tenant))));
        }
    }
    Ok(Examined::Holds)
}

/// Writes what was decided.
pub(crate) fn apply<R: Rows>(rows: &mut R, draft: &Draft, sealer: &Sealer) -> Result<(), R::Fault> {
    for (key, put) in draft.puts() {
        let sealed = sealer.seal(*key, put.version, put.image.as_ref());
        rows.put(*key, put, &sealed)?;
    }
    for (place, owner) in draft.released() {
        if rows.claim(place)?.is_some_and(|(claim, _)| claim.owner == *owner) {
            rows.release(place)?;
        }
    }
    for claim in draft.claims() {
        rows.take(claim, sealer.claim(claim))?;
    }
    for entry in draft.keyring() {
        rows.keep_key(entry)?;
    }
    for subject in draft.forgotten() {
        rows.forget_key(*subject)?;
    }
    for event in draft.events() {
        rows.append(event, sealer.event(event.key.tenant, &event.bytes))?;
    }
    rows.tally(draft.tallies());
    Ok(())
}
