//! Every body that a route takes, read by itself: as its route reads it, without a server around it.

use postern_app::RequestBytes;
use serde::de::DeserializeOwned;

use crate::extract::Sent;
use crate::routes::v1::{code_sets, leaks, redemptions, rehearsals, subjects};

/// Reads a body; what stands for its request if it is one.
pub type Reader = fn(&[u8]) -> Option<RequestBytes>;

/// The routes that take a body, as the document has them.
pub const BODIES: [(&str, Reader); 12] = [
    ("patch /v1/subjects/{sub}", read::<subjects::sub::patch::Body>),
    ("post /v1/code-sets", read::<code_sets::post::Body>),
    ("post /v1/code-sets/revoke", read::<code_sets::revoke::post::Body>),
    ("post /v1/code-sets/{set}/codes/{slot}/revoke", read::<code_sets::set::revoke::post::Body>),
    ("post /v1/code-sets/{set}/confirm", read::<code_sets::set::confirm::post::Body>),
    ("post /v1/code-sets/{set}/revoke", read::<code_sets::set::revoke::post::Body>),
    ("post /v1/leaks/check", read::<leaks::check::post::Body>),
    ("post /v1/leaks/inspect", read::<leaks::inspect::post::Body>),
    ("post /v1/redemptions", read::<redemptions::post::Body>),
    ("post /v1/rehearsals", read::<rehearsals::post::Body>),
    ("post /v1/subjects", read::<subjects::post::Body>),
    ("post /v1/subjects/lookup", read::<subjects::lookup::post::Body>),
];

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<RequestBytes> {
    Sent::<T>::read(bytes, String::new()).ok()?.bytes().ok()
}
