//! Folders that are watched: what is new or changes is found, once, and the watch ends when it is told to.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use postern_codes::Format;
use postern_scan::{Finding, Gauge, Told, Totals, Watch};

use crate::site::{made_up, scanner};

/// Nothing takes so long; without it a fault would hold the tests up.
const LONG: Duration = Duration::from_secs(60);

/// Watches a folder while something is done in it; what was told, and the totals.
fn watched(roots: &[PathBuf], meanwhile: impl FnOnce(&Receiver<Told>)) -> (Vec<Told>, Totals) {
    let (gauge, scanner) = (Gauge::default(), scanner());
    let (told, heard) = channel();
    let watch = Watch::begin(roots).unwrap();
    std::thread::scope(|scope| {
        let gauge = &gauge;
        let running = scope.spawn(move || watch.run(&scanner, gauge, &|it| told.send(it).unwrap()));
        meanwhile(&heard);
        gauge.stop();
        let totals = running.join().unwrap();
        (heard.iter().collect(), totals)
    })
}

/// The next finding.
fn next(heard: &Receiver<Told>) -> Finding {
    loop {
        if let Told::Found(finding) = heard.recv_timeout(LONG).unwrap() {
            return finding;
        }
    }
}

fn write(path: &Path, number: u64) {
    fs::write(path, format!("{}\n", made_up(Format::Standard, number))).unwrap();
}

#[test]
fn what_is_there_comes_first_then_what_is_new_moved_in_or_changes() {
    let (folder, aside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    write(&at("old"), 1);
    let (rest, totals) = watched(&[folder.path().to_path_buf()], |heard| {
        assert!(next(heard).place.origin.path.ends_with("old"));
        write(&at("new"), 2);
        assert!(next(heard).place.origin.path.ends_with("new"));
        // A folder that is made with something in it, and one that is moved here.
        fs::create_dir_all(at("a/b/c")).unwrap();
        write(&at("a/b/c/deep"), 3);
        assert!(next(heard).place.origin.path.ends_with("a/b/c/deep"));
        fs::create_dir(aside.path().join("moved")).unwrap();
        write(&aside.path().join("moved/inside"), 4);
        fs::rename(aside.path().join("moved"), at("moved")).unwrap();
        assert!(next(heard).place.origin.path.ends_with("moved/inside"));
        write(&at("moved/later"), 5);
        assert!(next(heard).place.origin.path.ends_with("moved/later"));
        // What was there is not told again when the file grows.
        let grown = format!("{}\n{}\n", made_up(Format::Standard, 1), made_up(Format::Standard, 6));
        fs::write(at("old"), grown).unwrap();
        assert_eq!(next(heard).place.line, 2);
    });
    assert!(rest.is_empty(), "{rest:?}");
    assert!(totals.files >= 6);
}

#[test]
fn links_are_not_followed_and_what_went_elsewhere_is_left() {
    let (folder, aside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("inner")).unwrap();
    write(&aside.path().join("foreign"), 1);
    let (rest, _) = watched(&[folder.path().to_path_buf()], |heard| {
        symlink(aside.path().join("foreign"), at("link")).unwrap();
        symlink(aside.path(), at("folder")).unwrap();
        fs::rename(at("inner"), aside.path().join("inner")).unwrap();
        write(&aside.path().join("inner/left"), 2);
        // Whatever is written last is told last.
        write(&at("last"), 3);
        assert!(next(heard).place.origin.path.ends_with("last"));
    });
    assert!(rest.is_empty(), "{rest:?}");
}

#[test]
fn it_ends_when_no_folder_is_left_and_takes_folders_only() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    write(&root.join("note"), 1);
    let (_, totals) = watched(std::slice::from_ref(&root), |heard| {
        next(heard);
        fs::remove_dir_all(&root).unwrap();
        let Told::Trouble(trouble) = heard.recv_timeout(LONG).unwrap() else { panic!("a finding") };
        assert!(trouble.to_string().contains("no folder"), "{trouble}");
    });
    assert_eq!(totals.files, 1);
    fs::write(&root, "a file").unwrap();
    assert!(Watch::begin(std::slice::from_ref(&root)).err().unwrap().to_string().contains("no folder"));
    assert!(Watch::begin(&[folder.path().join("absent")]).is_err());
}

#[test]
fn when_more_changes_than_the_kernel_remembers_everything_is_walked() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: String| folder.path().join(name);
    let most: usize =
        fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap().trim().parse().unwrap();
    let (rest, _) = watched(&[folder.path().to_path_buf()], |heard| {
        write(&at("first".to_owned()), 1);
        assert_eq!(next(heard).place.line, 1);
        // Two events each, or more.
        (0..most.min(20_000)).for_each(|number| fs::write(at(number.to_string()), "nothing").unwrap());
        write(&at("last".to_owned()), 2);
        assert!(next(heard).place.origin.path.ends_with("last"));
    });
    assert!(rest.is_empty(), "{rest:?}");
}
