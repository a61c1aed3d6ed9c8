//! Every number from 1 to 35 is a test or waits for a part of the product, and the table in the docs says which.

use std::collections::BTreeMap;

/// What waits, and for which part.
pub(crate) const WAITING: [(u8, &str); 1] =
    [(22, "guides for identity platforms: which factor a login page asks for first is theirs")];

const SOURCES: [&str; 5] = [
    include_str!("guess.rs"),
    include_str!("life.rs"),
    include_str!("once.rs"),
    include_str!("secret.rs"),
    include_str!("typing.rs"),
];

/// Tests by number.
fn tests() -> BTreeMap<u8, Vec<&'static str>> {
    let mut found: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
    for line in SOURCES.into_iter().flat_map(str::lines) {
        let Some(name) = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn ")) else {
            continue;
        };
        let Some(rest) = name.strip_prefix("peer_failure_b") else { continue };
        let name = name.split('(').next().unwrap();
        found.entry(rest[..2].parse().unwrap()).or_default().push(name);
    }
    found
}

#[test]
fn every_number_is_a_test_or_waits_and_never_both() {
    let (tests, waiting) = (tests(), BTreeMap::from(WAITING));
    assert_eq!(waiting.len(), WAITING.len(), "a number waits twice");
    for number in 1..=35 {
        assert_ne!(tests.contains_key(&number), waiting.contains_key(&number), "B{number}");
    }
    assert_eq!(tests.len() + waiting.len(), 35, "there is a number above 35");
}

#[test]
fn the_table_in_the_docs_says_the_same() {
    let docs =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/campaigns.md")).unwrap();
    let rows: BTreeMap<u8, &str> = docs
        .lines()
        .filter_map(|line| {
            let (number, row) = line.strip_prefix("| B")?.split_once(" | ")?;
            Some((number.parse().ok()?, row))
        })
        .collect();
    assert_eq!(rows.len(), 35);
    for (number, names) in tests() {
        let told = rows[&number];
        assert!(names.iter().all(|name| told.contains(&format!("`{name}`"))), "B{number}: {told}");
    }
    for (number, part) in WAITING {
        assert!(rows[&number].contains(&format!("waits for {part}")), "B{number}: {}", rows[&number]);
    }
    let named = docs.matches("`peer_failure_b").count();
    assert_eq!(
        named,
        tests().values().map(Vec::len).sum::<usize>(),
        "the table names a test that is not there"
    );
}
