//! What is fuzzed: each reader of bytes from outside, as a function of bytes that panics if the reader breaks a rule.
//!
//! `fuzz/` runs them under libFuzzer and names this file by its path, so that it builds with the readers alone;
//! `tests/fuzz` replays what was found worth keeping, without a fuzzer, and has the readers that need the whole product.
//! No rule here is about what is accepted, only about what follows once it is.
#![expect(clippy::panic, reason = "a panic is how a broken rule is told")]

mod device;
mod shipped;

use std::sync::LazyLock;

use postern_codes::{Format, Parsed, Prefix, Reading, parse};
use postern_core::Time;
use postern_core::application::{Application, ApplicationFact, Token};
use postern_core::bucket::{Bucket, BucketFact};
use postern_core::ids::{EventId, SetId, SubjectId, TenantId};
use postern_core::kernel::{Columns, EventHead, Fact, Held, Image, Key, Record, Row, Sealer};
use postern_core::local_keys::LocalKeys;
use postern_core::prover::{Prover, ProverFact};
use postern_core::subject::{Subject, fact::SubjectFact};
use postern_core::tenant::{Tenant, TenantFact};
use postern_log::{
    Anchor, ConsistencyFile, Frontier, ProofFile, Tile, bundle, canonical_value, is_canonical,
    open_checkpoint, unbundle,
};
use zeroize::Zeroizing;

/// A function that is fuzzed.
pub type Target = fn(&[u8]);

/// Every target, under the name of its binary and its corpus.
pub const TARGETS: [(&str, Target); 13] = [
    ("anchor", anchor),
    ("bundle", entries),
    ("checkpoint", checkpoint),
    ("code", code),
    ("device", device::device),
    ("event", event),
    ("frontier", frontier),
    ("id", id),
    ("proof", proof),
    ("row", row),
    ("shipped", shipped::shipped),
    ("tile", tile),
    ("token", token),
];

/// The target of a name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
}

/// Panics with the rule if it does not hold.
pub fn check(holds: bool, rule: &str) {
    if !holds {
        panic!("broken: {rule}");
    }
}

/// Keys that are made up.
static KEYS: LazyLock<LocalKeys> = LazyLock::new(|| {
    let keys = LocalKeys::new(|_| Some((1, Zeroizing::new([7; 32]))));
    keys.unwrap_or_else(|| panic!("every key is there"))
});

/// A typed word, under one prefix and under two.
fn code(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let newest = Prefix::default();
    let Ok(older) = Prefix::new("ACME") else { return };
    for prefixes in [vec![newest.clone()], vec![newest, older]] {
        let Parsed::Testable { code, reading } = parse(text, &prefixes) else { continue };
        check(code.canonical().len() == code.format().symbols(), "a code has its format's length");
        check(text.chars().count() <= postern_codes::MAX_INPUT, "what is too long is not read");
        let slot = code.slot();
        check(slot.is_none() == (code.format() == Format::Standard), "who has a slot");
        check(slot.is_none_or(|slot| (1..=code.format().most_codes()).contains(&slot)), "a slot is in a set");
        if reading == Reading::AsTyped {
            // As it would be printed it is read as the same code, whichever prefix made it.
            let printed = prefixes.iter().map(|prefix| parse(&code.display(prefix), &prefixes));
            let same = |read: Parsed| {
                matches!(read, Parsed::Testable { code: again, reading: Reading::AsTyped }
                if again.canonical() == code.canonical())
            };
            check(printed.into_iter().any(same), "what is printed is read");
        }
    }
}

/// An event, its fact, and its canonical form.
fn event(bytes: &[u8]) {
    if is_canonical(bytes) {
        let value = serde_json::from_slice(bytes).ok();
        let again = value.and_then(|value: serde_json::Value| canonical_value(&value).ok());
        check(again.as_deref() == Some(bytes), "canonical bytes are written as they were read");
    }
    let Ok(head) = EventHead::read(bytes) else { return };
    fact::<SubjectFact>(&head);
    fact::<TenantFact>(&head);
    fact::<ApplicationFact>(&head);
    fact::<ProverFact>(&head);
    fact::<BucketFact>(&head);
}

fn fact<F: Fact>(head: &EventHead) {
    let _ = head.fact::<F>();
}

/// Text in two parts: a verifier key, and what it is to verify.
fn keyed(bytes: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(bytes).ok()?.split_once('\n')
}

