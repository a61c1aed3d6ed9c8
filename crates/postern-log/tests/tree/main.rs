//! Tiles and proofs against the definitions of RFC 6962 and two other implementations.

#![cfg(test)]

mod export;
mod file;
mod proofs;
mod tiles;

use postern_log::{Checkpoint, Frontier, Hash, HashSource, leaf_hash, sign_checkpoint, verifier_key};

const ORIGIN: &str = "codes.example/ten_1";

fn event(index: u64) -> Vec<u8> {
    format!(r#"{{"n":{index}}}"#).into_bytes()
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| leaf_hash(&event(index))).collect()
}

/// The tree by its definition, RFC 6962 §2.1: slow and plain.
struct Naive(Vec<Hash>);

impl Naive {
    fn root(leaves: &[Hash]) -> Hash {
        let mut tree = Frontier::new();
        leaves.iter().for_each(|leaf| tree.append(*leaf));
        tree.root()
    }

    fn split(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
        let mut half = 1;
        while half * 2 < leaves.len() {
            half *= 2;
        }
        leaves.split_at(half)
    }

    /// `PATH(m, D[n])`, RFC 6962 §2.1.1.
    fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = Self::split(leaves);
        if index < left.len() {
            [Self::path(index, left), vec![Self::root(right)]].concat()
        } else {
            [Self::path(index - left.len(), right), vec![Self::root(left)]].concat()
        }
    }

    /// `SUBPROOF(m, D[n], b)`, RFC 6962 §2.1.2.
    fn subproof(earlier: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if earlier == leaves.len() {
            return if whole { Vec::new() } else { vec![Self::root(leaves)] };
        }
        let (left, right) = Self::split(leaves);
        if earlier <= left.len() {
            [Self::subproof(earlier, left, whole), vec![Self::root(right)]].concat()
        } else {
            [Self::subproof(earlier - left.len(), right, false), vec![Self::root(left)]].concat()
        }
    }
}

impl HashSource for Naive {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        let span = 256_u64.checked_pow(u32::from(level))?;
        let (first, end) = (index * span, (index + 1) * span);
        Some(Self::root(self.0.get(usize::try_from(first).ok()?..usize::try_from(end).ok()?)?))
    }
}

fn key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[7; 32])
}

fn verifier() -> String {
    verifier_key(ORIGIN, &key().verifying_key().to_bytes())
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root: Naive::root(&leaves(size)) }
}

fn signed(checkpoint: &Checkpoint) -> String {
    use ed25519_dalek::Signer as _;
    let public = key().verifying_key().to_bytes();
    let sign = |text: &[u8]| Ok::<_, std::convert::Infallible>(key().sign(text).to_bytes());
    sign_checkpoint(checkpoint, ORIGIN, &public, sign).unwrap()
}
