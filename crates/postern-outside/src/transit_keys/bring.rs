//! Keys brought into an engine as they are: each wrapped for the engine alone, on this machine. What is there of a try
//! that was cut off stays, if it is the same.

use std::path::Path;

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded as _};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postern_core::pepper::CHECKED;
use postern_core::ports::{Entropy, SigningKey};
use postern_core::verifier::subject_frame;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;
use zeroize::Zeroizing;

use super::keys::{self, LOG, PEPPER, RECEIPTS, WRAP};
use super::make::wrapped;
use super::{Transit, TransitFault, TransitKeys};
use crate::key_file::{MoveFault, Moving};

/// The signing keys, and their names in an engine.
const SIGNERS: [(SigningKey, &str); 2] = [(SigningKey::Log, LOG), (SigningKey::Receipts, RECEIPTS)];

impl TransitKeys {
    /// Brings an installation's keys into an engine, and writes the key file that belongs to it. The engine makes the
    /// key that wraps the local ones.
    ///
    /// # Errors
    /// [`MoveFault`]: there is then no new file. What was brought stays in the engine, for the next try.
    pub fn bring(
        moving: &Moving,
        transit: &Transit,
        path: &Path,
        entropy: &dyn Entropy,
    ) -> Result<(), MoveFault> {
        let make = || {
            compare(transit, moving)?;
            Bringing { transit, wrapping: keys::wrapping(transit)?, entropy }.all(moving)?;
            let envelope = wrapped(transit, &moving.local())?;
            Ok(Zeroizing::new(envelope.text().into_bytes()))
        };
        moving.lay_down(path, make, |place| Ok(Self::open(transit.clone(), place)?))
    }
}

/// Refuses an engine that has any other key than those that are brought.
fn compare(transit: &Transit, moving: &Moving) -> Result<(), MoveFault> {
    if keys::found(transit, PEPPER)?.is_some() {
        let (tenant, subject, epoch) = CHECKED;
        let message = subject_frame(&tenant.to_string(), &subject.to_string(), epoch);
        let (kept, brought) = (keys::kept(transit)?, moving.checks()?);
        let newest = brought.live.first().map_or(0, |(version, _)| *version);
        if kept.latest > newest {
            return Err(TransitFault::NotEmpty(PEPPER).into());
        }
        // A version that is not among those that are brought only keeps a number until the last one is there.
        let there = brought.live.iter().filter(|(version, _)| (kept.open..=kept.latest).contains(version));
        for (version, key) in there {
            if keys::mac_of(transit, *version, &message)? != *key {
                return Err(TransitFault::NotEmpty(PEPPER).into());
            }
        }
    }
    for (key, name) in SIGNERS {
        let same = moving.seed(key).map(|(_, public)| public);
        if keys::found(transit, name)?.is_some() && same != Some(keys::half(transit, name)?) {
            return Err(TransitFault::NotEmpty(name).into());
        }
    }
    Ok(())
}

/// What brings keys into an engine.
struct Bringing<'a> {
    transit: &'a Transit,
    /// The engine's own public key, as PEM.
    wrapping: String,
    entropy: &'a dyn Entropy,
}

impl Bringing<'_> {
    /// Brings what is not there yet.
    fn all(&self, moving: &Moving) -> Result<(), TransitFault> {
        self.pepper(moving)?;
        for (key, name) in SIGNERS {
            let Some((seed, _)) = moving.seed(key) else { continue };
            if keys::found(self.transit, name)?.is_none() {
                let pair = Ed25519KeyPair::from_seed_unchecked(&**seed).map_err(|_| TransitFault::Odd)?;
                let document = pair.to_pkcs8v1().map_err(|_| TransitFault::Odd)?;
                self.import(name, "ed25519", "import", document.as_ref())?;
            }
        }
        if keys::found(self.transit, WRAP)?.is_none() {
            let asked = json!({ "type": "aes256-gcm96" });
            self.transit.post("make keys", &format!("keys/{WRAP}"), &asked)?;
        }
        Ok(())
    }

    /// Every version under its number. An engine counts from one, so numbers that are no more are taken by random keys,
    /// which are then deleted.
    fn pepper(&self, moving: &Moving) -> Result<(), TransitFault> {
        let there = match keys::found(self.transit, PEPPER)? {
            Some(_) => keys::kept(self.transit)?.latest,
            None => 0,
        };
        let peppers: Vec<_> = moving.peppers().collect();
        let newest = peppers.last().map_or(0, |(version, _)| *version);
        for version in there + 1..=newest {
            let known = peppers.iter().find(|(number, _)| *number == version);
            let mut nobodys = Zeroizing::new([0; 32]);
            self.entropy.fill(&mut *nobodys)?;
            let key = known.map_or(&nobodys, |(_, key)| *key);
            let how = if version == 1 { "import" } else { "import_version" };
            self.import(PEPPER, "hmac", how, &**key)?;
        }
        let oldest = peppers.first().map_or(0, |(version, _)| *version);
        keys::keep_from(self.transit, oldest)
    }

    /// Has the engine take a key, wrapped by a key of this moment, which is wrapped for the engine.
    fn import(&self, name: &str, kind: &str, how: &str, key: &[u8]) -> Result<(), TransitFault> {
        let sealed = self.sealed(key)?.ok_or(TransitFault::Odd)?;
        let asked = json!({
            "type": kind, "hash_function": "SHA256", "ciphertext": STANDARD.encode(sealed),
            "allow_rotation": true, "exportable": false, "allow_plaintext_backup": false,
        });
        self.transit.post("take keys from elsewhere", &format!("keys/{name}/{how}"), &asked).map(drop)
    }

    /// RSA-OAEP over an AES key, then the key under that by RFC 5649. `None` if the library refused.
    fn sealed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, TransitFault> {
        let mut once = Zeroizing::new([0; 32]);
        self.entropy.fill(&mut *once)?;
        Ok(self.sealed_by(&once, key))
    }

    fn sealed_by(&self, once: &[u8; 32], key: &[u8]) -> Option<Vec<u8>> {
        let engine = SubjectPublicKeyInfoDer::from_pem_slice(self.wrapping.as_bytes()).ok()?;
        let engine = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(&engine).ok()?).ok()?;
        let mut outer = vec![0; engine.ciphertext_size()];
        let outer = engine.encrypt(&OAEP_SHA256_MGF1SHA256, once, &mut outer, None).ok()?;
        // Eight bytes more than the key in whole blocks of eight (RFC 5649 §3).
        let mut inner = vec![0; key.len() + 16];
        let inner = AesKek::new(&AES_256, once).ok()?.wrap_with_padding(key, &mut inner).ok()?;
        Some([&*outer, &*inner].concat())
    }
}
