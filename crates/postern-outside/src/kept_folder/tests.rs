//! What a second host lists, removes, and lets go back.

use std::collections::BTreeSet;
use std::fs::File;
use std::time::{Duration, UNIX_EPOCH};

use postern_log::{Tile, TileKind};
use tempfile::TempDir;

use super::*;

/// Seconds of a day.
const DAY: u64 = 24 * 3600;

fn kept() -> (TempDir, KeptFolder) {
    let folder = TempDir::new().unwrap();
    let kept = KeptFolder::open(folder.path()).unwrap();
    (folder, kept)
}

fn put(kept: &KeptFolder, names: &[&str]) {
    for name in names {
        kept.bundles().put(name, b"x").unwrap();
    }
}

/// Every name, page by page.
fn listed(kept: &KeptFolder, under: &str, narrower: bool, most: usize) -> Vec<String> {
    let mut wanted = Wanted { under: under.to_owned(), after: None, narrower, most };
    let mut names = Vec::new();
    loop {
        let page = kept.names(&wanted).unwrap();
        assert!(page.names.len() <= most);
        names.extend(page.names);
        assert!(names.len() <= 100_000, "the pages do not end");
        wanted.after = names.last().cloned();
        if !page.more {
            return names;
        }
    }
}

#[test]
fn keys_go_after_their_days_and_narrower_bundles_when_the_wider_one_is_as_old() {
    let (folder, kept) = kept();
    assert!(KeptFolder::open(folder.path()).is_err(), "two processes keep one folder");
    let names = ["keyring/100/ten_a/0-5", "keyring/101/ten_a/5-7"];
    let bundles =
        ["ten_a/entries/000", "ten_a/entries/000.p/7", "ten_a/entries/001.p/3", "ten_b/entries/000.p/7"];
    put(&kept, &names);
    put(&kept, &bundles);
    let left = || listed(&kept, "", true, 100);
    kept.tidy(130, 30).unwrap();
    assert_eq!(left().len(), 6);
    kept.tidy(131, 30).unwrap();
    assert_eq!(left(), [&names[1..], &bundles].concat());
    let old = UNIX_EPOCH + Duration::from_secs(100 * DAY);
    let wide = File::options().write(true).open(folder.path().join("bundles/ten_a/entries/000")).unwrap();
    wide.set_modified(old).unwrap();
    kept.tidy(131, 30).unwrap();
    assert_eq!(left(), [names[1], bundles[0], bundles[2], bundles[3]]);
}

#[test]
fn of_bundles_that_are_not_full_the_widest_stays_and_those_beyond_an_old_one() {
    let (folder, kept) = kept();
    put(&kept, &["a/entries/000.p/8", "a/entries/000.p/9", "a/entries/000.p/10", "a/entries/000.p/200"]);
    let old = UNIX_EPOCH + Duration::from_secs(100 * DAY);
    let file = File::options().write(true).open(folder.path().join("bundles/a/entries/000.p/10")).unwrap();
    file.set_modified(old).unwrap();
    kept.tidy(131, 30).unwrap();
    assert_eq!(listed(&kept, "", true, 1), ["a/entries/000.p/10", "a/entries/000.p/200"]);
    assert_eq!(listed(&kept, "", false, 1), ["a/entries/000.p/200"]);
}

