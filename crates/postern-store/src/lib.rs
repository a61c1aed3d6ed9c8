//! Stores: memory for tests, SQLite for one machine.
//!
//! | module | what lives there |
//! |---|---|
//! | [`sqlite`] | the store of an installation on one machine |
//! | [`memory`] | the same promises without a disk, for tests |
//! | `settle` | the one algorithm of both: check guards, decide again, apply |
//! | `rows` | what that algorithm needs of a transaction |

pub mod memory;
mod rows;
mod settle;
mod soundness;
pub mod sqlite;
