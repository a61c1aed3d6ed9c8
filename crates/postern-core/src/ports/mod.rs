//! Ports: what the core needs from outside, as traits.

mod anchor;
mod assertions;
mod clock;
mod entropy;
mod keys;
mod store;

pub use anchor::{AnchorFault, Anchors};
pub use assertions::Assertions;
pub use clock::Clock;
pub use entropy::{Entropy, EntropyFault};
pub use keys::{Keys, KeysUnavailable, PublicKeys, SigningKey, SubjectKeys};
pub use store::{Listed, LogHead, SealedClaim, Sizes, Store};

/// A boxed future: what an async port returns, so that it can be a trait object.
pub type Future<'a, T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;
