//! The campaign *tamper*: everything that somebody who writes to the database, the anchor or the key file can do behind
//! the product's back, on SQLite and PostgreSQL, and what refuses it or names it. Nothing is "not noticed".
//!
//! [`ways`] is the table. [`ways::controls`] takes each control out of the way, as somebody with the right key could, and shows
//! what would go through and what names it next: so each control is seen to be needed. [`columns`] alters every column of
//! every table. `docs/campaigns.md` says what is found here, and is held against it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests may, and these write behind the store's back"
)]

mod behind;
mod beside;
mod columns;
mod forge;
mod forged;
mod ground;
mod history;
mod live;
mod probe;
mod proofs;
mod seen_by;
mod shown;
mod ways;
