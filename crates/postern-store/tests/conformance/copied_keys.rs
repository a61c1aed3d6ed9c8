//! The keys of a backup: whose come back, and until when.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use postern_core::Time;
use postern_core::kernel::{Key, KeyringEntry, Kind, Outcome, Step, decide};
use postern_core::ports::Store;
use postern_store::sqlite::backup::{BackupError, lay_down};

use crate::counter::Counted;
use crate::harness::{Harness as _, OnDisk, raw};
use crate::support::{counter, draft, look, record_all, run, tenant};

/// Seconds of a day.
const DAY: u64 = 24 * 3600;
/// What the keyring begins with: a word, and the time of the copy.
const HEAD: usize = 24;

fn subject(number: u8) -> Key {
    Key::new(Kind::Subject, tenant(1), [number; 16])
}

async fn keep_key(store: &dyn Store, number: u8) {
    let view = look(store, &[counter(number)]).await;
    let kept = decide::<u64, ()>(store, &view, move |view| {
        let mut draft = draft();
        let _ = record_all(view.held(counter(number))?, &[Counted::Added(1)], &mut draft);
        draft.keep_key(KeyringEntry { subject: subject(number), wrapped: vec![number; 60] });
        Ok(Step::Decided(draft, 0))
    });
    assert!(matches!(kept.await, Outcome::Committed(0)));
}

/// A day, at its end.
fn day(number: u64) -> Time {
    Time::from_millis((number * DAY + DAY - 1) * 1000)
}

/// A backup of two subjects' keys, made on day 100.
async fn backed_up(disk: &OnDisk) -> PathBuf {
    let store = disk.store();
    keep_key(&*store, 1).await;
    keep_key(&*store, 2).await;
    let backup = disk.folder().join("backup");
    store.back_up(backup.clone(), day(100)).await.expect("a backup");
    backup
}

/// Whose keys come back.
fn laid(backup: &Path, to: &Path, erased: &[Key], now: Time) -> Result<Vec<u8>, BackupError> {
    let erased: BTreeSet<Key> = erased.iter().copied().collect();
    lay_down(backup, to, (&erased, now), &|_, _| {})?;
    let database = raw(to);
    let mut keys = database.prepare("SELECT id FROM keyring ORDER BY id").expect("a statement");
    let keys = keys.query_map((), |row| row.get::<_, [u8; 16]>(0)).expect("keys");
    Ok(keys.map(|id| id.expect("a key")[0]).collect())
}

#[test]
fn keys_come_back_for_thirty_days_and_of_the_erased_never() {
    run(async {
        let disk = OnDisk::new();
        let backup = backed_up(&disk).await;
        let to = |name: &str| disk.folder().join(name);
        assert_eq!(laid(&backup, &to("all"), &[], day(100)).expect("laid down"), [1, 2]);
        assert_eq!(laid(&backup, &to("one"), &[subject(1)], day(130)).expect("laid down"), [2]);
        let bytes = std::fs::read(to("one").join("postern.db")).expect("a file");
        assert!(!bytes.windows(60).any(|some| some == [1; 60]), "the erased subject's key is in the file");
        let refused = laid(&backup, &to("old"), &[], day(131)).expect_err("it was laid down");
        assert!(matches!(&refused, BackupError::OldKeys(path) if *path == backup.join("keyring")));
        assert!(!to("old").exists());
        std::fs::remove_file(backup.join("keyring")).expect("removed");
        assert!(laid(&backup, &to("none"), &[], day(131)).expect("laid down").is_empty());
    });
}

#[test]
fn keys_that_an_earlier_release_copied_are_as_old_as_their_file() {
    run(async {
        let disk = OnDisk::new();
        let backup = backed_up(&disk).await;
        let path = backup.join("keyring");
        let bytes = std::fs::read(&path).expect("a keyring");
        std::fs::write(&path, &bytes[HEAD..]).expect("written");
        let file = File::options().write(true).open(&path).expect("a file");
        file.set_modified(UNIX_EPOCH + Duration::from_secs(200 * DAY)).expect("set");
        let to = |name: &str| disk.folder().join(name);
        assert_eq!(laid(&backup, &to("young"), &[], day(230)).expect("laid down"), [1, 2]);
        assert!(matches!(laid(&backup, &to("old"), &[], day(231)), Err(BackupError::OldKeys(_))));
        std::fs::write(&path, &bytes[..bytes.len() - 1]).expect("written");
        assert!(matches!(laid(&backup, &to("cut"), &[], day(100)), Err(BackupError::NotWhole { .. })));
    });
}
