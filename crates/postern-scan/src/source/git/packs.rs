//! Whether every pack can be found in: a pack whose index is damaged or gone is silently left out by what reads objects.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

use gix_hash::Kind;

use super::objects::Unread;
use crate::place::Origin;

/// Tells every pack of a repository's folder whose index is not whole.
pub(super) fn check(folder: &Path, hash: Kind, origin: &Origin, unread: &Unread) {
    // A repository may have no packs.
    let packs = fs::read_dir(folder.join("objects/pack")).into_iter().flatten().flatten();
    for path in packs.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "pack"))
    {
        if !is_whole(&path.with_extension("idx"), hash).unwrap_or_default() {
            let pack = origin.part(path.file_name().unwrap_or_default().to_string_lossy());
            unread.add(&pack, "its index is damaged or gone");
        }
    }
}

/// Whether the last bytes of an index are the hash of those before.
fn is_whole(index: &Path, hash: Kind) -> io::Result<bool> {
    let file = File::open(index)?;
    let length = file.metadata()?.len().saturating_sub(hash.len_in_bytes() as u64);
    let mut reader = BufReader::new(file);
    let (mut hasher, mut bytes) = (gix_hash::hasher(hash), vec![0; 64 << 10]);
    let mut body = Read::by_ref(&mut reader).take(length);
    loop {
        let read = body.read(&mut bytes)?;
        if read == 0 {
            break;
        }
        hasher.update(bytes.get(..read).unwrap_or_default());
    }
    let mut said = Vec::new();
    reader.read_to_end(&mut said)?;
    let is = hasher.try_finalize().map_err(|fault| io::Error::other(fault.to_string()))?;
    Ok(is.as_slice() == said)
}
