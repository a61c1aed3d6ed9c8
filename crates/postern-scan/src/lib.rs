//! Finds leaked backup codes where they should not be: in files, archives, mail and exports.
//!
//! A source gives pieces of content, each with a place. A piece is read through a window, in every reading it may
//! have (as it is, UTF-16, quoted-printable, escapes). Detectors look at each, and what they see becomes a finding: a
//! rule, how sure it is, the place, two symbols, a keyed digest. No finding holds a code.
//!
//! It works offline and asks no service. Memory is bounded by the window, whatever the content is.

mod baseline;
mod decode;
mod detect;
mod document;
mod finding;
#[doc(hidden)]
pub mod fuzzed;
mod held;
mod names;
mod overlap;
mod patterns;
mod place;
mod record;
mod report;
mod scanner;
mod source;
mod spans;
mod state;
mod structure;
mod told;
mod watch;
mod window;

pub use baseline::{Baseline, BaselineError};
pub use detect::others::{Example, RuleFault, Rules};
pub use document::{Document, Documents};
pub use finding::{Confidence, DigestKey, Finding, Masked, RuleName, Standing};
pub use patterns::Tool;
pub use place::{Origin, Place};
pub use report::{Form, Report};
pub use scanner::{Keep, Scanner, Settings, Unfit};
pub use source::{Gauge, Pieces, Spot, Walk, git, input, trees};
pub use spans::Span;
pub use state::{State, StateError};
pub use told::{Told, Totals, Trouble};
pub use watch::Watch;
pub use window::Buffer;
