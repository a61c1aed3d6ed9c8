//! Cosignatures: whose they are, of what, and when; and what a witness is sent.

#![cfg(test)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use postern_log::{
    Checkpoint, CheckpointError, WitnessKey, add_checkpoint, is_cosigned, open_checkpoint, sign_checkpoint,
    verifier_key,
};
use sha2::{Digest as _, Sha256};

fn witness(name: &str, seed: u8) -> (SigningKey, String, Vec<u8>) {
    let key = SigningKey::from_bytes(&[seed; 32]);
    let typed = [[4].as_slice(), key.verifying_key().as_bytes()].concat();
    let digest = Sha256::digest([name.as_bytes(), b"\n", &typed].concat());
    let id = digest[..4].to_vec();
    let shown: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    (key, format!("{name}+{shown}+{}", STANDARD.encode(&typed)), id)
}

fn line((key, text, id): &(SigningKey, String, Vec<u8>), time: u64, note: &str) -> String {
    let name = text.split_once('+').unwrap().0;
    let (body, _) = note.split_once("\n\n").unwrap();
    let signature = key.sign(format!("cosignature/v1\ntime {time}\n{body}\n").as_bytes());
    let bytes = [id.as_slice(), &time.to_be_bytes(), &signature.to_bytes()].concat();
    format!("— {name} {}\n", STANDARD.encode(bytes))
}

fn note(size: u64) -> String {
    let key = SigningKey::from_bytes(&[1; 32]);
    let checkpoint = Checkpoint { origin: "postern.test/ten_a".to_owned(), size, root: [9; 32] };
    let public = key.verifying_key().to_bytes();
    let sign = |text: &[u8]| Ok::<_, std::convert::Infallible>(key.sign(text).to_bytes());
    sign_checkpoint(&checkpoint, "postern.test/ten_a", &public, sign).unwrap()
}

#[test]
fn a_cosignature_is_this_witnesses_of_this_note_or_none() {
    let (one, two) = (witness("one.test", 2), witness("two.test", 3));
    let (first, second) = (WitnessKey::parse(&one.1).unwrap(), WitnessKey::parse(&two.1).unwrap());
    let bare = note(7);
    assert_eq!((first.name(), second.name()), ("one.test", "two.test"));
    assert_eq!(first.cosigned(&bare), Ok(None));
    assert!(!is_cosigned(&bare));
    // Out of many lines it takes its own, also behind one of another key under its name.
    let renewed = witness("one.test", 5);
    let answered =
        line(&two, 5, &bare) + &line(&renewed, 6, &bare) + &line(&one, 1_800_000_000, &bare) + "— no line\n";
    let cosigned = first.cosign(&bare, &answered).unwrap();
    assert_eq!((first.cosigned(&cosigned), second.cosigned(&cosigned)), (Ok(Some(1_800_000_000)), Ok(None)));
    assert!(is_cosigned(&cosigned));
    let both = second.cosign(&cosigned, &answered).unwrap();
    assert_eq!((first.cosigned(&both), second.cosigned(&both)), (Ok(Some(1_800_000_000)), Ok(Some(5))));
    assert_eq!(first.cosign(&both, &answered).as_deref(), Ok(both.as_str()));
    // The log's own signature is there still.
    let log =
        verifier_key("postern.test/ten_a", &SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes());
    assert_eq!(open_checkpoint(&both, &log).map(|checkpoint| checkpoint.size), Ok(7));

    // Of another note, at another time than it says, by another key under its name: found, not passed over.
    let other = line(&one, 1_800_000_000, &note(8));
    assert_eq!(first.cosigned(&format!("{bare}{other}")), Err(CheckpointError::Signature));
    assert_eq!(first.cosign(&bare, &other), Err(CheckpointError::Signature));
    let mine = line(&one, 1_800_000_000, &bare);
    let mut bytes = STANDARD.decode(mine.trim().rsplit(' ').next().unwrap()).unwrap();
    bytes[11] ^= 1;
    let moved = format!("{bare}— one.test {}\n", STANDARD.encode(&bytes));
    assert_eq!(first.cosigned(&moved), Err(CheckpointError::Signature));
    let forged = line(&(SigningKey::from_bytes(&[4; 32]), one.1.clone(), one.2), 5, &bare);
    assert_eq!(first.cosigned(&format!("{bare}{forged}")), Err(CheckpointError::Signature));
    for none in ["", "<html>", &line(&two, 5, &bare)] {
        assert_eq!(first.cosign(&bare, none), Err(CheckpointError::Unsigned), "{none}");
    }
}

#[test]
fn a_plain_key_is_no_key_of_a_witness() {
    let (_, text, _) = witness("one.test", 2);
    assert!(WitnessKey::parse(&format!("  {text}\n")).is_ok());
    let plain = verifier_key("one.test", &SigningKey::from_bytes(&[2; 32]).verifying_key().to_bytes());
    for odd in [
        "",
        "one.test",
        "one.test+0+",
        &plain,
        &text.replace("one", "two"),
        text.get(..text.len() - 4).unwrap(),
    ] {
        assert!(matches!(WitnessKey::parse(odd), Err(CheckpointError::Key)), "{odd}");
    }
}

#[test]
fn a_request_to_a_witness_is_size_proof_and_note() {
    let asked = add_checkpoint(3, &[[0; 32], [255; 32]], "origin\n7\n");
    let zeros = "A".repeat(43);
    assert_eq!(asked, format!("old 3\n{zeros}=\n{}8=\n\norigin\n7\n", "/".repeat(42)));
    assert_eq!(add_checkpoint(0, &[], "x\n"), "old 0\n\nx\n");
}
