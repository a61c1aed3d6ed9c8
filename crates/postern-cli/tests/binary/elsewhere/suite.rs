//! What every anchor does, wherever it is kept.

use std::time::Duration;

use postern_cluster::{KEY_ID, S3, SECRET};
use postern_core::ports::{AnchorFault, Anchors as _, Cell, CellFault, CellValue, Put};
use postern_log::{Anchor, Frontier, leaf_hash};
use postern_outside::Place;
use postern_outside::anchor_file::{
    AnchorCell, AnchorError, AnchorFile, AnchorKeeper, AwayCell, FileCell, HeldAnchor,
};
use postern_outside::remote::{self, HostCell, S3Cell, S3Settings, SecondHost, Trust};
use tempfile::TempDir;
use tokio::time::Instant;

use super::faults::{Faults, Mode};
use super::keeper::Keeper;
use super::secret;

/// How long one request may take in these tests.
const PATIENCE: Duration = Duration::from_secs(2);

fn frontier(first: &str, size: u8) -> Frontier {
    let mut tree = Frontier::new();
    (0..size).for_each(|leaf| tree.append(leaf_hash(format!("{first}{leaf}").as_bytes())));
    tree
}

fn with(anchor: &Anchor, size: u8) -> Anchor {
    let mut next = anchor.clone();
    next.advance("ten_a", frontier("", size)).unwrap();
    next
}

/// An anchor is absent, begun once, taken over, moved forward and never back.
fn passes<C: AnchorCell + 'static>(cell: impl Fn() -> C) {
    assert!(matches!(HeldAnchor::hold(cell()), Err(AnchorError::Missing { .. })));
    drop(HeldAnchor::begin(cell(), &Anchor::default()).unwrap());
    assert!(HeldAnchor::begin(cell(), &Anchor::default()).is_err(), "it was begun twice");
    let (mut held, begun) = HeldAnchor::hold(cell()).unwrap();
    assert_eq!(begun, Anchor::default());
    let five = with(&held.take_over().unwrap(), 5);
    held.write(&five).unwrap();
    held.write(&five).unwrap();
    for back in [frontier("", 4), frontier("other", 5), frontier("", 0)] {
        let back = Anchor { logs: [("ten_a".to_owned(), back)].into(), ..five };
        assert!(matches!(held.write(&back), Err(AnchorError::Backwards(_))));
    }
    held.write(&with(&five, 6)).unwrap();
    drop(held);
    let (_, found) = HeldAnchor::hold(cell()).unwrap();
    assert_eq!(found, with(&five, 6));
}

/// Of two instances that take over, the one before is fenced off; of two at once, one loses.
fn fences(cell: impl Fn() -> AwayCell + Sync) {
    let (mut one, anchor) = HeldAnchor::begin(cell(), &Anchor::default()).unwrap();
    let (mut other, _) = HeldAnchor::hold(cell()).unwrap();
    one.write(&with(&anchor, 1)).unwrap();
    let second = other.take_over().unwrap();
    assert!(matches!(one.write(&with(&anchor, 2)), Err(AnchorError::Overtaken { epoch: 1 })));
    assert!(matches!(one.take_over(), Err(AnchorError::Overtaken { epoch: 1 })));
    let keeper = AnchorKeeper::new(one, with(&anchor, 1));
    assert_eq!(keeper.keep(Vec::new()), Err(AnchorFault::Overtaken));
    other.write(&with(&second, 2)).unwrap();
}

/// Of writers who saw the same value, one wins.
fn compares(cell: &(dyn Cell + Sync)) {
    let first = Anchor::default().to_json();
    assert_eq!(cell.swap(Some(&CellValue { bytes: Vec::new(), tag: "\"none\"".into() }), &first), Ok(false));
    assert_eq!(cell.swap(None, &first), Ok(true));
    assert_eq!(cell.swap(None, &first), Ok(false));
    for round in 1..5 {
        let seen = cell.read().unwrap().unwrap();
        let next = |epoch| Anchor { epoch, ..Anchor::default() }.to_json();
        let won = std::thread::scope(|threads| {
            let seen = &seen;
            let writers: Vec<_> = (0..4)
                .map(|by| threads.spawn(move || cell.swap(Some(seen), &next(round * 10 + by))))
                .collect();
            let wrote = writers.into_iter().map(|writer| writer.join().unwrap());
            wrote.filter(|wrote| *wrote == Ok(true)).count()
        });
        assert_eq!(won, 1);
    }
}

