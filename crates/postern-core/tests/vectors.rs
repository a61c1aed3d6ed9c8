//! The public vectors: subject keys, salts, stretched material and verifiers of all three formats.
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "tests may"
)]

use postern_codes::{Parsed, Prefix, parse};
use postern_core::verifier::{Material, Stretch, slot_salt, subject_key};
use serde_json::Value;

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/code_formats.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn material(case: &Value, stretch: Stretch, salt: &[u8]) -> Material {
    let prefix = Prefix::new(case["prefix"].as_str().unwrap()).unwrap();
    let Parsed::Testable { code, .. } = parse(case["display"].as_str().unwrap(), &[prefix]) else {
        panic!("{} does not read", case["display"])
    };
    Material::new(&code, stretch, salt).unwrap()
}

#[test]
fn every_vector_of_the_verifiers_holds() {
    let vectors = vectors();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 120);
    for case in cases {
        let v = &case["verifier"];
        let pepper: [u8; 32] = bytes(&v["key_hex"]).try_into().unwrap();
        let (tenant, subject) = (v["tenant"].as_str().unwrap(), v["subject"].as_str().unwrap());
        let key = subject_key(&pepper, tenant, subject, &bytes(&v["epoch_hex"]));
        assert_eq!(hex(&*key), v["subject_key_hex"].as_str().unwrap());
        let salt = v.get("subject_salt_hex").map(bytes).unwrap_or_default();
        if let Some(slot) = case["slot"].as_u64() {
            assert_eq!(hex(&slot_salt(&salt, slot as u8)), v["slot_salt_hex"].as_str().unwrap());
        }
        let material = material(case, Stretch::ARGON2ID, &salt);
        if let Some(stretched) = v["stretched_hex"].as_str() {
            assert_eq!(hex(material.bytes()), stretched);
        }
        let generation = v["generation"].as_u64().unwrap() as u32;
        let verifier = material.verifier(&key, generation, &bytes(&v["set_salt_hex"]));
        assert_eq!(hex(&verifier), v["verifier_hex"].as_str().unwrap(), "{}", case["display"]);
    }
}

#[test]
fn pbkdf2_vectors_hold() {
    let vectors = vectors();
    let with = vectors["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|case| Some((case, case["verifier"]["pbkdf2_sha256_600000_hex"].as_str()?)));
    let checked: Vec<_> = with
        .map(|(case, expected)| {
            let salt = bytes(&case["verifier"]["subject_salt_hex"]);
            assert_eq!(hex(material(case, Stretch::PBKDF2, &salt).bytes()), expected);
        })
        .collect();
    assert!(!checked.is_empty());
}
