//! Formats of backup codes: alphabet, check symbols, display, parsing, correction, generation.
//!
//! Pure functions over text and bytes. No IO, no clock, no randomness of its own: random bytes are an
//! argument of [`generate`], and what a code *opens* is decided elsewhere. The formats are described in `docs/code-formats.md`;
//! the executable reference next to the vectors (`vectors/code_format_reference.py`) decides every doubt.
//!
//! ```
//! use postern_codes::{Format, Parsed, Prefix, Reading, parse};
//!
//! let prefix = Prefix::default();
//! let typed = "pstn 6n6nw s9b8b xyxxt k5nxf y9yz2";
//! let Parsed::Testable { code, reading } = parse(typed, std::slice::from_ref(&prefix)) else {
//!     unreachable!()
//! };
//! assert!(code.format() == Format::Standard && reading == Reading::AsTyped);
//! assert_eq!(code.display(&prefix).as_str(), "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2");
//! ```

mod alphabet;
mod check;
mod clean;
mod code;
mod field;
mod format;
mod generate;
mod numeric;
mod outcome;
mod parse;
mod prefix;
mod typed;

pub use alphabet::ALPHABET;
pub use code::Code;
pub use format::Format;
pub use generate::generate;
pub use outcome::{Parsed, Reading, Refusal};
pub use parse::{MAX_INPUT, exact, parse};
pub use prefix::{Prefix, PrefixError};