/// What is put is there once, listed, and read back.
fn ships(place: &dyn postern_core::ports::Place, gives_up: bool) {
    assert_eq!(place.get("ten_a/entries/000.p/7"), Ok(None));
    assert_eq!(place.put("ten_a/entries/000.p/7", b"first"), Ok(Put::Kept));
    assert_eq!(place.put("ten_a/entries/000.p/7", b"second"), Ok(Put::WasThere));
    assert_eq!(place.get("ten_a/entries/000.p/7").unwrap().as_deref(), Some(b"first".as_slice()));
    assert_eq!(place.put("keyring/1/ten_a/0-7", &vec![7; 100_000]), Ok(Put::Kept));
    assert_eq!(place.list("keyring"), Ok(vec!["keyring/1/ten_a/0-7".to_owned()]));
    assert_eq!(place.list("").unwrap().len(), 2);
    place.remove("ten_a/entries/000.p/7").unwrap();
    place.remove("ten_a/entries/000.p/7").unwrap();
    assert_eq!(place.list("ten_a").unwrap().is_empty(), gives_up);
    for odd in ["", "../a", "a//b", "a?b"] {
        assert!(place.put(odd, b"x").is_err(), "{odd:?}");
    }
}

fn of_s3(store: &S3, folder: &TempDir, prefix: &str) -> remote::S3 {
    shown_to(store, folder, prefix, (KEY_ID, SECRET))
}

fn shown_to(store: &S3, folder: &TempDir, prefix: &str, (id, key): (&str, &str)) -> remote::S3 {
    let file = folder.path().join("credentials");
    secret(&file, &format!("{id}\n{key}\n"));
    let settings = S3Settings {
        endpoint: store.url(),
        bucket: "postern-test".to_owned(),
        region: "us-east-1".to_owned(),
        prefix: prefix.to_owned(),
        credentials: Place::File(file),
        trust: Trust::default(),
    };
    remote::S3::new(settings, PATIENCE).unwrap()
}

#[test]
fn a_file_passes() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("anchor");
    passes(|| FileCell::locked(&path).unwrap());
    assert!(AnchorFile::open(&path).is_ok());
}

#[test]
fn an_object_store_passes() {
    let (store, folder) = (S3::start("postern-test"), TempDir::new().unwrap());
    let object = |name: &str| S3Cell::new(of_s3(&store, &folder, "node/one"), name).unwrap();
    object("anchor").check().unwrap();
    object("anchor").check().unwrap();
    passes(|| AwayCell(Box::new(object("anchor"))));
    fences(|| AwayCell(Box::new(object("fenced"))));
    compares(&object("compared"));
    ships(&of_s3(&store, &folder, "shipped"), true);
    drop(store);
    ships(&of_s3(&S3::start("postern-test"), &folder, ""), true);
}

#[test]
fn an_object_store_refuses_whoever_signs_with_another_key() {
    let (store, folder) = (S3::start("postern-test"), TempDir::new().unwrap());
    let place = of_s3(&store, &folder, "");
    let place: &dyn postern_core::ports::Place = &place;
    assert_eq!(place.put("ten_a/entries/000.p/7", b"first"), Ok(Put::Kept));
    for key in [(KEY_ID, "another-secret"), ("ANOTHERKEYID", SECRET)] {
        let place = shown_to(&store, &folder, "", key);
        let place: &dyn postern_core::ports::Place = &place;
        let refused = [
            place.put("ten_a/entries/000.p/9", b"second").map(|_| ()),
            place.get("ten_a/entries/000.p/7").map(|_| ()),
            place.list("").map(|_| ()),
            place.remove("ten_a/entries/000.p/7"),
        ];
        for refused in refused {
            let why = refused.expect_err("it was done").to_string();
            assert!(why.contains("refuses our credentials"), "{why}");
        }
        let cell = S3Cell::new(shown_to(&store, &folder, "", key), "anchor").unwrap();
        assert!(matches!(cell.read(), Err(CellFault::Denied(_))), "{:?}", cell.read());
        assert!(cell.swap(None, b"begun").is_err() && cell.check().is_err());
    }
    let place = of_s3(&store, &folder, "");
    let place: &dyn postern_core::ports::Place = &place;
    assert_eq!(place.list(""), Ok(vec!["ten_a/entries/000.p/7".to_owned()]));
}

