//! An installation on a database, as an operator makes it: `init --postgres`, then a folder for every node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use postern_core::ids::ProverId;
use postern_testkit::TestProver;
use postern_testkit::installed::{Serving, output};
use serde_json::{Value, json};

use crate::POSTERN;
use crate::moved_clock::MovedClock;

/// A node's folder with configuration, key file and anchor, and the environment of its processes.
pub(crate) struct Node {
    pub(crate) at: PathBuf,
    binary: PathBuf,
    environment: Vec<(String, String)>,
}

impl Node {
    /// What `init` made; every danger is refused still.
    pub(crate) fn init(at: &Path, url: &str) -> Self {
        Self::init_by(POSTERN.as_ref(), at, url)
    }

    /// The same by another release.
    pub(crate) fn init_by(binary: &Path, at: &Path, url: &str) -> Self {
        let node = Self { at: at.to_owned(), binary: binary.to_owned(), environment: Vec::new() };
        let made = init_by(binary, at, url);
        assert!(made.status.success(), "{}", complained(&made));
        node.change("127.0.0.1:7878", "127.0.0.1:0");
        node.change("127.0.0.1:7879", "127.0.0.1:0");
        node
    }

    /// Another node of the same installation, as the guide says.
    pub(crate) fn beside(&self, at: &Path) -> Self {
        fs::create_dir(at).unwrap();
        for file in ["postern.toml", "keys", "anchor"] {
            fs::copy(self.at.join(file), at.join(file)).unwrap();
        }
        Self { at: at.to_owned(), binary: self.binary.clone(), environment: self.environment.clone() }
    }

    /// From now on its processes are of the release under test.
    pub(crate) fn upgrade(&mut self) {
        self.binary = PathBuf::from(POSTERN);
    }

    /// From now on its processes go by this clock.
    pub(crate) fn under(&mut self, clock: &MovedClock) {
        self.environment = clock.environment();
    }

    /// Changes the configuration.
    pub(crate) fn change(&self, from: &str, to: &str) {
        let path = self.at.join("postern.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Serves with the test cluster's one danger.
    pub(crate) fn tolerate(&self) {
        self.change("tolerate = []", "tolerate = [\"fsync-off\"]");
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        let config = self.at.join("postern.toml");
        let arguments = [arguments, &["--json", "--config", config.to_str().unwrap()]].concat();
        let environment = self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        output(&self.binary, &arguments, "", &environment.collect::<Vec<_>>())
    }

    /// A command that must succeed.
    pub(crate) fn done(&self, arguments: &[&str]) -> Value {
        let output = self.command(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", complained(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What a command shows on a terminal, with its progress.
    pub(crate) fn on_a_terminal(&self, arguments: &str) -> String {
        let config = self.at.join("postern.toml");
        let command = format!("'{}' {arguments} --config '{}'", self.binary.display(), config.display());
        let options = ["--quiet", "--return", "--command", &command, "/dev/null"];
        let shown = output("script".as_ref(), &options, "", &[("TERM", "xterm"), ("COLUMNS", "100")]);
        assert!(shown.status.success(), "{arguments}: {}", complained(&shown));
        String::from_utf8_lossy(&shown.stdout).into_owned()
    }

    /// A prover of a tenant.
    pub(crate) fn prover(&self, tenant: &str) -> TestProver {
        let (seed, issuer, jwk) = ([42; 32], "https://idp.test", self.at.join("prover.json"));
        let x = TestProver::public(seed).x;
        fs::write(&jwk, json!({ "kty": "OKP", "crv": "Ed25519", "x": x }).to_string()).unwrap();
        let key = jwk.to_str().unwrap();
        let added =
            self.done(&["prover", "add", "idp", "--tenant", tenant, "--issuer", issuer, "--key", key]);
        let id = ProverId::parse(added["prover"].as_str().unwrap()).unwrap();
        TestProver::new(id, issuer, added["audience"].as_str().unwrap(), seed)
    }

    pub(crate) fn serve(&self) -> Serving {
        Serving::begin(&self.binary, &self.at, &self.environment)
    }

    /// What its services have logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.at.join("log")).unwrap()
    }
}

/// Runs `init --postgres`.
pub(crate) fn init(at: &Path, url: &str) -> Output {
    init_by(POSTERN.as_ref(), at, url)
}

fn init_by(binary: &Path, at: &Path, url: &str) -> Output {
    let folder = at.to_str().unwrap();
    let arguments = ["init", folder, "--name", "postern.test", "--postgres", url, "--json"];
    output(binary, &arguments, "", &[])
}

pub(crate) fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
