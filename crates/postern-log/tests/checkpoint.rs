//! Checkpoints: what opens, what does not, and that signed_note's own signer and verifier read the same.

#![cfg(test)]

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use postern_log::{
    Checkpoint, CheckpointError, SignError, assemble_checkpoint, leaf_hash, open_checkpoint,
    open_checkpoint_of, sign_checkpoint, verifier_key,
};
use proptest::prelude::*;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};

const ORIGIN: &str = "codes.example/log/ten_1";

struct Key {
    name: &'static str,
    secret: SigningKey,
}

impl Key {
    fn new(name: &'static str, seed: u8) -> Self {
        Self { name, secret: SigningKey::from_bytes(&[seed; 32]) }
    }

    fn public(&self) -> [u8; 32] {
        self.secret.verifying_key().to_bytes()
    }

    fn verifier(&self) -> String {
        verifier_key(self.name, &self.public())
    }

    fn sign_text(&self, text: &str) -> [u8; 64] {
        self.secret.sign(text.as_bytes()).to_bytes()
    }

    fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SignError<Infallible>> {
        sign_checkpoint(checkpoint, self.name, &self.public(), |text| Ok(self.secret.sign(text).to_bytes()))
    }

    /// signed_note's own signer of the same key.
    fn standard(&self) -> StandardSigner {
        let id = self.verifier().split('+').nth(1).unwrap().to_owned();
        let secret = STANDARD.encode([&[1], self.secret.to_bytes().as_slice()].concat());
        StandardSigner::new(&format!("PRIVATE+KEY+{}+{id}+{secret}", self.name)).unwrap()
    }

    /// Signs any text at all, as only the key's holder could.
    fn note(&self, text: &str) -> String {
        let mut note = Note::new(text.as_bytes(), &[]).unwrap();
        note.add_sigs(&[&self.standard()]).unwrap();
        String::from_utf8(note.to_bytes()).unwrap()
    }
}

fn log_key() -> Key {
    Key::new("codes.example/log", 1)
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size: 1234, root: leaf_hash(b"{}") }
}

