//! The keys in an engine: what they are, and what it is asked to do with each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_core::ports::{PublicKeys, SigningKey, SubjectKeys};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Transit, TransitFault};

/// The pepper; its versions are the engine's.
pub(super) const PEPPER: &str = "postern-pepper";
/// Signs checkpoints.
pub(super) const LOG: &str = "postern-log";
/// Signs receipts.
pub(super) const RECEIPTS: &str = "postern-receipts";
/// The key that the local keys are wrapped with.
pub(super) const WRAP: &str = "postern-wrap";

/// Every key, and its type in the engine.
pub(super) const ALL: [(&str, &str); 4] =
    [(PEPPER, "hmac"), (LOG, "ed25519"), (RECEIPTS, "ed25519"), (WRAP, "aes256-gcm96")];

/// What is said of a key, or that there is none.
pub(super) fn found(transit: &Transit, key: &'static str) -> Result<Option<Value>, TransitFault> {
    match transit.get("read its keys", &format!("keys/{key}")) {
        Err(TransitFault::Refused { status: 404, .. }) => Ok(None),
        other => other.map(Some),
    }
}

/// The same of a key that has to be there, to be of its type, and never to leave.
fn read(transit: &Transit, key: &'static str) -> Result<Value, TransitFault> {
    let found = found(transit, key)?.ok_or(TransitFault::Missing(key))?;
    let kind = ALL.iter().find(|(name, _)| *name == key).map(|(_, kind)| *kind);
    let stays =
        ["exportable", "allow_plaintext_backup"].iter().all(|may| found.get(may) == Some(&json!(false)));
    let is_its = found.get("type").and_then(Value::as_str) == kind;
    if is_its && stays { Ok(found) } else { Err(TransitFault::OtherType(key)) }
}

/// Which versions of the pepper an engine keeps.
pub(super) struct Kept {
    /// The newest.
    pub(super) latest: u16,
    /// The oldest that was not deleted.
    pub(super) available: u16,
    /// The oldest that is used.
    pub(super) open: u16,
}

/// Which versions of the pepper the engine keeps.
pub(super) fn kept(transit: &Transit) -> Result<Kept, TransitFault> {
    let key = read(transit, PEPPER)?;
    let number = |name: &str| key.get(name).and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok());
    let numbers =
        (number("latest_version"), number("min_available_version"), number("min_decryption_version"));
    let (Some(latest), Some(available), Some(open)) = numbers else { return Err(TransitFault::Odd) };
    // Zero stands for the first one.
    Ok(Kept { latest, available: available.max(1), open: open.max(1) })
}

/// Closes the versions of the pepper before this one, then deletes them. Each step is done only if it is still to be
/// done: somebody may have been cut off between them.
pub(super) fn keep_from(transit: &Transit, version: u16) -> Result<(), TransitFault> {
    let kept = kept(transit)?;
    if kept.open < version {
        let least = json!({ "min_decryption_version": version, "min_encryption_version": version });
        transit.post("close a version", &format!("keys/{PEPPER}/config"), &least)?;
    }
    if kept.available < version {
        let trim = json!({ "min_available_version": version });
        transit.post("delete a version", &format!("keys/{PEPPER}/trim"), &trim)?;
    }
    Ok(())
}

/// The versions of the pepper that are there, the newest first.
fn versions(transit: &Transit) -> Result<Vec<u16>, TransitFault> {
    let kept = kept(transit)?;
    let live: Vec<u16> = (kept.available.max(kept.open)..=kept.latest).rev().collect();
    match live.len() {
        1 | 2 => Ok(live),
        _ => Err(TransitFault::TwoLive),
    }
}

/// The public halves of the keys that sign.
pub(super) fn public(transit: &Transit) -> Result<PublicKeys, TransitFault> {
    Ok(PublicKeys { log: half(transit, LOG)?, receipts: half(transit, RECEIPTS)? })
}

/// The public half of one of them.
pub(super) fn half(transit: &Transit, key: &'static str) -> Result<[u8; 32], TransitFault> {
    let read = read(transit, key)?;
    let text = read.pointer("/keys/1/public_key").and_then(Value::as_str).ok_or(TransitFault::Odd)?;
    bytes(text).map(|half| *half)
}

/// A version of the pepper, and what it gives for a message of nobody's: so every answer shows that it was computed
/// under the pepper of the start, and not under one of the same name.
pub(super) type Version = (u16, [u8; 32]);

/// The message of nobody's.
const CHECK: &[u8] = b"postern/pepper-check/v1";

/// The versions of the pepper that are there, with what each gives for the check.
pub(super) fn checked(transit: &Transit) -> Result<Vec<Version>, TransitFault> {
    let check = |version| mac(transit, version, CHECK).map(|[_, check]| (version, *check));
    versions(transit)?.into_iter().map(check).collect()
}

