//! Seals: why a row that was written behind the product's back is noticed.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{Claim, Image, Key, Part, Row, ThinnedEvent};
use crate::Time;
use crate::frame::frame;
use crate::ids::TenantId;

/// A MAC under the row key or the event key.
pub type Seal = [u8; 32];

/// Seals and checks rows, parts, claims, events and log heads. Two keys: whoever learns one cannot forge
/// what the other covers.
#[derive(Clone)]
pub struct Sealer {
    rows: Zeroizing<[u8; 32]>,
    events: Zeroizing<[u8; 32]>,
}

/// An image with its seals: what a store writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// Kernel header and record.
    pub body: Vec<u8>,
    /// Seal of the row.
    pub seal: Seal,
    /// Parts to be added.
    pub new_parts: Vec<SealedPart>,
    /// Numbers of all parts that stay or come; every other part of the record goes.
    pub part_numbers: Vec<u32>,
}

/// A part with its seal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedPart {
    /// Its number.
    pub number: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its seal.
    pub seal: Seal,
}

/// A row whose seals are right.
pub(super) struct Opened<'a> {
    /// How its record is laid out.
    pub(super) layout: u8,
    /// Time of its last event.
    pub(super) last: Time,
    /// Its record's bytes; a tombstone has none.
    pub(super) record: Option<&'a [u8]>,
}

impl Sealer {
    /// A sealer from the row key and the event key.
    #[must_use]
    pub fn new(rows: &[u8; 32], events: &[u8; 32]) -> Self {
        Self { rows: Zeroizing::new(*rows), events: Zeroizing::new(*events) }
    }

    /// What tells both keys from others: a MAC of nothing that is ever sealed, each.
    pub(crate) fn checks(&self) -> [[u8; 32]; 2] {
        [&self.rows, &self.events].map(|key| mac(key, &[b"postern/local-keys-check/v1"]))
    }

    /// Seals an image; `None` is a tombstone with an empty body.
    #[must_use]
    pub fn seal(&self, key: Key, version: u64, image: Option<&Image>) -> Sealed {
        let (mut new_parts, mut part_numbers, mut seals) = (Vec::new(), Vec::new(), Vec::new());
        for part in image.map(|image| image.parts.as_slice()).unwrap_or_default() {
            part_numbers.push(part.number());
            match part {
                Part::Kept { seal, .. } => seals.extend_from_slice(seal),
                Part::New { number, bytes } => {
                    let seal = self.part(key, *number, bytes);
                    seals.extend_from_slice(&seal);
                    new_parts.push(SealedPart { number: *number, bytes: bytes.clone(), seal });
                }
            }
        }
        let body = image.map(|image| body(image, &seals)).unwrap_or_default();
        let seal = self.row(key, version, &body);
        Sealed { body, seal, new_parts, part_numbers }
    }

    /// Opens a row if it and its parts are as they were sealed.
    pub(super) fn open<'a>(&self, key: Key, row: &'a Row) -> Option<Opened<'a>> {
        #[cfg(feature = "counted")]
        crate::counted::ROWS.one();
        if !same(&self.row(key, row.version, &row.body), &row.seal) {
            return None;
        }
        if row.body.is_empty() {
            let tombstone = Opened { layout: 0, last: Time::START, record: None };
            return row.parts.is_empty().then_some(tombstone);
        }
        let mut seals = Vec::with_capacity(row.parts.len() * 32);
        for part in &row.parts {
            let seal = self.part(key, part.number, &part.bytes);
            if !same(&seal, &part.seal) {
                return None;
            }
            seals.extend_from_slice(&seal);
        }
        let (head, record) = row.body.split_first_chunk::<HEADER>()?;
        let (layout, last, digest) = read_header(head)?;
        (digest == parts_digest(&seals)).then_some(Opened { layout, last, record: Some(record) })
    }

    /// The MAC of an event.
    #[must_use]
    pub fn event(&self, tenant: TenantId, bytes: &[u8]) -> Seal {
        mac(&self.events, &[b"postern/event-mac/v1", &tenant.bytes(), bytes])
    }

    /// Whether an event's MAC is right.
    #[must_use]
    pub fn event_is_genuine(&self, tenant: TenantId, bytes: &[u8], found: &[u8]) -> bool {
        same(&self.event(tenant, bytes), found)
    }

    /// The MAC of what is left of an event: its place, its record and version, its leaf.
    #[must_use]
    pub fn thinned(&self, index: u64, key: Key, version: u64, leaf: &[u8; 32]) -> Seal {
        let (tenant, kind) = (key.tenant.bytes(), [key.kind.number()]);
        let (index, version) = (index.to_be_bytes(), version.to_be_bytes());
        mac(&self.events, &[b"postern/thinned-mac/v1", &tenant, &index, &kind, &key.id, &version, leaf])
    }

    /// Whether the MAC of what is left of an event is right.
    pub(super) fn thinned_is_genuine(&self, event: &ThinnedEvent, leaf: &[u8; 32]) -> bool {
        same(&self.thinned(event.index, event.key, event.version, leaf), &event.mac)
    }

    /// The MAC of the hash over a full tile of a log's leaves, by the tile's place.
    #[must_use]
    pub fn tile(&self, tenant: TenantId, tile: u64, hash: &[u8; 32]) -> Seal {
        mac(&self.events, &[b"postern/tile-mac/v1", &tenant.bytes(), &tile.to_be_bytes(), hash])
    }

    /// Whether the MAC of a tile's hash is right.
    #[must_use]
    pub fn tile_is_genuine(&self, tenant: TenantId, tile: u64, hash: &[u8; 32], found: &[u8]) -> bool {
        same(&self.tile(tenant, tile, hash), found)
    }

    /// The seal of a claim.
    #[must_use]
    pub fn claim(&self, claim: &Claim) -> Seal {
        let (place, owner) = (&claim.place, &claim.owner);
        let until = claim.until.map_or([0; 8], |until| until.millis().to_be_bytes());
        mac(
            &self.rows,
            &[
                b"postern/claim-seal/v1",
                &place.tenant.bytes(),
                &[place.space.number()],
                &place.key,
                &[owner.kind.number()],
                &owner.id,
                &claim.version.to_be_bytes(),
                &until,
            ],
        )
    }

    /// Whether a claim's seal is right. None is taken until the beginning of time, which has the seal of one without an end.
    #[must_use]
    pub fn claim_is_genuine(&self, claim: &Claim, found: &[u8]) -> bool {
        same(&self.claim(claim), found) && claim.until != Some(Time::START)
    }

    /// The seal of a tenant's log head: the right edge of its tree.
    #[must_use]
    pub fn head(&self, tenant: TenantId, frontier: &[u8]) -> Seal {
        mac(&self.rows, &[b"postern/head-seal/v1", &tenant.bytes(), frontier])
    }

    fn row(&self, key: Key, version: u64, body: &[u8]) -> Seal {
        let kind = [key.kind.number()];
        mac(
            &self.rows,
            &[b"postern/row-seal/v1", &kind, &key.tenant.bytes(), &key.id, &version.to_be_bytes(), body],
        )
    }

    fn part(&self, key: Key, number: u32, bytes: &[u8]) -> Seal {
        let kind = [key.kind.number()];
        mac(
            &self.rows,
            &[b"postern/part-seal/v1", &kind, &key.tenant.bytes(), &key.id, &number.to_be_bytes(), bytes],
        )
    }
}