#[test]
fn the_body_is_three_lines() {
    assert_eq!(
        Checkpoint { root: [0; 32], ..checkpoint() }.body(),
        "codes.example/log/ten_1\n1234\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    );
}

#[test]
fn the_published_verifier_key_comes_out() {
    let published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key = STANDARD.decode(published.rsplit('+').next().unwrap()).unwrap();
    assert_eq!(verifier_key("PeterNeumann", key[1..].try_into().unwrap()), published);
}

#[test]
fn what_is_signed_opens() {
    let note = log_key().sign(&checkpoint()).unwrap();
    assert!(note.starts_with(&format!("{}\n— codes.example/log ", checkpoint().body())));
    assert_eq!(open_checkpoint(&note, &log_key().verifier()), Ok(checkpoint()));
    assert_eq!(open_checkpoint_of(ORIGIN, &note, &log_key().verifier()), Ok(checkpoint()));
}

#[test]
fn the_standard_signer_and_ours_write_the_same_note() {
    let ours = log_key().sign(&checkpoint()).unwrap();
    let standard = log_key().note(&checkpoint().body());
    assert_eq!(ours, standard);
    assert_eq!(open_checkpoint(&standard, &log_key().verifier()), Ok(checkpoint()));
    let verifier = StandardVerifier::new(&log_key().verifier()).unwrap();
    let note = Note::from_bytes(ours.as_bytes()).unwrap();
    let (verified, other) = note.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((verified.len(), other.len()), (1, 0));
}

#[test]
fn any_changed_character_of_the_text_is_found() {
    let note = log_key().sign(&checkpoint()).unwrap();
    for position in 0..checkpoint().body().len() {
        let mut bytes = note.clone().into_bytes();
        bytes[position] ^= 1;
        let changed = String::from_utf8(bytes).unwrap();
        assert!(open_checkpoint(&changed, &log_key().verifier()).is_err(), "{changed}");
    }
    let larger = note.replace("1234", "1235");
    assert_eq!(open_checkpoint(&larger, &log_key().verifier()), Err(CheckpointError::Signature));
}

#[test]
fn signatures_of_unknown_keys_are_ignored_and_do_not_suffice() {
    let witness = Key::new("witness.example", 2);
    let mut note = Note::from_bytes(log_key().sign(&checkpoint()).unwrap().as_bytes()).unwrap();
    note.add_sigs(&[&witness.standard()]).unwrap();
    let both = String::from_utf8(note.to_bytes()).unwrap();
    assert_eq!(open_checkpoint(&both, &log_key().verifier()), Ok(checkpoint()));
    assert_eq!(open_checkpoint(&both, &witness.verifier()), Ok(checkpoint()));

    // Not even a broken one of another key harms.
    let lines: Vec<&str> = both.lines().collect();
    let broken = both.replace(lines[5], "— witness.example AAAAAAAA");
    assert_eq!(open_checkpoint(&broken, &log_key().verifier()), Ok(checkpoint()));

    let alone = witness.sign(&checkpoint()).unwrap();
    assert_eq!(open_checkpoint(&alone, &log_key().verifier()), Err(CheckpointError::Unsigned));
    // The name alone makes no key known.
    let namesake = Key::new("codes.example/log", 3).sign(&checkpoint()).unwrap();
    assert_eq!(open_checkpoint(&namesake, &log_key().verifier()), Err(CheckpointError::Unsigned));
}

#[test]
fn a_checkpoint_of_another_log_is_not_taken_for_this_one() {
    let other = Checkpoint { origin: "codes.example/log/ten_2".to_owned(), ..checkpoint() };
    let note = log_key().sign(&other).unwrap();
    let refused = CheckpointError::Origin { expected: ORIGIN.to_owned(), found: other.origin };
    assert_eq!(open_checkpoint_of(ORIGIN, &note, &log_key().verifier()), Err(refused));
}

#[test]
fn signed_texts_that_are_no_checkpoint_are_refused() {
    let hash = STANDARD.encode([9; 32]);
    let texts = [
        "\n".to_owned(),
        format!("{ORIGIN}\n"),
        format!("\n1\n{hash}\n"),
        format!("{ORIGIN}\n01\n{hash}\n"),
        format!("{ORIGIN}\n+1\n{hash}\n"),
        format!("{ORIGIN}\n18446744073709551616\n{hash}\n"),
        format!("{ORIGIN}\n1\n{}\n", STANDARD.encode([9; 31])),
        format!("{ORIGIN}\n1\n{}\n", hash.trim_end_matches('=')),
        format!("{ORIGIN}\n1\n{hash}\nextension\n"),
        format!("{ORIGIN}\n1\n{hash}\n\n"),
    ];
    for text in texts {
        let opened = open_checkpoint(&log_key().note(&text), &log_key().verifier());
        assert_eq!(opened, Err(CheckpointError::Text), "{text:?}");
    }
}

#[test]
fn what_would_not_open_is_not_signed() {
    let sign = |origin: &str| log_key().sign(&Checkpoint { origin: origin.to_owned(), ..checkpoint() });
    let injected = format!("{ORIGIN}\n9\n{}", STANDARD.encode([9; 32]));
    for origin in ["", "a\n", "\na", "a\tb", "a\rb", injected.as_str()] {
        assert!(sign(origin).is_err(), "{origin:?}");
    }
    let signature = log_key().sign_text(&checkpoint().body());
    for name in ["", "a b", "a+b", "a\n", "a\u{a0}b", "a\0"] {
        assert!(
            assemble_checkpoint(&checkpoint(), name, &log_key().public(), signature).is_err(),
            "{name:?}"
        );
    }
    let other_public = Key::new("other", 4).public();
    let refused = assemble_checkpoint(&checkpoint(), log_key().name, &other_public, signature);
    assert_eq!(refused, Err(CheckpointError::Signature));
}

#[test]
fn the_signers_own_error_comes_through() {
    let result =
        sign_checkpoint(&checkpoint(), "log", &log_key().public(), |_| Err("the key service is away"));
    assert_eq!(result, Err(SignError::Signer("the key service is away")));
}

#[test]
fn malformed_verifier_keys_are_refused() {
    let note = log_key().sign(&checkpoint()).unwrap();
    let good = log_key().verifier();
    let wrong_id = good.replacen(good.split('+').nth(1).unwrap(), "00000000", 1);
    for key in [
        "",
        "a",
        "a+b",
        "a+00000000+",
        "a+zzzzzzzz+AAAA",
        wrong_id.as_str(),
        good.get(..good.len() - 4).unwrap(),
    ] {
        assert_eq!(open_checkpoint(&note, key), Err(CheckpointError::Key), "{key:?}");
    }
}

proptest! {
    #[test]
    fn any_text_and_key_is_judged_without_panic(note in any::<String>(), key in any::<String>()) {
        prop_assert!(open_checkpoint(&note, &log_key().verifier()).is_err());
        prop_assert!(open_checkpoint(&note, &key).is_err());
        prop_assert!(open_checkpoint(&log_key().sign(&checkpoint()).unwrap(), &key).is_err());
    }

    #[test]
    fn a_note_with_any_edit_never_says_anything_else(at in any::<prop::sample::Index>(), with in "[ -~\n—]{0,3}") {
        let note: Vec<char> = log_key().sign(&checkpoint()).unwrap().chars().collect();
        let at = at.index(note.len());
        let edited: String = note[..at].iter().copied().chain(with.chars()).chain(note[at + 1..].iter().copied()).collect();
        if let Ok(opened) = open_checkpoint(&edited, &log_key().verifier()) {
            prop_assert_eq!(opened, checkpoint());
        }
    }

    #[test]
    fn any_signed_text_is_judged_without_panic(text in "[a-z0-9\n=+/A-Z]{0,80}\n") {
        if let Ok(opened) = open_checkpoint(&log_key().note(&text), &log_key().verifier()) {
            prop_assert_eq!(opened.body(), text);
        }
    }

    #[test]
    fn every_size_and_root_comes_back(size in any::<u64>(), root in any::<[u8; 32]>()) {
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root };
        let note = log_key().sign(&checkpoint).unwrap();
        prop_assert_eq!(open_checkpoint(&note, &log_key().verifier()), Ok(checkpoint));
    }
}
