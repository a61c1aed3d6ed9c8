//! Retention: events that are old enough lose their bytes, and nothing else is lost with them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

mod altered;
mod ended;
mod export;
mod hashes;
mod slow;
mod support;
mod thinned;
mod when;