#[test]
fn a_store_that_heeds_no_condition_keeps_no_anchor() {
    let (faults, folder) = (Faults::start(), TempDir::new().unwrap());
    faults.is(Mode::Careless);
    let file = folder.path().join("credentials");
    secret(&file, "MADEUPKEYID\nmade-up-secret\n");
    let settings = S3Settings {
        endpoint: faults.url(),
        bucket: "postern-test".to_owned(),
        region: "us-east-1".to_owned(),
        prefix: String::new(),
        credentials: Place::File(file),
        trust: Trust::default(),
    };
    let cell = S3Cell::new(remote::S3::new(settings, PATIENCE).unwrap(), "anchor").unwrap();
    let refused = cell.check().unwrap_err();
    assert!(matches!(&refused, CellFault::Denied(why) if why.contains("without looking")), "{refused:?}");
}

#[test]
fn a_second_host_passes() {
    let keeper = Keeper::start();
    let token = keeper.at("anchor-token");
    let resource = |name: &str| {
        HostCell::new(SecondHost::new(keeper.settings(&token), PATIENCE).unwrap(), name).unwrap()
    };
    passes(|| AwayCell(Box::new(resource("anchor"))));
    fences(|| AwayCell(Box::new(resource("fenced"))));
    compares(&resource("compared"));
    // Tampering clients are refused by the host itself.
    let back = resource("anchor");
    let found = back.read().unwrap().unwrap();
    assert!(matches!(back.swap(Some(&found), &Anchor::default().to_json()), Err(CellFault::Kept(_))));

    let shipping = keeper.at("shipping-token");
    ships(&SecondHost::new(keeper.settings(&shipping), PATIENCE).unwrap(), false);
    // The tokens do not open each other's door, and nobody gets in without a certificate.
    let wrong =
        HostCell::new(SecondHost::new(keeper.settings(&shipping), PATIENCE).unwrap(), "anchor").unwrap();
    assert!(matches!(wrong.read(), Err(CellFault::Denied(_))));
    let mut bare = keeper.settings(&token);
    bare.trust.client = None;
    let bare = HostCell::new(SecondHost::new(bare, PATIENCE).unwrap(), "anchor").unwrap();
    assert!(matches!(bare.read(), Err(CellFault::Away(_))));
    let mut stranger = keeper.settings(&token);
    stranger.trust.authority = Some(keeper.at("client.pem"));
    let stranger = HostCell::new(SecondHost::new(stranger, PATIENCE).unwrap(), "anchor").unwrap();
    assert!(matches!(stranger.read(), Err(CellFault::Away(_))));
}

#[test]
fn what_another_host_answers_wrongly_is_asked_again_and_believed_when_it_is_right() {
    let (faults, folder) = (Faults::start(), TempDir::new().unwrap());
    let token = folder.path().join("token");
    secret(&token, "made-up-token-of-anchors-0000000000\n");
    let settings = postern_outside::remote::HostSettings {
        url: faults.url(),
        token: Place::File(token),
        trust: Trust::default(),
    };
    let host = SecondHost::new(settings, PATIENCE).unwrap();
    let cell = AwayCell(Box::new(HostCell::new(host, "anchor").unwrap()));
    let (mut held, _) = HeldAnchor::begin(cell, &Anchor::default()).unwrap();
    let anchor = held.take_over().unwrap();
    let keeper = AnchorKeeper::new(held, anchor);
    let mut size = 0;
    for mode in [
        Mode::Status(500),
        Mode::Status(429),
        Mode::Garbage,
        Mode::Empty,
        Mode::Missing,
        Mode::Closed,
        Mode::Slow,
        Mode::Endless,
        Mode::Redirect,
        Mode::Status(401),
        Mode::LostAnswer,
    ] {
        faults.is(mode);
        size += 1;
        let began = Instant::now();
        let kept = keeper.keep(vec![("ten_a".to_owned(), frontier("", size))]);
        assert!(matches!(kept, Err(AnchorFault::Unavailable(_))), "{mode:?}: {kept:?}");
        assert!(began.elapsed() < PATIENCE * 3, "{mode:?} took {:?}", began.elapsed());
        let told = kept.unwrap_err().to_string();
        assert!(!told.contains("made-up-token"), "{told}");
        faults.is(Mode::Well);
        keeper.keep(vec![("ten_a".to_owned(), frontier("", size))]).unwrap();
        assert_eq!(Anchor::from_json(&faults.kept()).unwrap().size_of("ten_a"), u64::from(size));
    }
    assert!(matches!(
        keeper.keep(vec![("ten_a".to_owned(), frontier("", 1))]),
        Err(AnchorFault::Backwards(_))
    ));
}
