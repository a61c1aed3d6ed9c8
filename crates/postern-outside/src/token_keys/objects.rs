//! The objects in a token: their labels, what they are found by, what they may do.

use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use postern_core::ports::PublicKeys;

use super::TokenFault;

/// The key that the local keys are wrapped with.
pub(super) const WRAP: &str = "postern-wrap";
/// Signs checkpoints.
pub(super) const LOG: &str = "postern-log";
/// Signs receipts.
pub(super) const RECEIPTS: &str = "postern-receipts";
/// Before the version of a pepper.
const PEPPER: &str = "postern-pepper-";

/// DER of the curve's name, PrintableString "edwards25519" (PKCS#11 3.0 §2.3.10).
pub(super) const ED25519: &[u8] = b"\x13\x0cedwards25519";

/// The label of a pepper.
pub(super) fn pepper(version: u16) -> String {
    format!("{PEPPER}{version}")
}

/// The keys of a token.
pub(super) struct Found {
    /// The newest version first.
    pub(super) peppers: Vec<(u16, ObjectHandle)>,
    pub(super) log: ObjectHandle,
    pub(super) receipts: ObjectHandle,
    pub(super) wrap: ObjectHandle,
    pub(super) public: PublicKeys,
}

impl Found {
    /// Finds them.
    pub(super) fn within(session: &Session) -> Result<Self, TokenFault> {
        let key = |label, class| one(session, label, class);
        Ok(Self {
            peppers: peppers(session)?,
            log: key(LOG, ObjectClass::PRIVATE_KEY)?,
            receipts: key(RECEIPTS, ObjectClass::PRIVATE_KEY)?,
            wrap: key(WRAP, ObjectClass::SECRET_KEY)?,
            public: PublicKeys { log: public(session, LOG)?, receipts: public(session, RECEIPTS)? },
        })
    }
}

/// The label of some key of an installation that is there, if one is.
pub(super) fn any(session: &Session) -> Result<Option<String>, TokenFault> {
    for label in [WRAP, LOG, RECEIPTS] {
        if !session.find_objects(&[labelled(label)])?.is_empty() {
            return Ok(Some(label.to_owned()));
        }
    }
    Ok(versions(session)?.first().map(|(version, _)| pepper(*version)))
}

/// The attribute that a key is found by.
pub(super) fn labelled(label: &str) -> Attribute {
    Attribute::Label(label.as_bytes().to_vec())
}

fn one(session: &Session, label: &str, class: ObjectClass) -> Result<ObjectHandle, TokenFault> {
    optional(session, label, class)?.ok_or_else(|| TokenFault::Missing(label.to_owned()))
}

/// A key that may be there.
pub(super) fn optional(
    session: &Session,
    label: &str,
    class: ObjectClass,
) -> Result<Option<ObjectHandle>, TokenFault> {
    match session.find_objects(&[labelled(label), Attribute::Class(class)])?.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => Err(TokenFault::TooMany(label.to_owned())),
    }
}

fn peppers(session: &Session) -> Result<Vec<(u16, ObjectHandle)>, TokenFault> {
    let mut found = versions(session)?;
    found.sort_unstable_by_key(|(version, _)| std::cmp::Reverse(*version));
    let twice = found.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other));
    match found.len() {
        0 => Err(TokenFault::Missing(pepper(1))),
        1 | 2 if !twice => Ok(found),
        _ => Err(TokenFault::TooMany(PEPPER.to_owned())),
    }
}

/// The versions of the pepper, and where they are.
pub(super) fn versions(session: &Session) -> Result<Vec<(u16, ObjectHandle)>, TokenFault> {
    let secrets = [Attribute::Class(ObjectClass::SECRET_KEY), Attribute::KeyType(KeyType::GENERIC_SECRET)];
    let mut found = Vec::new();
    for handle in session.find_objects(&secrets)? {
        for attribute in session.get_attributes(handle, &[AttributeType::Label])? {
            if let Attribute::Label(label) = attribute {
                found.extend(version(&label).map(|version| (version, handle)));
            }
        }
    }
    Ok(found)
}

fn version(label: &[u8]) -> Option<u16> {
    let version = std::str::from_utf8(label).ok()?.strip_prefix(PEPPER)?.parse().ok()?;
    (version > 0 && pepper(version).as_bytes() == label).then_some(version)
}

/// The public half of a signing key: a DER OCTET STRING, or in some modules the bare point.
pub(super) fn public(session: &Session, label: &str) -> Result<[u8; 32], TokenFault> {
    let handle = one(session, label, ObjectClass::PUBLIC_KEY)?;
    let attributes = session.get_attributes(handle, &[AttributeType::EcPoint])?;
    let Some(Attribute::EcPoint(point)) = attributes.first() else { return Err(TokenFault::Odd) };
    let point = point.strip_prefix(b"\x04\x20").filter(|bare| bare.len() == 32).unwrap_or(point);
    point.try_into().map_err(|_| TokenFault::Odd)
}
