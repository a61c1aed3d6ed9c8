//! The kernel, the records and their decisions: pure and synchronous.
//!
//! Time and entropy are arguments, facts are the only output, `evolve` is the only way state changes,
//! and a refusal is a decision, never an error. Nothing here knows a clock, a random number generator,
//! SQL, HTTP or an async runtime; what it needs from outside is a trait in [`ports`].
//!
//! | module | what lives there |
//! |---|---|
//! | [`kernel`] | keys, records, facts, held records, drafts, views, seals, events |
//! | [`tenant`], [`application`], [`prover`], [`subject`], [`bucket`] | the records and their decisions |
//! | [`campaign`] | revoking very many sets: at once for whoever tries one, then one by one |
//! | [`kinds`] | live, canary and duress codes, told apart by one key alone |
//! | [`throttle`] | the pure state machine that slows guessing |
//! | [`verifier`] | what is stored instead of a code |
//! | [`device`] | the tokens that make a device known |
//! | [`ports`] | what the core needs from outside, as traits |

pub mod application;
pub mod assurance;
pub mod bucket;
pub mod campaign;
#[cfg(feature = "counted")]
pub mod counted;
pub mod device;
pub mod encoding;
mod format_name;
pub mod frame;
pub mod ids;
pub mod kernel;
pub mod kinds;
pub mod limits;
pub mod local_keys;
pub mod pepper;
pub mod personal;
pub mod ports;
pub mod prover;
pub mod receipt;
pub mod recent;
pub mod shipped;
pub mod subject;
pub mod tenant;
pub mod throttle;
pub mod time;
pub mod verifier;
pub mod withheld;

pub use time::Time;
