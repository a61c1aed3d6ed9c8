//! The functions that are fuzzed: those of the test kit, built without the rest of it.
#[path = "../../crates/postern-testkit/src/fuzzed.rs"]
pub mod fuzzed;

/// Runs the target of a name.
pub fn run(name: &str, bytes: &[u8]) {
    match fuzzed::target(name) {
        Some(target) => target(bytes),
        None => panic!("there is no target {name}"),
    }
}