/// A checkpoint under a verifier key.
fn checkpoint(bytes: &[u8]) {
    let Some((key, note)) = keyed(bytes) else { return };
    let _ = open_checkpoint(note, key);
}

/// A proof of one event, or of consistency, under a verifier key.
fn proof(bytes: &[u8]) {
    let Some((key, text)) = keyed(bytes) else { return };
    if let Ok(proof) = ProofFile::parse(text) {
        check(ProofFile::parse(&proof.to_string()).is_ok_and(|again| again == proof), "a proof reads back");
        let _ = proof.check(key);
    }
    if let Ok(proof) = ConsistencyFile::parse(text) {
        let root = Frontier::new().root();
        let again = ConsistencyFile::parse(&proof.to_string());
        check(again.is_ok_and(|again| again == proof), "a proof of consistency reads back");
        let _ = proof.check(key, root);
    }
}

/// The path of a tile.
fn tile(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(tile) = Tile::parse(text) else { return };
    check(tile.to_string() == text, "a tile has one path");
    let _ = tile.leaves();
}

/// A bundle of entries.
fn entries(bytes: &[u8]) {
    let Ok(entries) = unbundle(bytes) else { return };
    let again = bundle(entries.iter().copied());
    check(again.is_ok_and(|again| again == bytes), "a bundle is written as it was read");
}

/// The anchor.
fn anchor(bytes: &[u8]) {
    let Ok(anchor) = Anchor::from_json(bytes) else { return };
    check(anchor.to_json() == bytes, "an anchor has one spelling");
}

/// The right edge of a tree.
fn frontier(bytes: &[u8]) {
    let Ok(mut edge) = Frontier::from_bytes(bytes) else { return };
    check(edge.to_bytes() == bytes, "an edge has one spelling");
    let _ = edge.root();
    if edge.size() < u64::MAX {
        let size = edge.size();
        edge.append(postern_log::leaf_hash(bytes));
        check(edge.size() == size + 1, "an edge grows by one");
    }
}

/// An application's key.
fn token(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(token) = Token::parse(text) else { return };
    let again = Token::parse(&token.text());
    check(
        again.is_some_and(|again| (again.tenant, again.key) == (token.tenant, token.key)),
        "a key reads back",
    );
}

/// Ids and times.
fn id(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for again in [
        TenantId::parse(text).map(|id| id.to_string()),
        SubjectId::parse(text).map(|id| id.to_string()),
        EventId::parse(text).map(|id| id.to_string()),
        SetId::parse(text).map(|id| id.to_string()),
    ] {
        check(again.is_none_or(|again| again == text), "an id has one spelling");
    }
    if let Some(time) = Time::parse(text) {
        let again = serde_json::to_value(time).ok().and_then(|text| Time::parse(text.as_str()?));
        check(again == Some(time), "a time reads back");
    }
}

/// A row's record under a genuine seal: what a release finds that another one wrote. The first byte says which kind, the
/// second its layout.
fn row(bytes: &[u8]) {
    let [kind, layout, record @ ..] = bytes else { return };
    match kind % 5 {
        0 => opened::<Subject>(*layout, record),
        1 => opened::<Tenant>(*layout, record),
        2 => opened::<Application>(*layout, record),
        3 => opened::<Prover>(*layout, record),
        _ => opened::<Bucket>(*layout, record),
    }
}

fn opened<R: Record>(layout: u8, record: &[u8]) {
    let sealer = Sealer::new(&[1; 32], &[2; 32]);
    let key = Key { kind: R::KIND, tenant: TenantId::new([3; 16]), id: [4; 16] };
    let image = Image {
        last: Time::START,
        layout,
        record: record.to_vec(),
        parts: Vec::new(),
        columns: Columns { state: "", due: None },
        claims: Vec::new(),
    };
    let sealed = sealer.seal(key, 1, Some(&image));
    let row = |state: &str, due| Row {
        version: 1,
        body: sealed.body.clone(),
        seal: sealed.seal.to_vec(),
        state: state.to_owned(),
        due,
        parts: Vec::new(),
    };
    for state in ["", "none", "staged", "active", "left"] {
        let Ok(held) = Held::<R>::open(key, Some(&row(state, None)), &sealer) else { continue };
        check(
            held.state().is_some_and(|found| found.columns().state == state),
            "a row's columns are its record's",
        );
    }
}
