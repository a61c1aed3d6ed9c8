//! The tree's hash: SHA-256 with the domain prefixes of RFC 6962 §2.1.

use tlog_tiles::{node_hash, record_hash};

/// A SHA-256 digest: a leaf, an inner node or a root.
pub type Hash = [u8; 32];

/// The leaf hash of an event's canonical bytes: SHA-256(0x00 ‖ event), RFC 6962 §2.1.
pub fn leaf_hash(event: &[u8]) -> Hash {
    record_hash(event).0
}

/// The hash of two neighbouring subtrees: SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1.
pub(crate) fn join(left: Hash, right: Hash) -> Hash {
    node_hash(tlog_tiles::Hash(left), tlog_tiles::Hash(right)).0
}
