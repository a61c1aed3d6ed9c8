//! Unknown, wrong, spent, old, canary, staged, revoked, expired, suspended, left: a word that is not accepted is
//! answered alike, byte for byte, after the same work. The short form counts the work (HMACs, calls of the key
//! service, stretches, rows opened, reads, writes, bytes); the long form measures time over loopback.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "tests may"
)]

mod answers;
mod cases;
mod leaks;
mod measured;
mod statistics;
mod work;

use postern_codes::Format;

/// A well-formed word of a format that is nobody's.
fn guess(format: Format) -> &'static str {
    match format {
        Format::Standard => "6N6NWS9B8BXYXXTK5NXFY9YZ2",
        Format::Compact => "1258Y5G6C7RMPK84",
        Format::Numeric => "010737776601044539083157",
    }
}
