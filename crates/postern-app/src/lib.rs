//! Use cases: authorise, prepare, decide, sign, answer.
//!
//! ```text
//! token, request ─► look (one read) ─► authorise ─► prepare (MAC, Argon2id) ─► store.decide ─► sign ─► answer
//! ```
//!
//! One module per noun. A use case knows no SQL and no HTTP: it takes a parsed request and gives an answer
//! or a [`Problem`], and whatever it changes goes through a decision of `postern-core`.

mod alarms;
mod app;
pub mod audit;
mod authorise;
mod days;
mod denials;
mod events;
mod failing;
mod jobs;
pub mod jws;
mod keys;
mod lanes;
mod leaks;
mod log;
mod names;
pub mod operator;
mod person;
mod prepare;
mod problem;
mod proof;
mod rare_sums;
mod redemptions;
mod rehearsals;
mod request;
pub mod restore;
mod retention;
mod sets;
mod shipping;
mod source;
mod subjects;
mod sums;
mod tree;
mod witnessing;
mod work;
mod works;

pub use alarms::Alarm;
pub use app::{App, Ports, Settings};
pub use days::Days;
pub use events::{EventPage, EventQuery};
pub use jobs::{Progress, Tick};
pub use leaks::{Inspection, LeakAnswer, LeakCursor, LeakOutcome, LeakQuestion};
pub use log::AnchorProblem;
pub use person::Person;
pub use problem::{Problem, Told};
pub use proof::Proof;
pub use redemptions::{Redeemed, Redemption};
pub use rehearsals::{Rehearsal, RehearsedAt};
pub use request::{Client, Idempotent, RequestBytes, SubjectName};
pub use sets::{
    BulkRevocation, Confirmation, ConfirmedSet, RevokedOf, ShownCode, ShownCodes, Special, StagedSet, Staging,
};
pub use shipping::Shipping;
pub use subjects::{NewSubject, PersonExport, SubjectPatch, SubjectView};
pub use tree::EventName;
pub use witnessing::Witnessing;
pub use works::Work;
