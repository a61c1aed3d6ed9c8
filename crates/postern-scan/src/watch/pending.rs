//! What has changed and is not yet looked through: files that are still written are waited for, but not for ever.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::folders::Change;

/// After so many rounds, five seconds, a file is looked through although it goes on changing.
const PATIENCE: u8 = 20;
/// The most paths. With more, the folders are walked instead.
const MOST: usize = 10_000;

#[derive(Default)]
pub(super) struct Pending {
    paths: BTreeMap<PathBuf, Age>,
    /// Not all is known that has changed.
    lost: bool,
}

/// In rounds.
#[derive(Clone, Copy, Default)]
struct Age {
    quiet: u8,
    waiting: u8,
}

impl Pending {
    /// Takes note of a change.
    pub(super) fn take(&mut self, change: Change) {
        match change {
            Change::At(path) => self.add(path),
            Change::Unknown => self.lost(),
        }
    }

    /// Something has changed there.
    fn add(&mut self, path: PathBuf) {
        if self.paths.len() >= MOST {
            return self.lost();
        }
        self.paths.entry(path).or_default().quiet = 0;
    }

    /// Something has changed somewhere.
    pub(super) fn lost(&mut self) {
        self.paths.clear();
        self.lost = true;
    }

    /// One round is over: what is to be looked through now.
    pub(super) fn round(&mut self, roots: &[PathBuf]) -> Vec<PathBuf> {
        if std::mem::take(&mut self.lost) {
            return roots.to_vec();
        }
        let is_ready = |age: &mut Age| {
            (age.quiet, age.waiting) = (age.quiet.saturating_add(1), age.waiting.saturating_add(1));
            age.quiet > 1 || age.waiting > PATIENCE
        };
        self.paths.extract_if(.., |_, age| is_ready(age)).map(|(path, _)| path).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Change, MOST, PATIENCE, Pending};

    #[test]
    fn what_is_still_written_is_waited_for_but_not_for_ever() {
        let mut pending = Pending::default();
        pending.add("a".into());
        assert!(pending.round(&[]).is_empty());
        assert_eq!(pending.round(&[]), [Path::new("a")]);
        assert!(pending.round(&[]).is_empty());
        let mut rounds = 0;
        loop {
            pending.add("busy".into());
            rounds += 1;
            if !pending.round(&[]).is_empty() {
                break;
            }
        }
        assert_eq!(rounds, PATIENCE + 1);
    }

    #[test]
    fn when_too_much_changes_the_folders_are_walked_once() {
        let mut pending = Pending::default();
        let roots = [PathBuf::from("root")];
        (0..=MOST).for_each(|number| pending.add(number.to_string().into()));
        assert_eq!(pending.round(&roots), roots);
        assert!(pending.round(&roots).is_empty() && pending.round(&roots).is_empty());
    }

    #[test]
    fn when_the_kernel_forgot_some_the_folders_are_walked_once() {
        let mut pending = Pending::default();
        let roots = [PathBuf::from("root"), PathBuf::from("other")];
        pending.take(Change::At("root/known".into()));
        pending.take(Change::Unknown);
        pending.take(Change::At("root/later".into()));
        assert_eq!(pending.round(&roots), roots);
        // What came after it is no less known.
        assert_eq!([pending.round(&roots), pending.round(&roots)].concat(), [Path::new("root/later")]);
        assert!(pending.round(&roots).is_empty());
    }
}
