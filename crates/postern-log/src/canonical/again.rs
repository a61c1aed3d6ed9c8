//! Whether bytes are canonical: each value is written again as it is read, and compared at once. Nothing is kept but the
//! last key of each object, so that a log is verified at the speed of reading it.

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::MAX_INTEGER;

/// Whether what the bytes say, written canonically, is the bytes.
pub(super) fn is_said_again(bytes: &[u8]) -> bool {
    let mut rest = Rest(bytes);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Again(&mut rest).deserialize(&mut reader).is_ok() && reader.end().is_ok() && rest.0.is_empty()
}

/// What has not been said again yet. What is written must be what comes next.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn next<E: Error>(&mut self, said: &[u8]) -> Result<(), E> {
        self.0 = self.0.strip_prefix(said).ok_or_else(|| E::custom("it is written in another way"))?;
        Ok(())
    }

    /// A string that stands in the bytes as it is: nothing in it is escaped, and nothing needs to be.
    fn text<E: Error>(&mut self, said: &str) -> Result<(), E> {
        [b"\"", said.as_bytes(), b"\""].into_iter().try_for_each(|part| self.next(part))
    }

    /// Other strings, and numbers, as `serde_json` writes them, which is as RFC 8785 §3.2.2 asks.
    fn value<E: Error>(&mut self, said: impl Serialize) -> Result<(), E> {
        serde_json::to_writer(self, &said).map_err(E::custom)
    }
}

impl io::Write for Rest<'_> {
    fn write(&mut self, said: &[u8]) -> io::Result<usize> {
        self.next::<serde_json::Error>(said)?;
        Ok(said.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A value that is to be said again.
struct Again<'r, 'a>(&'r mut Rest<'a>);

impl<'de> DeserializeSeed<'de> for Again<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Again<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("canonical JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.next(b"null")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.value(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        admitted(value)?;
        self.0.value(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        admitted(value.unsigned_abs())?;
        self.0.value(value)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<(), E> {
        self.0.text(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.0.value(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.next(b"[")?;
        let mut between = b"".as_slice();
        while items.next_element_seed(Item { between, rest: self.0 })?.is_some() {
            between = b",";
        }
        self.0.next(b"]")
    }

    /// A key that is said twice is not behind itself.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.0.next(b"{")?;
        let mut last: Option<Name<'de>> = None;
        while let Some(name) = members.next_key::<Name<'de>>()? {
            if let Some(last) = last {
                self.0.next(b",")?;
                last.is_before(&name)
                    .then_some(())
                    .ok_or_else(|| A::Error::custom("keys that are not in order"))?;
            }
            match name.0 {
                Cow::Borrowed(plain) => self.0.text(plain)?,
                Cow::Owned(ref escaped) => self.0.value(escaped)?,
            }
            self.0.next(b":")?;
            members.next_value_seed(Again(self.0))?;
            last = Some(name);
        }
        self.0.next(b"}")
    }
}

/// An item of an array, with what stands before it.
struct Item<'r, 'a> {
    between: &'static [u8],
    rest: &'r mut Rest<'a>,
}

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        self.rest.next(self.between)?;
        Again(self.rest).deserialize(reader)
    }
}

/// A member's name, as it stands in the bytes if nothing in it is escaped.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl Name<'_> {
    /// By UTF-16 code units (RFC 8785 §3.2.3).
    fn is_before(&self, other: &Self) -> bool {
        self.0.encode_utf16().lt(other.0.encode_utf16())
    }
}

fn admitted<E: Error>(magnitude: u64) -> Result<(), E> {
    if magnitude <= MAX_INTEGER { Ok(()) } else { Err(E::custom("a number out of range")) }
}