#[test]
fn a_listing_has_the_widest_of_each_and_every_page_goes_on_where_the_one_before_ended() {
    let (folder, kept) = kept();
    let all = [
        "keyring/100/ten_a/0-5",
        "ten_a/entries/000",
        "ten_a/entries/000.p/7",
        "ten_a/entries/000.p/70",
        "ten_a/entries/001.p/12",
        "ten_a/entries/001.p/3",
        "ten_a/entries/x001/000",
        "ten_a/entries/x001/000.p/odd",
        "ten_a/entries/x001/001.p/1",
        "ten_a/entries/x001/001.p/odd",
        "ten_a/entries/x001/002.p/2",
        "ten_a/other/000",
        "ten_a/other/000.p/1",
        "ten_a-b/entries/000.p/7",
    ];
    put(&kept, &all);
    for odd in ["a b", "lost+found", "half.new"] {
        File::create(folder.path().join("bundles").join(odd)).unwrap();
    }
    let mut sorted = all.map(|name| name.split('/').collect::<Vec<_>>());
    sorted.sort_unstable();
    let sorted = sorted.map(|parts| parts.join("/"));
    let narrower = ["ten_a/entries/000.p/7", "ten_a/entries/000.p/70", "ten_a/entries/001.p/3"];
    // Nobody's bundle, and in the folder of those that a full one replaces.
    let hidden = "ten_a/entries/x001/000.p/odd";
    for most in [1, 2, 3, 5, 100] {
        assert_eq!(listed(&kept, "", true, most), sorted);
        let widest: Vec<String> = sorted
            .iter()
            .filter(|name| !narrower.contains(&name.as_str()) && *name != hidden)
            .cloned()
            .collect();
        assert_eq!(listed(&kept, "", false, most), widest);
        assert_eq!(listed(&kept, "ten_a/entries/x001", true, most).len(), 5);
        assert_eq!(listed(&kept, "ten_a-b", false, most), ["ten_a-b/entries/000.p/7"]);
        for nothing in ["ten_b", "ten_a/entries/000", "ten_a/entries/00"] {
            assert_eq!(listed(&kept, nothing, true, most), Vec::<String>::new());
        }
    }
    // A page after a name that is gone, or under another path.
    let page = |under: &str, after: &str| {
        let (under, after) = (under.to_owned(), Some(after.to_owned()));
        kept.names(&Wanted { under, after, narrower: true, most: 100 }).unwrap().names.len()
    };
    assert_eq!(page("", "ten_a/entries/001.p/2"), 9);
    assert_eq!((page("keyring", "ten_a"), page("ten_a", "keyring/9"), page("ten_a", "zzz")), (0, 12, 0));
    assert!(kept.names(&Wanted { under: "../anchors".to_owned(), ..Wanted::default() }).is_err());
}

/// A log of an event a second, shipped once a second.
#[test]
fn a_hundred_thousand_names_are_listed_and_tidied() {
    let (folder, kept) = kept();
    let at = folder.path().join("bundles/ten_a");
    let (mut made, events) = (BTreeSet::new(), 100_000);
    for size in 1..=events {
        let tile = Tile::all(TileKind::Entries, size).last().unwrap();
        let path = at.join(tile.to_string());
        let parent = path.parent().unwrap();
        if made.insert(parent.to_owned()) {
            std::fs::create_dir_all(parent).unwrap();
        }
        File::create(path).unwrap();
    }
    let bundles: Vec<String> =
        Tile::all(TileKind::Entries, events).map(|tile| format!("ten_a/{tile}")).collect();
    assert_eq!(listed(&kept, "", true, 10_000).len(), 100_000);
    for most in [7, 10_000] {
        assert_eq!(listed(&kept, "", false, most), bundles);
    }
    kept.tidy(131, 30).unwrap();
    assert_eq!(listed(&kept, "", true, 10_000).len(), 100_000, "young ones were removed");
    // All of them are young by this machine's clock and old by another.
    kept.tidy(1_000_000, 30).unwrap();
    assert_eq!(listed(&kept, "", true, 10_000), bundles);
}

#[test]
fn a_leave_is_given_at_this_host_and_ended_once() {
    let (folder, kept) = kept();
    assert_eq!(kept.has_leave("node"), Ok(false));
    File::create(folder.path().join("anchors/node.leave")).unwrap();
    assert_eq!(
        (kept.has_leave("node"), kept.has_leave("node"), kept.has_leave("other")),
        (Ok(true), Ok(true), Ok(false))
    );
    kept.end_leave("node").unwrap();
    assert_eq!((kept.has_leave("node"), kept.end_leave("node")), (Ok(false), Ok(())));
    for name in ["", "..", "a/b", "a.leave", "node.lock", &"a".repeat(65)] {
        assert!(kept.anchor(name).is_err() && kept.has_leave(name).is_err(), "{name}");
    }
}
