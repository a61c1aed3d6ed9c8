//! Canonical JSON (RFC 8785, the JSON Canonicalization Scheme), narrowed to integers.
//!
//! A fraction has no place in evidence and is where canonical JSON goes wrong between languages: the only
//! numbers are integers within ±(2⁵³ − 1), which every JSON reader holds exactly (RFC 7493 §2.2).

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};
use serde_json::{Number, Serializer, Value};

mod again;

const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why a value has no canonical bytes here.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// A fraction, or an integer outside ±(2⁵³ − 1).
    #[error("{0} is no integer within ±(2^53 - 1)")]
    Number(Number),
    /// The value's own serializer failed, or met such a number.
    #[error("not serializable as canonical JSON: {0}")]
    Serialize(#[from] serde_json::Error),
}

/// The canonical bytes of a struct whose fields are *declared* in RFC 8785 order, at the cost of one plain
/// serialization: nothing is sorted. Numbers are checked always, the order in debug builds only.
///
/// # Errors
/// A number is no admitted integer, or the value's own serializer fails. (`serde_json` has made `null` of a
/// not-a-number before this crate sees it.)
pub fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    let mut bytes = Vec::with_capacity(512);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, IntegersOnly))?;
    debug_assert!(is_canonical(&bytes), "fields or keys that are not in RFC 8785 order");
    Ok(bytes)
}

/// The canonical bytes of any JSON value: keys sorted by UTF-16 code units at every level (RFC 8785 §3.2.3).
///
/// # Errors
/// [`CanonicalError::Number`] for a fraction or an integer out of range.
pub fn canonical_value(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    let mut bytes = Vec::new();
    write(value, &mut bytes)?;
    Ok(bytes)
}

/// Whether the bytes are the canonical form of what they say. No panic on any input; a nesting deeper than
/// `serde_json` reads (127) is not canonical.
pub fn is_canonical(bytes: &[u8]) -> bool {
    again::is_said_again(bytes)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_unstable_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            out.push(b'{');
            for (position, (key, member)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, key)?;
                out.push(b':');
                write(member, out)?;
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Number(number) if !is_admitted(number) => return Err(CanonicalError::Number(number.clone())),
        // serde_json escapes strings as RFC 8785 §3.2.2.2 asks: the short escapes, \u00xx in lower case for the
        // other control characters, and nothing else.
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            serde_json::to_writer(&mut *out, value)?;
        }
    }
    Ok(())
}

fn is_admitted(number: &Number) -> bool {
    let magnitude = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
    magnitude.is_some_and(|magnitude| magnitude <= MAX_INTEGER)
}

/// serde_json's compact output, except that it refuses numbers that are not admitted. Narrower integers than
/// 64 bits are always in range.
struct IntegersOnly;

impl Formatter for IntegersOnly {
    fn write_i64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: i64) -> io::Result<()> {
        if value.unsigned_abs() > MAX_INTEGER {
            return Err(not_admitted());
        }
        CompactFormatter.write_i64(writer, value)
    }

    fn write_u64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        if value > MAX_INTEGER {
            return Err(not_admitted());
        }
        CompactFormatter.write_u64(writer, value)
    }

    fn write_i128<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: i128) -> io::Result<()> {
        self.write_i64(writer, i64::try_from(value).map_err(|_| not_admitted())?)
    }

    fn write_u128<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: u128) -> io::Result<()> {
        self.write_u64(writer, u64::try_from(value).map_err(|_| not_admitted())?)
    }

    fn write_f32<W: ?Sized + io::Write>(&mut self, _: &mut W, _: f32) -> io::Result<()> {
        Err(not_admitted())
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, _: &mut W, _: f64) -> io::Result<()> {
        Err(not_admitted())
    }
}

fn not_admitted() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a number is no integer within ±(2^53 - 1)")
}
