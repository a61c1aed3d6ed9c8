//! Ports: what the core needs from outside, as traits.

mod anchor;
mod assertions;
mod cell;
mod clock;
mod custody;
mod entropy;
mod keys;
mod place;
mod shelf;
mod store;
mod witness;

pub use anchor::{AnchorFault, Anchors};
pub use assertions::Assertions;
pub use cell::{Cell, CellFault, CellValue};
pub use clock::Clock;
pub use custody::{Custody, CustodyFault};
pub use entropy::{Entropy, EntropyFault};
pub use keys::{Keys, KeysUnavailable, PublicKeys, SigningKey, SubjectKeys};
pub use place::{Place, PlaceFault, Put};
pub use shelf::{NamePage, Shelf, Wanted};
pub use store::{Copied, ForgedEvent, Listed, LogHead, PutAside, SealedClaim, Sizes, Store, StoredTile};
pub use witness::{Witness, WitnessFault, Witnessed};

/// A boxed future: what an async port returns, so that it can be a trait object.
pub type Future<'a, T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;
