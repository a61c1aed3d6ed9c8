//! Shipped events and keys: what leaves the installation so that a backup can be completed, encrypted under a key
//! that only the key file yields.

use postern_log::{Tile, TileKind};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::frame::frame;
use crate::ids::{EventId, TenantId};
use crate::kernel::{EventHead, Key, KeyringEntry, Kind, StoredEvent};
use crate::local_keys::LocalKeys;
use crate::personal::{decrypt, encrypt};

/// Some events of one log, as many as an entry bundle has at most.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShippedEvents {
    /// Index of the first.
    pub first: u64,
    /// The newest signed checkpoint when they were shipped; it covers them.
    pub checkpoint: String,
    /// Canonical bytes and MAC of each.
    pub events: Vec<(Vec<u8>, Vec<u8>)>,
}

impl ShippedEvents {
    /// What is shipped of events that follow each other.
    #[must_use]
    pub fn of(first: u64, checkpoint: String, events: Vec<StoredEvent>) -> Self {
        let events = events.into_iter().map(|event| (event.bytes, event.mac)).collect();
        Self { first, checkpoint, events }
    }

    /// Whether these are the events of an entry bundle, no more and no fewer.
    #[must_use]
    pub fn fill(&self, bundle: &Tile) -> bool {
        let range = bundle.range();
        bundle.kind() == TileKind::Entries
            && self.first == range.start
            && self.events.len() as u64 == range.end - range.start
    }

    /// Each event of a bundle that they [`fill`](Self::fill), with its MAC checked.
    ///
    /// # Errors
    /// The index of the first that is not genuine.
    pub fn genuine(self, keys: &LocalKeys, tenant: TenantId) -> Result<Vec<Shipped>, u64> {
        let numbered = (self.first..).zip(self.events);
        numbered
            .map(|(index, (bytes, mac))| Shipped::genuine(keys, tenant, index, bytes, &mac).ok_or(index))
            .collect()
    }
}

/// One event as it was shipped, with its MAC checked.
pub struct Shipped {
    /// Its place in the log.
    pub index: u64,
    /// What it is about.
    pub key: Key,
    /// What every event says.
    pub head: EventHead,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
}

impl Shipped {
    fn genuine(keys: &LocalKeys, tenant: TenantId, index: u64, bytes: Vec<u8>, mac: &[u8]) -> Option<Self> {
        let right = keys.sealer().event_is_genuine(tenant, &bytes, mac);
        let head = EventHead::read(&bytes).ok().filter(|_| right)?;
        let id = EventId::parse(&head.id)?;
        let key = Key::new(id.kind, tenant, id.object);
        let about = head.tenant == tenant && head.object == key.to_string() && head.version == id.version;
        about.then_some(Self { index, key, head, bytes })
    }
}

/// Wrapped keys of subjects that began.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShippedKeys(Vec<([u8; 16], [u8; 16], Vec<u8>)>);

impl ShippedKeys {
    /// What is shipped of keyring entries.
    #[must_use]
    pub fn of(entries: &[KeyringEntry]) -> Self {
        let entry = |of: &KeyringEntry| (of.subject.tenant.bytes(), of.subject.id, of.wrapped.clone());
        Self(entries.iter().map(entry).collect())
    }

    /// The entries.
    #[must_use]
    pub fn entries(self) -> Vec<KeyringEntry> {
        let subject = |tenant, id| Key::new(Kind::Subject, TenantId::new(tenant), id);
        let entry = |(tenant, id, wrapped)| KeyringEntry { subject: subject(tenant, id), wrapped };
        self.0.into_iter().map(entry).collect()
    }
}

/// Encrypts what is shipped under a name; it opens under no other.
#[must_use]
pub fn seal<T: Serialize>(keys: &LocalKeys, name: &str, nonce: [u8; 12], shipped: &T) -> Option<Vec<u8>> {
    let bytes = Zeroizing::new(postcard::to_allocvec(shipped).ok()?);
    encrypt(&keys.shipping(), nonce, &bytes, &about(name))
}

/// Decrypts what was shipped under a name; `None` if it is not as it was sealed.
#[must_use]
pub fn open<T: for<'de> Deserialize<'de>>(keys: &LocalKeys, name: &str, sealed: &[u8]) -> Option<T> {
    let bytes = decrypt(&keys.shipping(), sealed, &about(name))?;
    postcard::from_bytes(&bytes).ok()
}

fn about(name: &str) -> Vec<u8> {
    frame(&[b"postern/shipped/v1", name.as_bytes()])
}
