//! A month of a botnet against one owner: thousands of sources, words of all three formats, as fast as the throttle
//! lets them, with and without the first factor, over other names too. The owner comes in every day. What a guesser
//! may hope for is computed from the code's own numbers and stated in docs/campaigns.md. The clock is the test's.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests may"
)]

mod botnet;
mod chance;
mod device;
mod month;
mod names;

use postern_codes::{Format, Prefix, generate};

/// Whether the long form was asked for.
fn long() -> bool {
    std::env::var_os("POSTERN_LONG").is_some()
}

/// A well-formed word of a format that is nobody's: another one for every number.
fn word(format: Format, number: u64) -> String {
    let mut state = number.wrapping_mul(6_364_136_223_846_793_005) | 1;
    let slot = u8::try_from(number % 10 + 1).unwrap();
    let code = generate(format, slot, &Prefix::default(), &mut |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = u8::try_from(state >> 56).unwrap();
        }
    });
    code.display(&Prefix::default()).to_string()
}
