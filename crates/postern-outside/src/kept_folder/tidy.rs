//! What a second host removes by itself: keys after their days, and bundles of which a wider one is as old.

use std::time::UNIX_EPOCH;

use postern_core::ports::{Place as _, PlaceFault, Shelf as _, Wanted};

use super::KeptFolder;
use super::names::bundle;

/// Names that are looked at together.
const PAGE: usize = 10_000;
/// A day, in seconds.
const DAY: u64 = 24 * 3600;

/// The bundles of one place of one log, of any width.
#[derive(Default)]
struct Group {
    of: Option<(String, u64)>,
    /// Where each ends, and its name.
    bundles: Vec<(u64, String)>,
}

/// Removes what is older than `days` days. Names come in order, so those of one place of a log come one after another:
/// each file is looked at once.
pub(super) fn tidy(kept: &KeptFolder, today: u64, days: u64) -> Result<(), PlaceFault> {
    let is_old = |day: Option<u64>| day.is_some_and(|day| day.saturating_add(days) < today);
    let mut wanted = Wanted { narrower: true, most: PAGE, ..Wanted::default() };
    let mut group = Group::default();
    loop {
        let page = kept.names(&wanted)?;
        for name in &page.names {
            if is_old(key_day(name)) {
                kept.bundles.remove(name)?;
            }
            let Some((log, tile)) = bundle(name) else { continue };
            let of = Some((log.to_owned(), tile.index()));
            if group.of != of {
                std::mem::replace(&mut group, Group { of, bundles: Vec::new() }).end(kept, is_old)?;
            }
            group.bundles.push((tile.range().end, name.clone()));
        }
        wanted.after = page.names.last().cloned();
        if !page.more {
            return group.end(kept, is_old);
        }
    }
}

impl Group {
    /// Removes those that are narrower than one that is old.
    fn end(mut self, kept: &KeptFolder, is_old: impl Fn(Option<u64>) -> bool) -> Result<(), PlaceFault> {
        self.bundles.sort_unstable_by(|one, other| other.cmp(one));
        let mut wider = self.bundles.iter();
        // One alone is not asked how old it is.
        if self.bundles.len() > 1 && wider.by_ref().any(|(_, name)| is_old(day_of(kept, name))) {
            for (_, narrower) in wider {
                kept.bundles.remove(narrower)?;
            }
        }
        Ok(())
    }
}

/// The day that keys were shipped on, by their name.
fn key_day(name: &str) -> Option<u64> {
    name.strip_prefix("keyring/")?.split('/').next()?.parse().ok()
}

/// The day on which a file was written, since 1970.
fn day_of(kept: &KeptFolder, name: &str) -> Option<u64> {
    let written = std::fs::metadata(kept.at.join(name)).and_then(|found| found.modified()).ok()?;
    Some(written.duration_since(UNIX_EPOCH).ok()?.as_secs() / DAY)
}
