//! How a code format stands in records: its name in JSON, one byte in a row. For `#[serde(with = "…")]`.

use postern_codes::Format;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

/// The byte of each format. Never changes its meaning.
const BYTES: [(u8, Format); 3] = [(1, Format::Standard), (2, Format::Compact), (3, Format::Numeric)];

/// Writes a format.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn serialize<S: Serializer>(format: &Format, serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        return serializer.serialize_str(format.name());
    }
    let byte = BYTES.iter().find(|(_, known)| known == format).map(|(byte, _)| *byte);
    serializer.serialize_u8(byte.unwrap_or_default())
}

/// Reads a format.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
    let found = if deserializer.is_human_readable() {
        Format::from_name(&String::deserialize(deserializer)?)
    } else {
        let byte = u8::deserialize(deserializer)?;
        BYTES.iter().find(|(known, _)| *known == byte).map(|(_, format)| *format)
    };
    found.ok_or_else(|| D::Error::custom("a format is standard, compact or numeric"))
}