/// `HMAC-SHA-256` under these versions of the pepper. One call of the engine a version: it gives every message of a
/// batch the same one.
pub(super) fn macs(
    transit: &Transit,
    versions: &[Version],
    message: &[u8],
) -> Result<SubjectKeys, TransitFault> {
    let key = |(version, expected): &Version| {
        let [key, check] = mac(transit, *version, message)?;
        if *check == *expected { Ok((*version, key)) } else { Err(TransitFault::Other) }
    };
    Ok(SubjectKeys { live: versions.iter().map(key).collect::<Result<_, TransitFault>>()? })
}

/// The MACs of a message and of the check, in one call.
fn mac(transit: &Transit, version: u16, message: &[u8]) -> Result<[Zeroizing<[u8; 32]>; 2], TransitFault> {
    let batch = [message, CHECK].map(|input| json!({ "input": STANDARD.encode(input) }));
    let asked = json!({ "batch_input": batch, "key_version": version });
    let answer = transit.post("use the pepper", &format!("hmac/{PEPPER}/sha2-256"), &asked)?;
    let Some([key, check]) = answer.get("batch_results").and_then(Value::as_array).map(Vec::as_slice) else {
        return Err(TransitFault::Odd);
    };
    // An item that failed has no MAC: so it does for a version that is gone.
    let whole = |item: &Value| {
        item.get("hmac").map(|_| ()).ok_or(TransitFault::Refused { does: "use the pepper", status: 400 })
    };
    whole(key).and(whole(check))?;
    Ok([value(key, "hmac", version)?, value(check, "hmac", version)?])
}

/// What a version gives for a message, if it is one that is used.
pub(super) fn mac_of(
    transit: &Transit,
    version: u16,
    message: &[u8],
) -> Result<Zeroizing<[u8; 32]>, TransitFault> {
    mac(transit, version, message).map(|[mac, _]| mac)
}

/// The key that keys from elsewhere are wrapped for, as PEM.
pub(super) fn wrapping(transit: &Transit) -> Result<String, TransitFault> {
    let found = transit.get_made("take keys from elsewhere", "wrapping_key")?;
    let text = found.get("public_key").and_then(Value::as_str);
    text.map(str::to_owned).ok_or(TransitFault::Odd)
}

/// An Ed25519 signature.
pub(super) fn sign(transit: &Transit, key: SigningKey, message: &[u8]) -> Result<[u8; 64], TransitFault> {
    let key = match key {
        SigningKey::Log => LOG,
        SigningKey::Receipts => RECEIPTS,
    };
    let asked = json!({ "input": STANDARD.encode(message), "key_version": 1 });
    let answer = transit.post("sign", &format!("sign/{key}"), &asked)?;
    Ok(*value(&answer, "signature", 1)?)
}

/// Wraps the local keys; the engine chooses the nonce, and its text is kept as it is.
pub(super) fn wrap(transit: &Transit, text: &[u8], header: &str) -> Result<Vec<u8>, TransitFault> {
    let plain = Zeroizing::new(STANDARD.encode(text));
    let asked = json!({ "plaintext": plain.as_str(), "associated_data": STANDARD.encode(header) });
    let answer = transit.post("wrap", &format!("encrypt/{WRAP}"), &asked)?;
    let text = answer.get("ciphertext").and_then(Value::as_str).ok_or(TransitFault::Odd)?;
    Ok(text.as_bytes().to_vec())
}

/// The text that was wrapped.
pub(super) fn unwrap(
    transit: &Transit,
    sealed: &[u8],
    header: &str,
) -> Result<Zeroizing<Vec<u8>>, TransitFault> {
    let sealed = std::str::from_utf8(sealed).map_err(|_| TransitFault::Odd)?;
    let asked = json!({ "ciphertext": sealed, "associated_data": STANDARD.encode(header) });
    let mut answer = transit.post("unwrap", &format!("decrypt/{WRAP}"), &asked)?;
    let Some(Value::String(text)) = answer.get_mut("plaintext").map(Value::take) else {
        return Err(TransitFault::Odd);
    };
    let text = Zeroizing::new(text);
    STANDARD.decode(text.as_bytes()).map(Zeroizing::new).map_err(|_| TransitFault::Odd)
}

/// What was computed with this version of a key, and no other: `vault:v1:…`. Wiped, since a MAC is a key here.
fn value<const N: usize>(
    answer: &Value,
    member: &str,
    version: u16,
) -> Result<Zeroizing<[u8; N]>, TransitFault> {
    let text = answer.get(member).and_then(Value::as_str);
    let text = text.and_then(|text| text.strip_prefix(&format!("vault:v{version}:")));
    bytes(text.ok_or(TransitFault::Odd)?)
}

fn bytes<const N: usize>(text: &str) -> Result<Zeroizing<[u8; N]>, TransitFault> {
    let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| TransitFault::Odd)?);
    bytes.as_slice().try_into().map(Zeroizing::new).map_err(|_| TransitFault::Odd)
}
