//! Tallies: sums without a guard and without evidence. They may slow, and never decide alone.

use crate::ids::TenantId;

/// One addition to a sum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tally {
    /// Whose sum it is.
    pub tenant: TenantId,
    /// What is counted.
    pub measure: &'static str,
    /// Of what: a keyed pseudonym or an id.
    pub dimension: [u8; 16],
    /// The hour since 1970 that it belongs to.
    pub hour: u32,
    /// How many.
    pub count: u32,
}
