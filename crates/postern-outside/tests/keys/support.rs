//! What a case needs of a key service: to be opened as often as one likes, over the same keys.

use std::fmt::{Debug, Display};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use postern_core::ids::{SubjectId, TenantId};
use postern_core::ports::Keys;
use postern_outside::Place;
use postern_outside::key_file::Passphrase;
use zeroize::Zeroizing;

pub(crate) const TENANT: TenantId = TenantId::new([1; 16]);
pub(crate) const SUBJECT: SubjectId = SubjectId::new([2; 16]);
pub(crate) const EPOCH: &[u8] = b"epoch";

/// Keys that lie somewhere.
pub(crate) trait Ground {
    /// The service that works with them.
    type Service: Keys + Send + Sync;

    /// Opens them as a start does.
    fn open(&self) -> Self::Service;

    /// Adds a second version of the pepper.
    fn add_pepper(&self);
}

/// A subject's keys with their versions.
pub(crate) fn asked(keys: &impl Keys) -> Vec<(u16, Zeroizing<[u8; 32]>)> {
    keys.subject_keys(TENANT, SUBJECT, EPOCH).unwrap().live
}

/// A passphrase, read as a configuration has it read.
pub(crate) fn passphrase(folder: &Path, text: &str) -> Passphrase {
    Passphrase::read(&secret(folder, "passphrase", text)).unwrap()
}

/// A secret line in a file of its own.
pub(crate) fn secret(folder: &Path, name: &str, line: &str) -> Place {
    let path = folder.join(name);
    fs::write(&path, format!("{line}\n")).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    Place::File(path)
}

/// One of these fits every type, two or three fit a type that can be printed: naming it for such a type does not
/// compile.
pub(crate) trait NeverShown<By> {
    fn is_never_shown() {}
}

impl<T: ?Sized> NeverShown<()> for T {}
impl<T: Debug + ?Sized> NeverShown<u8> for T {}
impl<T: Display + ?Sized> NeverShown<u16> for T {}
