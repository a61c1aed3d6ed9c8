//! What was typed, on its way in.

use serde::{Deserialize as _, Deserializer};
use zeroize::Zeroizing;

/// Reads a text into memory that is wiped when it is dropped.
pub(crate) fn secret<'de, D: Deserializer<'de>>(text: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(text).map(Zeroizing::new)
}
