//! Stores: memory for tests, SQLite for one machine, PostgreSQL for many.
//!
//! | module | what lives there |
//! |---|---|
//! | [`sqlite`] | the store of an installation on one machine |
//! | [`postgres`] | the store of an installation on many machines |
//! | [`memory`] | the same promises without a disk, for tests |
//! | [`many`] | many new records at once, to fill a database for measuring |
//! | `settle` | the one algorithm of all: check guards, decide again, apply |
//! | `rows` | what that algorithm needs of a transaction |
//! | `loaded` | such a transaction in memory |

mod loaded;
pub mod many;
pub mod memory;
pub mod postgres;
mod rows;
mod settle;
mod soundness;
pub mod sqlite;
