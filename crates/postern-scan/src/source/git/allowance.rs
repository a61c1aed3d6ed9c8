//! How much the objects of a repository may unpack to: twenty bytes of a pack may make 32 MiB.

use std::fs;
use std::path::{Path, absolute};
use std::sync::atomic::{AtomicU64, Ordering};

/// What every repository may unpack to: as much as a file may at the most, 64 GiB.
pub(super) const LEAST: u64 = 64 << 30;
/// How many times what it has on disk it may unpack to. Histories of text take 30 to 100 times as much; one of a long
/// file of which each commit changes a line, some hundreds.
const RATIO: u64 = 1_000;
/// As many deltas are applied in the time in which one object is looked through.
const DELTAS: u64 = 16;
/// What it costs to pass a delta on the way to what it is one of, in bytes.
const STEP: u64 = 64;

/// What is left for a repository.
pub(super) struct Allowance(AtomicU64);

impl Allowance {
    /// For the repository that keeps its objects in this folder.
    pub(super) fn of(objects: &Path, least: u64) -> Self {
        // It may borrow from others. Where one cannot be read, reading objects tells.
        let whole = absolute(objects).unwrap_or_default();
        let others = gix_odb::alternate::resolve(whole, Path::new("/")).into_iter().flatten();
        let stored: u64 = others.map(|other| stored(&other)).fold(stored(objects), u64::saturating_add);
        Self(stored.saturating_mul(RATIO).max(least).into())
    }

    /// Whether anything may still be read, or in words that nothing may.
    pub(super) fn check(&self) -> Result<(), String> {
        match self.0.load(Ordering::Relaxed) {
            0 => Err("the repository unpacks to more than one of its length may".to_owned()),
            _ => Ok(()),
        }
    }

    /// An object was found behind so many deltas.
    pub(super) fn found(&self, deltas: u64) {
        self.take(deltas.saturating_mul(STEP));
    }

    /// An object of that length is read through so many deltas.
    pub(super) fn read(&self, length: u64, deltas: u64) {
        self.take(length.saturating_add(length.saturating_mul(deltas) / DELTAS));
    }

    fn take(&self, bytes: u64) {
        let rest = |left: u64| Some(left.saturating_sub(bytes));
        // It always has a rest.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest);
    }
}

/// How long all files are in which objects are kept. What cannot be read counts nothing.
fn stored(objects: &Path) -> u64 {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries(objects).flat_map(|folder| entries(&folder.path()));
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Allowance, RATIO};

    #[test]
    fn what_a_repository_borrows_counts_too() {
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (folder.path().join("own"), folder.path().join("other"));
        fs::create_dir_all(own.join("info")).unwrap();
        fs::create_dir_all(other.join("pack")).unwrap();
        fs::write(other.join("pack/long"), [0; 1_000]).unwrap();
        fs::write(own.join("info/alternates"), "../other\n").unwrap();
        let own = Allowance::of(&own, 0).0.into_inner();
        assert_eq!(own, (1_000 + "../other\n".len() as u64) * RATIO);
    }
}
