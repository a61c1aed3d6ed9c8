//! What settling work needs of a transaction: reads before the first write, then writes.

use std::convert::Infallible;

use postern_core::ids::TenantId;
use postern_core::kernel::{
    Claim, ClaimKey, DraftEvent, Key, KeyringEntry, Put, Row, Seal, Sealed, Sealer, StoredEvent, Tally,
    ThinnedEvent, View, Want,
};
use postern_core::ports::SealedClaim;

/// What the state column of an ended record says.
pub(crate) const ENDED: &str = "ended";

/// Reads rows as they are, believing nothing.
pub(crate) trait Reads {
    /// Why a read failed.
    type Fault;

    /// A record's row with its parts.
    fn row(&self, key: Key) -> Result<Option<Row>, Self::Fault>;

    /// Who holds a place.
    fn claim(&self, place: &ClaimKey) -> Result<Option<SealedClaim>, Self::Fault>;
}

/// What guards compare of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Standing {
    /// The row's version; `None` without a row.
    pub(crate) version: Option<u64>,
    /// Whether the log already has the event that would come next: the row is an old one, put back.
    pub(crate) is_old: bool,
}

/// One transaction: it is not seen by others until it commits.
pub(crate) trait Rows: Reads {
    /// Where a record stands.
    fn standing(&self, key: Key) -> Result<Standing, Self::Fault>;

    /// Whether the right edge of a tenant's tree is as it was written.
    fn head_is_genuine(&mut self, tenant: TenantId) -> Result<bool, Self::Fault>;

    /// Writes a record's row and parts.
    fn put(&mut self, key: Key, put: &Put, sealed: &Sealed) -> Result<(), Self::Fault>;

    /// Takes a place.
    fn take(&mut self, claim: &Claim, seal: Seal) -> Result<(), Self::Fault>;

    /// Gives up a place.
    fn release(&mut self, place: &ClaimKey) -> Result<(), Self::Fault>;

    /// Forgets a wrapped key.
    fn forget_key(&mut self, subject: Key) -> Result<(), Self::Fault>;

    /// Keeps a wrapped key.
    fn keep_key(&mut self, entry: &KeyringEntry) -> Result<(), Self::Fault>;

    /// Writes an event as the next one of its tenant, and its leaf into the tenant's tree.
    fn append(&mut self, event: &DraftEvent, mac: Seal) -> Result<(), Self::Fault>;

    /// Adds to sums.
    fn tally(&mut self, tallies: &[Tally]);
}

/// Reads what is wanted into a view. The caller sees to it that all of it is from one moment.
pub(crate) fn view<R: Reads>(rows: &R, wants: &[Want], sealer: &Sealer) -> Result<View, R::Fault> {
    let mut view = View::new(sealer.clone());
    for want in wants {
        match want {
            Want::Key(key) => view.found(*key, rows.row(*key)?),
            Want::Claim { place, kind } => {
                let claim = rows.claim(place)?;
                let row = match &claim {
                    Some((claim, _)) => rows.row(claim.owner)?,
                    None => None,
                };
                view.followed(*place, *kind, claim, row);
            }
        }
    }
    Ok(view)
}

/// The value of a result that has no other side.
pub(crate) fn infallible<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// What is left of an event, from the columns of one.
pub(crate) fn thinned(columns: StoredEvent) -> ThinnedEvent {
    let StoredEvent { index, key, version, bytes, mac } = columns;
    ThinnedEvent { index, key, version, leaf: bytes, mac }
}
