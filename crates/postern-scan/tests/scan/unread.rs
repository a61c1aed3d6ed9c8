//! What is not opened is named, and what a system's files say of themselves is not believed.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use bzip2::write::BzEncoder;
use postern_codes::Format;
use postern_scan::trees;

use crate::archives::{said, zstandard};
use crate::site::{Heard, made_up, scanner};

#[test]
fn ways_of_packing_that_are_not_opened_are_named() {
    // Which there are is tested where they are told.
    let (_, troubles) = said("packed", b"\x04\x22\x4d\x18packed");
    assert_eq!(troubles, [": it is packed as lz4, which is not opened"]);
}

#[test]
fn a_frame_that_is_passed_over_hides_nothing() {
    let code = made_up(Format::Standard, 1);
    let text = format!("{}\n{code}", "notes ".repeat(20));
    let other = made_up(Format::Standard, 2);
    let over =
        [&[0x50, 0x2a, 0x4d, 0x18, u8::try_from(other.len()).unwrap(), 0, 0, 0], other.as_bytes()].concat();
    let bytes = [over.as_slice(), &zstandard(text.as_bytes()), &over].concat();
    let (places, troubles) = said("a.zst", &bytes);
    assert_eq!(
        (places[0].as_str(), places.len(), troubles.len()),
        ("a:2:1", 3, 0),
        "{places:?} {troubles:?}"
    );
    assert!(places[1].starts_with("between frames"), "{places:?}");
    // More than a reader has any use for.
    let long = [&[0x50, 0x2a, 0x4d, 0x18, 0, 0, 2, 0][..], &vec![7; 2 << 16]].concat();
    let (places, troubles) = said("a.zst", &[long, zstandard(text.as_bytes())].concat());
    assert_eq!((places.len(), troubles.len()), (1, 1), "{troubles:?}");
}

#[test]
fn a_stream_of_nothing_is_a_stream() {
    let bzip2 = |bytes: &[u8]| {
        let mut writer = BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    let bytes = [bzip2(b""), bzip2(made_up(Format::Standard, 1).as_bytes())].concat();
    assert_eq!(said("a.bz2", &bytes), (vec!["a:1:1".to_owned()], Vec::new()));
}

fn scanned(path: &str) -> (usize, Vec<String>) {
    let heard = Heard::default();
    trees(&scanner(), &[path.into()], &|told| heard.hear(told));
    let (findings, troubles) = heard.end();
    (findings.len(), troubles.into_iter().map(|trouble| trouble.why).collect())
}

#[test]
fn a_file_that_says_it_is_empty_is_read() {
    let mut child = Command::new("sleep");
    child.arg("60").env("CODE", made_up(Format::Standard, 1)).stdin(Stdio::null());
    let mut child = child.spawn().unwrap();
    let path = format!("/proc/{}/environ", child.id());
    let told = scanned(&path);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(told, (1, Vec::new()));
}

#[test]
fn holes_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk");
    let mut file = File::create(&path).unwrap();
    for at in [1_u64 << 30, 3 << 40] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(format!("\n{}\n", made_up(Format::Standard, at)).as_bytes()).unwrap();
    }
    file.set_len(7 << 40).unwrap();
    // Whoever reads these takes hours.
    let told = scanned(path.to_str().unwrap());
    assert_eq!(told, (2, Vec::new()));
}

#[test]
fn what_is_no_file_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    let is_opened = AtomicBool::new(false);
    thread::scope(|threads| {
        threads.spawn(|| {
            // Waits until somebody opens it to read.
            OpenOptions::new().write(true).open(&pipe).unwrap();
            is_opened.store(true, Ordering::SeqCst);
        });
        thread::sleep(Duration::from_millis(300));
        for path in [folder.path(), &pipe] {
            let (found, troubles) = scanned(path.to_str().unwrap());
            assert_eq!((found, troubles), (0, vec!["skipped: it is no regular file".to_owned()]));
        }
        thread::sleep(Duration::from_millis(300));
        let was = is_opened.load(Ordering::SeqCst);
        fs::File::open(&pipe).unwrap();
        assert!(!was);
    });
}
