//! The history of a git repository: every object that is stored, whatever still names it. Blobs that were deleted,
//! messages of commits and tags, what lies about unreachable.
//!
//! Each object is looked at once. The place of a blob is the first commit that brings it, and its path there, as git
//! itself writes it (`COMMIT:PATH`); that of a message, or of a blob that no tree names, is the object's id.

mod allowance;
mod history;
mod objects;
mod packs;
mod recent;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use gix_hash::ObjectId;

use self::allowance::{Allowance, LEAST};
use self::history::history;
use self::objects::{Objects, Unread};
use super::budget::Budget;
use super::content::Worker;
use super::fault;
use super::gauge::Gauge;
use crate::place::Origin;
use crate::scanner::Scanner;
use crate::told::{Told, Totals, Trouble};
use crate::window::Buffer;

/// Objects that wait to be looked at.
const WAITING: usize = 256;

/// An object to be looked at, and its place.
struct Job {
    id: ObjectId,
    origin: Origin,
}

/// Looks through everything that the repository at a path holds. `told` hears of each finding when it is made, from any
/// thread; `gauge` knows how far it is once all objects were counted. Files of the working tree are not of the history:
/// name them as a path.
pub fn git(scanner: &Scanner, repository: &Path, gauge: &Gauge, told: &(dyn Fn(Told) + Sync)) -> Totals {
    within(LEAST, scanner, repository, gauge, told)
}

/// The same with what every repository may unpack to.
fn within(
    least: u64,
    scanner: &Scanner,
    repository: &Path,
    gauge: &Gauge,
    told: &(dyn Fn(Told) + Sync),
) -> Totals {
    let origin = Origin::of(repository.to_string_lossy());
    let told = |heard: Told| told(scanner.discreet(heard));
    let trouble = |why: String| told(Told::Trouble(Trouble { origin: origin.clone(), why }));
    let opened = folder(repository).and_then(|folder| {
        let allowance = Arc::new(Allowance::of(&folder.join("objects"), least));
        Ok((Objects::at(&folder, &allowance)?, folder, allowance))
    });
    let (objects, folder, allowance) = match opened {
        Ok(opened) => opened,
        Err(fault) => {
            trouble(format!("no git repository could be opened there: {}", fault::of(&fault)));
            return Totals::default();
        }
    };
    let (sender, jobs) = sync_channel(WAITING);
    let all = Shared {
        jobs: Mutex::new(jobs),
        unread: Unread::default(),
        gauge,
        objects: 0.into(),
        bytes: 0.into(),
    };
    thread::scope(|threads| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            threads.spawn(|| {
                let worker = Worker { scanner, buffer: Buffer::new(), told: &told };
                match Objects::at(&folder, &allowance) {
                    Ok(objects) => all.work(worker, &objects),
                    // Somebody has to take what is handed out.
                    Err(fault) => all.leave(&fault::of(&fault)),
                }
            });
        }
        packs::check(&folder, objects.hash(), &origin, &all.unread);
        history(&objects, &origin, (&all.unread, gauge), &mut |job| sender.send(job).is_ok());
        drop(sender);
    });
    if let Some(why) = all.unread.line() {
        trouble(why);
    }
    Totals { files: all.objects.into_inner(), bytes: all.bytes.into_inner(), ..Totals::default() }
}

/// What the threads share.
struct Shared<'a> {
    jobs: Mutex<Receiver<Job>>,
    unread: Unread,
    gauge: &'a Gauge,
    objects: AtomicU64,
    bytes: AtomicU64,
}

impl Shared<'_> {
    /// Looks at objects until there are no more.
    fn work(&self, mut worker: Worker<'_>, objects: &Objects) {
        let mut held = Vec::new();
        // The lock is let go of before an object is looked at.
        while let Some(job) = self.next() {
            match objects.read(&job.id, &mut held) {
                Ok((_, bytes)) => {
                    self.objects.fetch_add(1, Ordering::Relaxed);
                    self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    worker.content(&job.origin, &mut &*bytes, &Budget::of(bytes.len() as u64));
                    self.gauge.add(bytes.len() as u64);
                }
                Err(why) => self.unread.add(&job.origin, &why),
            }
        }
    }

    /// Looks at nothing, and says so.
    fn leave(&self, why: &str) {
        while let Some(job) = self.next() {
            self.unread.add(&job.origin, why);
        }
    }

    fn next(&self) -> Option<Job> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }
}

/// The folder in which a repository keeps its objects: of a working tree, of a linked one, or of a bare repository.
fn folder(path: &Path) -> io::Result<PathBuf> {
    let (repository, _) = gix_discover::upwards(path).map_err(|fault| fault::or(&fault, "there is none"))?;
    let (own, _) = repository.into_repository_and_work_tree_directories();
    let common = gix_discover::path::from_plain_file_relative_to_file(&own.join("commondir"));
    common.unwrap_or(Ok(own))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::Command;
    use std::sync::Mutex;

    use super::{Gauge, LEAST, Scanner, within};
    use crate::detect::others::Rules;
    use crate::finding::DigestKey;
    use crate::scanner::Settings;
    use crate::told::Told;

    fn git(folder: &Path, arguments: &[&str]) {
        let who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        let done = Command::new("git").current_dir(folder).args(who).args(arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&done.stderr));
    }

    /// How many bytes are looked through, and the lines of trouble.
    fn looked(folder: &Path, least: u64) -> (u64, Vec<String>) {
        let (key, rules) = (DigestKey::new(b"a key of the tests"), Rules::all().unwrap().confirmed());
        let scanner = Scanner::new(Settings { prefixes: Vec::new(), key, rules }).unwrap();
        let lines = Mutex::new(Vec::new());
        let totals = within(least, &scanner, folder, &Gauge::default(), &|told| match told {
            Told::Trouble(trouble) => lines.lock().unwrap().push(trouble.why),
            Told::Found(_) => {}
        });
        (totals.bytes, lines.into_inner().unwrap())
    }

    #[test]
    fn a_small_pack_of_long_objects_is_read_as_far_as_it_may_unpack() {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "--quiet"]);
        let long = "x\n".repeat(512 << 10);
        for number in 0..50 {
            fs::write(folder.path().join("long"), format!("{long}{number}")).unwrap();
            git(folder.path(), &["add", "--all"]);
            git(folder.path(), &["commit", "--quiet", "--message", "longer"]);
        }
        git(folder.path(), &["repack", "-a", "-d", "--quiet"]);
        let (bytes, troubles) = looked(folder.path(), LEAST);
        assert!(bytes > 50 << 20 && troubles.is_empty(), "{bytes} {troubles:?}");
        let (bytes, troubles) = looked(folder.path(), 0);
        assert!(bytes < 40 << 20 && troubles.len() == 1, "{bytes} {troubles:?}");
        assert!(troubles[0].contains("unpacks to more"), "{troubles:?}");
    }
}
