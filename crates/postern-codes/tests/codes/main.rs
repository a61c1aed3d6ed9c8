//! Tests of the public interface: the shared vectors, properties, prefixes and the generator.
#![expect(clippy::unwrap_used, reason = "helpers of tests: what they unwrap is a mistake in the test")]

mod arbitrary_text;
mod exact;
mod generator;
mod places;
mod prefixes;
mod printed_forms;
mod slips;
mod support;
mod vectors;
mod written;
