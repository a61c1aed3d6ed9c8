//! The keys of a backup, apart from it, and for how long they may be used.

use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use postern_core::ids::TenantId;
use postern_core::kernel::{Key, KeyringEntry, Kind};
use postern_core::{Time, limits};
use rusqlite::{Connection, Error};

use super::{BackupError, KEYRING, failed};
use crate::sqlite::schema;

/// What the file begins with; then come eight bytes, the milliseconds since 1970 at which the copy was begun. The file of an
/// earlier release has neither.
const BEGINS: &[u8; 16] = b"postern/keyring\n";

/// Writes every wrapped key of a copy: tenant, id, length in two bytes, the key.
pub(super) fn write(path: &Path, copy: &Connection, at: Time) -> Result<(), BackupError> {
    let mut bytes = BEGINS.to_vec();
    bytes.extend(at.millis().to_be_bytes());
    append(copy, &mut bytes)?;
    super::write(path, &bytes)
}

fn append(copy: &Connection, bytes: &mut Vec<u8>) -> Result<(), Error> {
    let mut statement = copy.prepare(schema::KEYRING)?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let (tenant, id): ([u8; 16], [u8; 16]) = (row.get(0)?, row.get(1)?);
        let wrapped: Vec<u8> = row.get(2)?;
        bytes.extend(tenant);
        bytes.extend(id);
        bytes.extend(u16::try_from(wrapped.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend(wrapped);
    }
    Ok(())
}

/// The keys of a backup; none if their file is gone.
pub(super) fn read(backup: &Path, now: Time) -> Result<Vec<KeyringEntry>, BackupError> {
    let path = backup.join(KEYRING);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(fault) => return Err(failed(&path)(fault)),
    };
    let (copied, rest) = match bytes.strip_prefix(BEGINS).and_then(<[u8]>::split_first_chunk::<8>) {
        Some((millis, rest)) => (Time::from_millis(u64::from_be_bytes(*millis)), rest),
        None => (written(&path)?, bytes.as_slice()),
    };
    let entries = entries(rest).ok_or_else(|| BackupError::not_whole(backup, "keyring cannot be read"))?;
    if !entries.is_empty() && copied.days().saturating_add(limits::COPIED_KEYS_DAYS) < now.days() {
        return Err(BackupError::OldKeys(path));
    }
    Ok(entries)
}

/// When a file was written, where nothing in it says so.
fn written(path: &Path) -> Result<Time, BackupError> {
    let written = path.metadata().and_then(|found| found.modified()).map_err(failed(path))?;
    Ok(Time::START.plus(written.duration_since(UNIX_EPOCH).unwrap_or_default()))
}

fn entries(mut bytes: &[u8]) -> Option<Vec<KeyringEntry>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (tenant, rest) = bytes.split_first_chunk::<16>()?;
        let (id, rest) = rest.split_first_chunk::<16>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (wrapped, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let subject = Key::new(Kind::Subject, TenantId::new(*tenant), *id);
        entries.push(KeyringEntry { subject, wrapped: wrapped.to_vec() });
        bytes = rest;
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn keys_that_are_gone_are_none_and_keys_that_cannot_be_read_are_told() {
        let backup = TempDir::new().unwrap();
        assert!(read(backup.path(), Time::START).unwrap().is_empty());
        std::fs::create_dir(backup.path().join(KEYRING)).unwrap();
        assert!(read(backup.path(), Time::START).is_err());
    }
}
