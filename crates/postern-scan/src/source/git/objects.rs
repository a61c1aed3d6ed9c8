//! Objects read from packs and loose files, within bounds.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use gix_hash::ObjectId;
use gix_object::{Find as _, Kind, compute_hash};
use gix_odb::find::Header;
use gix_odb::store::init::Options;
use gix_odb::store::iter::{AllObjects, Ordering};
use gix_odb::{Handle, Header as _};

use super::allowance::Allowance;
use super::recent::Recent;
use crate::place::Origin;
use crate::source::content::HELD;
use crate::source::fault;

/// What of the configuration is read to learn how objects are named.
const CONFIGURATION: u64 = 64 << 10;

/// The objects of one repository, for one thread.
pub(super) struct Objects {
    store: Handle,
    hash: gix_hash::Kind,
    allowance: Arc<Allowance>,
}

impl Objects {
    /// Opens those of a repository's folder.
    pub(super) fn at(folder: &Path, allowance: &Arc<Allowance>) -> io::Result<Self> {
        let hash = hash(folder);
        let options = Options { alloc_limit_bytes: usize::try_from(HELD).ok(), ..Options::default() };
        let mut store = gix_odb::at_opts(folder.join("objects"), hash, None, options)?
            .with_pack_cache(|| Box::new(Recent::default()));
        // What is not there does not come while we read.
        store.refresh_never();
        Ok(Self { store, hash, allowance: Arc::clone(allowance) })
    }

    /// How objects are named here.
    pub(super) fn hash(&self) -> gix_hash::Kind {
        self.hash
    }

    /// The ids of all objects, in the order in which reading them is cheap. One may come twice.
    pub(super) fn ids(&self) -> Result<impl Iterator<Item = Result<ObjectId, String>>, String> {
        let all = AllObjects::new(self.store.store_ref()).map_err(|fault| fault::of(&fault))?;
        let all = all.with_ordering(Ordering::PackAscendingOffsetThenLooseLexicographical);
        Ok(all.map(|id| id.map_err(|fault| fault::of(&fault))))
    }

    /// What an object is and how many bytes it has, without reading it.
    pub(super) fn kind(&self, id: &ObjectId) -> Result<(Kind, u64), String> {
        self.header(id).map(|header| (header.kind(), header.size()))
    }

    fn header(&self, id: &ObjectId) -> Result<Header, String> {
        self.allowance.check()?;
        let header = match self.store.try_header(id) {
            Ok(Some(header)) => header,
            Ok(None) => return Err("it is not there".to_owned()),
            Err(fault) => return Err(fault::of(&fault)),
        };
        self.allowance.found(deltas(&header));
        if header.size() > HELD { Err("it is longer than 32 MiB".to_owned()) } else { Ok(header) }
    }

    /// Reads an object.
    pub(super) fn read<'a>(&self, id: &ObjectId, held: &'a mut Vec<u8>) -> Result<(Kind, &'a [u8]), String> {
        let header = self.header(id)?;
        self.allowance.read(header.size(), deltas(&header));
        let object = match self.store.try_find(id, held) {
            Ok(Some(object)) => object,
            Ok(None) => return Err("it is not there".to_owned()),
            Err(fault) => return Err(fault::of(&fault)),
        };
        // A byte that is wrong may still unpack.
        match compute_hash(self.hash, object.kind, object.data) {
            Ok(hash) if hash == *id => Ok((object.kind, object.data)),
            _ => Err("it is not what its id says".to_owned()),
        }
    }
}

/// Through how many deltas an object is read.
fn deltas(header: &Header) -> u64 {
    header.num_deltas().unwrap_or_default().into()
}

/// How a repository names its objects: SHA-1 unless its configuration says otherwise.
fn hash(folder: &Path) -> gix_hash::Kind {
    let mut text = String::new();
    // What cannot be read says nothing.
    let _ =
        File::open(folder.join("config")).and_then(|file| file.take(CONFIGURATION).read_to_string(&mut text));
    let is_format = |line: &str| {
        let line = line.trim().to_ascii_lowercase();
        line.starts_with("objectformat") && line.ends_with("sha256")
    };
    if text.lines().any(is_format) { gix_hash::Kind::Sha256 } else { gix_hash::Kind::Sha1 }
}

/// Objects that could not be read: all of them in one line.
#[derive(Default)]
pub(super) struct Unread(Mutex<(u64, Option<String>)>);

impl Unread {
    /// Counts one.
    pub(super) fn add(&self, what: &Origin, why: &str) {
        let mut unread = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        unread.0 += 1;
        unread.1.get_or_insert_with(|| format!("{}: {why}", what.name()));
    }

    /// What there is to say.
    pub(super) fn line(&self) -> Option<String> {
        let unread = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, Some(first)) = &*unread else { return None };
        Some(match count {
            1 => format!("one object was not read, {first}"),
            _ => format!("{count} objects were not read, one of them {first}"),
        })
    }
}
