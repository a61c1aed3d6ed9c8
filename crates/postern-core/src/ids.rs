//! Typed identifiers: the registry of their prefixes, and their text.
//!
//! An id of a record is 16 random bytes. Ids of what happens inside a record say where: `evt_` and `red_`
//! hold the record and its version, `set_` the subject and its generation, `key_` the application and the
//! key's number. So none of them needs a look-up table.

use std::fmt;
use std::marker::PhantomData;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::encoding::{base32, from_base32};
use crate::kernel::Kind;

/// What an [`Id`] identifies: its prefix in text.
pub trait Named {
    /// Letters before the underscore.
    const PREFIX: &'static str;
}

/// The registry, in alphabetical order.
pub mod named {
    use super::Named;

    /// A calling application.
    #[derive(Clone, Copy)]
    pub enum Application {}
    /// One of the fixed places where guesses for nobody are counted.
    #[derive(Clone, Copy)]
    pub enum Bucket {}
    /// Who vouches that a holder was there.
    #[derive(Clone, Copy)]
    pub enum Prover {}
    /// The holder of codes.
    #[derive(Clone, Copy)]
    pub enum Subject {}
    /// An organisation, apart from all others.
    #[derive(Clone, Copy)]
    pub enum Tenant {}

    impl Named for Application {
        const PREFIX: &'static str = "app";
    }
    impl Named for Bucket {
        const PREFIX: &'static str = "bkt";
    }
    impl Named for Prover {
        const PREFIX: &'static str = "prv";
    }
    impl Named for Subject {
        const PREFIX: &'static str = "sub";
    }
    impl Named for Tenant {
        const PREFIX: &'static str = "ten";
    }
}

/// 16 bytes with a type; text is the prefix, an underscore and 26 symbols of base32.
pub struct Id<N>([u8; 16], PhantomData<fn() -> N>);

/// Names an application.
pub type ApplicationId = Id<named::Application>;
/// Names a bucket of unknown subjects.
pub type BucketId = Id<named::Bucket>;
/// Names a prover.
pub type ProverId = Id<named::Prover>;
/// Names a subject.
pub type SubjectId = Id<named::Subject>;
/// Names a tenant.
pub type TenantId = Id<named::Tenant>;

impl TenantId {
    /// The tenant whose log holds the installation's own acts.
    pub const SYSTEM: Self = Self([0; 16], PhantomData);
}

impl<N> Id<N> {
    /// An id from bytes: random ones for a new object, stored ones for a known object.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes, PhantomData)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl<N: Named> Id<N> {
    /// Reads the text form; any other spelling is `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        from_base32(after_prefix(text, N::PREFIX)?)?.try_into().ok().map(Self::new)
    }
}

/// What follows `prefix_`, if the text begins so.
fn after_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)?.strip_prefix('_')
}

impl<N> Clone for Id<N> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<N> Copy for Id<N> {}
impl<N> PartialEq for Id<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<N> Eq for Id<N> {}
impl<N> PartialOrd for Id<N> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<N> Ord for Id<N> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<N> std::hash::Hash for Id<N> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<N: Named> fmt::Display for Id<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", N::PREFIX, base32(&self.0))
    }
}
impl<N: Named> fmt::Debug for Id<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<N: Named> Serialize for Id<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}
impl<'de, N: Named> Deserialize<'de> for Id<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return <[u8; 16]>::deserialize(deserializer).map(Self::new);
        }
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom(format!("an id here looks like {}_…", N::PREFIX)))
    }
}

/// A place inside a record: the record's 16 bytes and a number, written as short as it goes.
fn numbered(prefix: &str, head: &[u8], number: u64) -> String {
    let tail = number.to_be_bytes();
    let short: Vec<u8> = tail.into_iter().skip_while(|byte| *byte == 0).collect();
    format!("{prefix}_{}", base32(&[head, &short].concat()))
}

/// Undoes [`numbered`]; `None` unless it is exactly what `numbered` would write.
fn from_numbered<const HEAD: usize>(text: &str, prefix: &str) -> Option<([u8; HEAD], u64)> {
    let bytes = from_base32(after_prefix(text, prefix)?)?;
    let (head, tail) = bytes.split_first_chunk::<HEAD>()?;
    let number = (tail.len() <= 8 && tail.first() != Some(&0))
        .then(|| tail.iter().fold(0u64, |number, byte| (number << 8) | u64::from(*byte)))?;
    Some((*head, number))
}

/// Names a code set: its subject and generation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SetId {
    /// Whose set it is.
    pub subject: SubjectId,
    /// Which of the subject's sets, from 1.
    pub generation: u32,
}

impl SetId {
    /// Reads `set_…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (subject, generation) = from_numbered(text, "set")?;
        Some(Self { subject: Id::new(subject), generation: u32::try_from(generation).ok()? })
    }
}

impl fmt::Display for SetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&numbered("set", &self.subject.bytes(), u64::from(self.generation)))
    }
}

/// Names an event: the record it is about and the version that it gave it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventId {
    /// Kind of the record.
    pub kind: Kind,
    /// The record's id.
    pub object: [u8; 16],
    /// The record's version after the event, from 1.
    pub version: u64,
}

impl EventId {
    /// Reads `evt_…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (head, version) = from_numbered::<17>(text, "evt")?;
        let (kind, object) = head.split_first_chunk::<1>()?;
        Some(Self { kind: Kind::from_number(kind[0])?, object: object.try_into().ok()?, version })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut head = [0; 17];
        let (kind, object) = head.split_at_mut(1);
        kind.copy_from_slice(&[self.kind.number()]);
        object.copy_from_slice(&self.object);
        f.write_str(&numbered("evt", &head, self.version))
    }
}

/// Names a redemption: the subject and the version in which its code was spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RedemptionId {
    /// Whose code it was.
    pub subject: SubjectId,
    /// The subject's version after the spend.
    pub version: u64,
}

impl RedemptionId {
    /// Reads `red_…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (subject, version) = from_numbered(text, "red")?;
        Some(Self { subject: Id::new(subject), version })
    }
}

impl fmt::Display for RedemptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&numbered("red", &self.subject.bytes(), self.version))
    }
}

/// Names an application's key: the application and the key's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ApplicationKeyId {
    /// Whose key it is.
    pub application: ApplicationId,
    /// Which of the application's keys, from 1.
    pub number: u32,
}

impl ApplicationKeyId {
    /// Reads `key_…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (application, number) = from_numbered(text, "key")?;
        Some(Self { application: Id::new(application), number: u32::try_from(number).ok()? })
    }
}

impl fmt::Display for ApplicationKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&numbered("key", &self.application.bytes(), u64::from(self.number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_back_and_has_one_spelling() {
        let subject = SubjectId::new([7; 16]);
        assert_eq!(SubjectId::parse(&subject.to_string()), Some(subject));
        assert_eq!(TenantId::parse(&subject.to_string()), None);
        assert_eq!(SubjectId::parse(&subject.to_string().to_uppercase()), None);
        for number in [1, 255, 256, 70_000] {
            let set = SetId { subject, generation: number };
            assert_eq!(SetId::parse(&set.to_string()), Some(set));
            let event = EventId { kind: Kind::Subject, object: [9; 16], version: u64::from(number) };
            assert_eq!(EventId::parse(&event.to_string()), Some(event));
            let redemption = RedemptionId { subject, version: u64::from(number) };
            assert_eq!(RedemptionId::parse(&redemption.to_string()), Some(redemption));
        }
    }
}
