//! History of git: what was deleted, messages, what nothing names any more, and packs that are broken.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use postern_codes::Format;
use postern_scan::{Gauge, git};
use tempfile::TempDir;

use crate::site::{Heard, made_up, scanner};

/// A repository of the tests.
pub(crate) struct Repository(TempDir, AtomicU64);

impl Repository {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let made = Self(tempfile::tempdir().unwrap(), AtomicU64::new(1_760_000_000));
        made.git(&[&["init", "--quiet", "--initial-branch", "main"], arguments].concat());
        made
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// What git says, without anybody's configuration.
    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.path());
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_COMMITTER_DATE", format!("@{} +0000", self.1.fetch_add(60, Relaxed)));
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "A").env(format!("GIT_{who}_EMAIL"), "a@example.org");
        }
        let output = command.current_dir(self.path()).stdin(Stdio::null()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Places behind the repository's path, and lines of trouble.
    fn scan(&self) -> (Vec<String>, Vec<String>) {
        scan(self.path())
    }
}

fn scan(path: &Path) -> (Vec<String>, Vec<String>) {
    let heard = Heard::default();
    git(&scanner(), path, &Gauge::default(), &|told| heard.hear(told));
    let (findings, troubles) = heard.end();
    let mut places: Vec<String> = findings
        .iter()
        .map(|finding| {
            let place = &finding.place;
            format!("{}:{}:{}", place.origin.parts.join("!/"), place.line, place.column)
        })
        .collect();
    places.sort();
    (places, troubles.iter().map(|trouble| trouble.why.clone()).collect())
}

/// A history with a code in each place that there is, and where they are to be found.
fn history(made: &Repository) -> Vec<String> {
    let code = |number| made_up(Format::Standard, number);
    made.write("notes/a.txt", &format!("first\n{}\n", code(1)));
    let first = made.commit("first");
    made.write("notes/a.txt", "cleaned\n");
    made.write("b.txt", &format!("{}\n", code(2)));
    let second = made.commit(&format!("cleaned\n\nit was {}", code(3)));
    // The same content again is the same blob.
    made.write("copy.txt", &format!("{}\n", code(2)));
    made.commit("copied");
    made.git(&["checkout", "--quiet", "-b", "gone"]);
    made.write("c.txt", &code(4));
    let gone = made.commit("on a branch that goes");
    made.git(&["checkout", "--quiet", "main"]);
    made.git(&["branch", "--quiet", "-D", "gone"]);
    made.git(&["tag", "--annotate", "v1", "--message", &code(5)]);
    let tag = made.git(&["rev-parse", "v1"]);
    made.write("staged.txt", &code(6));
    made.git(&["add", "staged.txt"]);
    let staged = made.git(&["rev-parse", ":staged.txt"]);
    let mut expected = vec![
        format!("{first}:notes/a.txt:2:1"),
        format!("{second}:b.txt:1:1"),
        format!("{second}:8:8"),
        format!("{gone}:c.txt:1:1"),
        format!("{tag}:6:1"),
        format!("{staged}:1:1"),
    ];
    expected.sort();
    expected
}

#[test]
fn everything_that_is_stored_is_found_once_at_the_commit_that_brought_it() {
    for arguments in [&[][..], &["--object-format=sha256"]] {
        let made = Repository::new(arguments);
        let expected = history(&made);
        assert_eq!(made.scan(), (expected.clone(), Vec::new()));
        // Packed, with what is unreachable, it is the same; so it is from below, and from a linked tree.
        made.git(&["repack", "-a", "-d", "--keep-unreachable", "--quiet"]);
        assert_eq!(scan(&made.path().join("notes")), (expected.clone(), Vec::new()));
        let other = tempfile::tempdir().unwrap();
        let linked = other.path().join("linked");
        made.git(&["worktree", "add", "--quiet", linked.to_str().unwrap()]);
        assert_eq!(scan(&linked), (expected, Vec::new()));
    }
}

#[test]
fn how_far_it_is_ends_at_all_that_is_stored() {
    let made = Repository::new(&[]);
    history(&made);
    let gauge = Gauge::default();
    let totals = git(&scanner(), made.path(), &gauge, &|_| {});
    assert_eq!(gauge.now(), (totals.bytes, totals.bytes));
    assert!(totals.bytes > 0);
}

#[test]
fn blobs_are_opened_like_files() {
    let made = Repository::new(&[]);
    let archive = crate::archives::zip(&[("inner.txt", made_up(Format::Compact, 1).as_bytes())]);
    fs::write(made.path().join("a.zip"), archive).unwrap();
    let commit = made.commit("an archive");
    assert_eq!(made.scan().0, [format!("{commit}:a.zip!/inner.txt:1:1")]);
}

#[test]
fn what_is_no_repository_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (places, troubles) = scan(folder.path());
    assert_eq!((places.len(), troubles.len()), (0, 1), "{troubles:?}");
    assert_eq!(scan(&folder.path().join("absent")).1.len(), 1);
}

#[test]
fn an_object_that_is_too_long_is_named() {
    let made = Repository::new(&[]);
    made.write("long.txt", &"x".repeat(33 << 20));
    made.write("short.txt", &made_up(Format::Standard, 1));
    made.commit("long");
    let (places, troubles) = made.scan();
    assert_eq!((places.len(), troubles.len()), (1, 1), "{troubles:?}");
    assert!(troubles[0].contains("longer than 32 MiB"), "{troubles:?}");
}

/// The files of a folder, at all depths.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn packs_and_objects_that_are_broken_give_one_line_and_the_rest_is_read() {
    for packed in [false, true] {
        let made = Repository::new(&[]);
        let expected = history(&made);
        if packed {
            made.git(&["repack", "-a", "-d", "--keep-unreachable", "--quiet"]);
        }
        let objects = files(&made.path().join(".git/objects"));
        for path in &objects {
            let whole = fs::read(path).unwrap();
            let step = (whole.len() / 5).max(1);
            for at in (0..whole.len()).step_by(step) {
                let broken = [&whole[..at], &[whole[at] ^ 0x55], &whole[at + 1..]].concat();
                for bytes in [&broken[..], &whole[..at]] {
                    // Git never writes into an object's file; nor does this.
                    fs::remove_file(path).unwrap();
                    fs::write(path, bytes).unwrap();
                    let (places, troubles) = made.scan();
                    assert!(troubles.len() <= 1, "{troubles:?}");
                    // What is lost is told.
                    assert!(
                        !troubles.is_empty() || places.len() == expected.len(),
                        "{} {at}",
                        path.display()
                    );
                }
            }
            fs::remove_file(path).unwrap();
            fs::write(path, &whole).unwrap();
        }
        assert_eq!(made.scan(), (expected, Vec::new()));
    }
}

#[test]
fn a_path_without_end_is_cut_and_named() {
    for (name, troubles) in [("x".repeat(9), 0), ("x".repeat(9_000), 1)] {
        let made = Repository::new(&[]);
        made.write("notes", &made_up(Format::Standard, 1));
        let blob = made.git(&["hash-object", "-w", "notes"]);
        let path = format!("{name}/{name}/notes");
        made.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
        let tree = made.git(&["write-tree"]);
        let commit = made.git(&["commit-tree", &tree, "-m", "a message"]);
        let (places, told) = made.scan();
        assert_eq!((places.len(), told.len()), (1, troubles), "{told:?}");
        assert!(places[0].starts_with(&format!("{commit}:xxxxxxxxx")) && places[0].len() < 5_000);
    }
}
