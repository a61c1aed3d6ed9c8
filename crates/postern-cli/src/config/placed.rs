//! A configuration where its file is: paths in it are relative to that folder.

use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::Config;
use crate::failure::Failure;

/// What a configuration in a file of `folder` means, whole: in TOML, and as `postern config check` shows it. `None` if it
/// is refused.
#[must_use]
pub fn spelled(text: &str, folder: &Path) -> Option<(String, Value)> {
    let config = toml::from_str::<Config>(text).ok()?.within(folder).ok()?;
    Some((toml::to_string(&config).ok()?, serde_json::to_value(&config).ok()?))
}

impl Config {
    /// With its paths in `folder`, checked.
    pub(super) fn within(mut self, folder: &Path) -> Result<Self, Failure> {
        for path in [&mut self.store.data, &mut self.anchor.file, &mut self.server.socket] {
            *path = folder.join(&*path);
        }
        for s3 in [&mut self.anchor.s3, &mut self.shipping.s3].into_iter().flatten() {
            s3.within(folder);
        }
        for host in [&mut self.anchor.host, &mut self.shipping.host].into_iter().flatten() {
            host.within(folder);
        }
        for authority in self.evidence.witnesses.iter_mut().filter_map(|witness| witness.ca_file.as_mut()) {
            *authority = folder.join(&*authority);
        }
        self.shipping.folder.iter_mut().for_each(|path| *path = folder.join(&*path));
        if let Some(tls) = &mut self.server.tls {
            tls.certificate = folder.join(&tls.certificate);
            tls.key.within(folder);
            let clients = tls.client_authority.iter_mut().chain(&mut tls.client_revocations);
            clients.for_each(|path| *path = folder.join(&*path));
        }
        self.server.admin.within(folder);
        self.store.postgres_authority.iter_mut().for_each(|path| *path = folder.join(&*path));
        self.keys.file.within(folder);
        self.keys.passphrase_file.iter_mut().for_each(|source| source.within(folder));
        self.keys.pkcs11.iter_mut().for_each(|token| token.pin_file.within(folder));
        if let Some(engine) = &mut self.keys.transit {
            engine.token_file.within(folder);
            engine.ca_file.iter_mut().for_each(|path| *path = folder.join(&*path));
        }
        self.check()?;
        Ok(self)
    }
}

/// Whether a path leads into a folder, as both are written: `..` undoes what stands before it. What a link leads to is not
/// known here.
pub(super) fn is_inside(path: &Path, folder: &Path) -> bool {
    written_plainly(path).starts_with(written_plainly(folder))
}

fn written_plainly(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
        plain
    })
}
