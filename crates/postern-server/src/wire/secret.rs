//! Secrets on their way in and out.

use serde::{Deserialize as _, Deserializer, Serializer};
use zeroize::Zeroizing;

/// Reads a text into memory that is wiped when it is dropped.
pub(crate) fn secret<'de, D: Deserializer<'de>>(text: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(text).map(Zeroizing::new)
}

/// Writes such a text.
pub(crate) fn written<S: Serializer>(text: &Zeroizing<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(text)
}
