//! Keys in a real transit engine, with a token that may do what the documented policy says.

use std::path::PathBuf;

use postern_cluster::{OpenBao, ROTATION_POLICY, SERVICE_POLICY};
use postern_outside::Place;
use postern_outside::entropy::SystemEntropy;
use postern_outside::transit_keys::{Transit, TransitFault, TransitKeys};

use crate::support::{Ground, secret};

/// A server with the keys of an installation, and the key file beside its token.
pub(crate) struct Bao {
    pub(crate) server: OpenBao,
    folder: tempfile::TempDir,
}

impl Bao {
    pub(crate) fn new() -> Self {
        let new = Self { server: OpenBao::start(), folder: tempfile::tempdir().unwrap() };
        TransitKeys::create(new.transit(new.server.root()), &new.file(), &SystemEntropy).map(drop).unwrap();
        new.service_token(&[SERVICE_POLICY, ROTATION_POLICY]);
        new
    }

    /// Where the key file is.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// The engine, with another token in the token's file.
    pub(crate) fn transit(&self, token: &str) -> Transit {
        Transit::new(&self.server.url(), secret(self.folder.path(), "token", token), None).unwrap()
    }

    /// Another engine of the server, with root's token in a file of its own.
    pub(crate) fn mounted(&self, path: &str) -> Transit {
        let url = self.server.url().replace("transit", path);
        Transit::new(&url, secret(self.folder.path(), "root", self.server.root()), None).unwrap()
    }

    /// Puts a token into the file that may do what these policies say.
    pub(crate) fn service_token(&self, policies: &[&str]) {
        drop(self.transit(&self.server.token(policies)));
    }

    pub(crate) fn try_open(&self) -> Result<TransitKeys, TransitFault> {
        let token = Place::File(self.folder.path().join("token"));
        TransitKeys::open(Transit::new(&self.server.url(), token, None)?, &Place::File(self.file()))
    }
}

impl Ground for Bao {
    type Service = TransitKeys;

    fn open(&self) -> TransitKeys {
        self.try_open().unwrap()
    }

    fn add_pepper(&self) {
        self.server.run(&["write", "-f", "transit/keys/postern-pepper/rotate"], "");
    }
}