/// HMAC-SHA-256 over a frame. RFC 2104 §2 pads a shorter key with zeros to the block's 64 bytes, so a padded
/// key is the same key, and one that cannot be refused.
pub(crate) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Seal {
    #[cfg(feature = "counted")]
    crate::counted::MACS.one();
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut hmac = Hmac::<Sha256>::new((&*block).into());
    hmac.update(&frame(parts));
    hmac.finalize().into_bytes().into()
}

fn same(computed: &Seal, found: &[u8]) -> bool {
    computed.ct_eq(found).into()
}

/// Layout byte, time of the last event, digest over the parts' seals.
const HEADER: usize = 1 + 8 + 16;

/// The body of a row: header, then the record.
fn body(image: &Image, seals: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(HEADER + image.record.len());
    body.push(image.layout);
    body.extend(image.last.millis().to_be_bytes());
    body.extend(parts_digest(seals));
    body.extend_from_slice(&image.record);
    body
}

/// Time of a row's last event, not yet checked: a row that lies is refused when it is opened.
pub(super) fn last_event(row: &Row) -> Option<Time> {
    row.body.first_chunk::<HEADER>().and_then(read_header).map(|(_, last, _)| last)
}

fn read_header(head: &[u8; HEADER]) -> Option<(u8, Time, [u8; 16])> {
    let (layout, rest) = head.split_first()?;
    let (last, digest) = rest.split_first_chunk::<8>()?;
    let digest = <[u8; 16]>::try_from(digest).ok()?;
    Some((*layout, Time::from_millis(u64::from_be_bytes(*last)), digest))
}

/// One digest over the parts' seals: a part that is missing, older or of another record changes it.
fn parts_digest(seals: &[u8]) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(seals).into();
    let mut short = [0; 16];
    short.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TenantId;
    use crate::kernel::{ClaimKey, Kind, Space};

    #[test]
    fn a_place_without_an_end_is_not_one_that_ended_at_the_beginning() {
        let (sealer, tenant) = (Sealer::new(&[1; 32], &[2; 32]), TenantId::new([1; 16]));
        let place = ClaimKey { tenant, space: Space::ExternalId, key: [3; 32] };
        let owner = Key::new(Kind::Subject, tenant, [4; 16]);
        let until =
            |until: Option<u64>| Claim { place, owner, version: 1, until: until.map(Time::from_millis) };
        for (sealed, found) in [(None, Some(0)), (Some(1), Some(0)), (None, Some(1)), (Some(1), None)] {
            let seal = sealer.claim(&until(sealed));
            assert!(sealer.claim_is_genuine(&until(sealed), &seal));
            assert!(!sealer.claim_is_genuine(&until(found), &seal), "{sealed:?} as {found:?}");
        }
    }

    #[test]
    fn heads_and_tiles_of_one_log_or_place_are_not_anothers() {
        let sealer = Sealer::new(&[1; 32], &[2; 32]);
        let [one, two] = [[1; 16], [2; 16]].map(TenantId::new);
        let head = sealer.head(one, b"edge");
        assert_eq!(head, sealer.head(one, b"edge"));
        for other in [sealer.head(two, b"edge"), sealer.head(one, b"other"), sealer.event(one, b"edge")] {
            assert_ne!(head, other);
        }
        let tile = sealer.tile(one, 5, &[3; 32]);
        assert!(sealer.tile_is_genuine(one, 5, &[3; 32], &tile));
        for (tenant, number, hash) in [(two, 5, [3; 32]), (one, 6, [3; 32]), (one, 5, [4; 32])] {
            assert!(!sealer.tile_is_genuine(tenant, number, &hash, &tile));
        }
    }
}
