//! A second host: `postern keep` with a certificate, which wants one to be shown.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use postern_outside::Place;
use postern_outside::remote::{Client, HostSettings, Trust};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;
use tempfile::TempDir;

use super::secret;
use crate::POSTERN;

/// A second host, and what a client of it has.
pub(super) struct Keeper {
    pub(super) folder: TempDir,
    child: Option<Child>,
    listen: String,
}

impl Keeper {
    pub(super) fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let at = folder.path();
        fs::create_dir(at.join("kept")).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        fs::write(at.join("ca.pem"), authority.pem()).unwrap();
        for (name, of) in [("server", "127.0.0.1"), ("client", "node.test")] {
            let key = KeyPair::generate().unwrap();
            let made = CertificateParams::new(vec![of.to_owned()]).unwrap().signed_by(&key, &authority);
            fs::write(at.join(format!("{name}.pem")), made.unwrap().pem()).unwrap();
            secret(&at.join(format!("{name}.key")), &key.serialize_pem());
        }
        secret(&at.join("anchor-token"), "made-up-token-of-anchors-0000000000\n");
        secret(&at.join("shipping-token"), "made-up-token-of-bundles-0000000000\n");
        let mut made = Self { folder, child: None, listen: "127.0.0.1:0".to_owned() };
        made.start_again();
        made
    }

    /// Starts it, at the address that it had before.
    pub(super) fn start_again(&mut self) {
        let path = |name: &str| self.at(name).to_str().unwrap().to_owned();
        let mut child = Command::new(POSTERN)
            .args(["keep", "--json", "--folder", &path("kept"), "--listen", &self.listen])
            .args(["--certificate", &path("server.pem"), "--key", &path("server.key")])
            .args(["--client-authority", &path("ca.pem")])
            .args(["--anchor-token-file", &path("anchor-token")])
            .args(["--shipping-token-file", &path("shipping-token")])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        self.listen = said["url"].as_str().unwrap().strip_prefix("https://").unwrap().to_owned();
        self.child = Some(child);
    }

    pub(super) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A setting of the configuration.
    pub(super) fn setting(&self, token: &str) -> String {
        let path = |name: &str| self.at(name).to_str().unwrap().to_owned();
        format!(
            "host = {{ url = \"https://{}\", token_file = {:?}, ca_file = {:?}, certificate = {:?}, key = {:?} }}",
            self.listen,
            path(token),
            path("ca.pem"),
            path("client.pem"),
            path("client.key"),
        )
    }

    /// The same for a client in this process.
    pub(super) fn settings(&self, token: &Path) -> HostSettings {
        let client = Client { certificate: self.at("client.pem"), key: Place::File(self.at("client.key")) };
        HostSettings {
            url: format!("https://{}", self.listen),
            token: Place::File(token.to_owned()),
            trust: Trust { authority: Some(self.at("ca.pem")), client: Some(client) },
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.stop();
    }
}
