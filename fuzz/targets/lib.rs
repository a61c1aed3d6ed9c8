//! The functions that are fuzzed: those of the test kit, built without the rest of it, and those of the scanner.
#[path = "../../crates/postern-testkit/src/fuzzed/mod.rs"]
pub mod fuzzed;
#[cfg(feature = "whole")]
#[path = "../../crates/postern-testkit/tests/fuzz/whole.rs"]
mod whole;

/// Runs the target of a name.
pub fn run(name: &str, bytes: &[u8]) {
    #[cfg(feature = "whole")]
    if let Some((_, target)) = whole::WHOLE.iter().find(|(known, _)| *known == name) {
        return target(bytes);
    }
    match fuzzed::target(name).or_else(|| postern_scan::fuzzed::target(name)) {
        Some(target) => target(bytes),
        None => panic!("there is no target {name}"),
    }
}
