//! `OpenBao` with an empty transit engine, on loopback: stopped and started again over the same storage.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::Process;

/// The environment variable that names the program; `bao` of the path without it.
pub const OPENBAO: &str = "POSTERN_TEST_OPENBAO";

/// What the service's token may do, and no more: docs/how-to/keep-the-keys.md has the same.
pub const SERVICE_POLICY: &str = r#"
path "transit/keys/postern-*" { capabilities = ["read"] }
path "transit/hmac/postern-pepper/*" { capabilities = ["update"] }
path "transit/sign/postern-log" { capabilities = ["update"] }
path "transit/sign/postern-receipts" { capabilities = ["update"] }
path "transit/decrypt/postern-wrap" { capabilities = ["update"] }
"#;

/// And what rotation needs besides.
pub const ROTATION_POLICY: &str = r#"
path "transit/keys/postern-pepper/rotate" { capabilities = ["update"] }
path "transit/keys/postern-pepper/config" { capabilities = ["update"] }
path "transit/keys/postern-pepper/trim" { capabilities = ["update"] }
"#;

/// The file of whoever made the server's certificate.
const AUTHORITY: &str = "authority.pem";

/// A running server. Dropped, it ends and its folder goes.
pub struct OpenBao {
    // Before the folder, so that the server ends first.
    server: Option<Process>,
    folder: TempDir,
    port: u16,
    root: String,
    encrypted: bool,
}

/// What a server shows of itself, as PEM.
pub struct Certificate {
    /// Its certificate, for 127.0.0.1.
    pub certificate: String,
    /// Its private key.
    pub key: String,
    /// Who made it.
    pub authority: String,
}

impl OpenBao {
    /// Starts a server with storage of its own, and mounts a transit engine.
    #[must_use]
    pub fn start() -> Self {
        Self::start_by(None)
    }

    /// The same over HTTPS.
    #[must_use]
    pub fn start_encrypted(shows: &Certificate) -> Self {
        Self::start_by(Some(shows))
    }

    fn start_by(shows: Option<&Certificate>) -> Self {
        let folder = TempDir::new().unwrap();
        let (port, cluster) = (free_port(), free_port());
        let at = folder.path().display();
        fs::create_dir(folder.path().join("storage")).unwrap();
        fs::write(folder.path().join("seal"), [7; 32]).unwrap();
        let (scheme, tls) = match shows {
            None => ("http", "tls_disable = true".to_owned()),
            Some(shows) => {
                let files = [
                    ("certificate.pem", &shows.certificate),
                    ("key.pem", &shows.key),
                    (AUTHORITY, &shows.authority),
                ];
                for (name, pem) in files {
                    fs::write(folder.path().join(name), pem).unwrap();
                }
                let tls = "tls_cert_file = \"certificate.pem\"\n tls_key_file = \"key.pem\"";
                ("https", tls.to_owned())
            }
        };
        let settings = format!(
            "storage \"raft\" {{\n path = \"{at}/storage\"\n node_id = \"one\"\n}}\n\
             seal \"static\" {{\n current_key_id = \"one\"\n current_key = \"file://{at}/seal\"\n}}\n\
             listener \"tcp\" {{\n address = \"127.0.0.1:{port}\"\n cluster_address = \"127.0.0.1:{cluster}\"\n {tls}\n}}\n\
             api_addr = \"{scheme}://127.0.0.1:{port}\"\ncluster_addr = \"http://127.0.0.1:{cluster}\"\n",
        );
        fs::write(folder.path().join("settings.hcl"), settings).unwrap();
        let mut new = Self { server: None, folder, port, root: String::new(), encrypted: shows.is_some() };
        new.serve();
        let init = ["operator", "init", "-recovery-shares=1", "-recovery-threshold=1"];
        let made = new.run(&init, "");
        let root = made.lines().find_map(|line| line.strip_prefix("Initial Root Token: "));
        root.expect("a token of root's").trim().clone_into(&mut new.root);
        new.wait();
        new.run(&["secrets", "enable", "transit"], "");
        new
    }

    /// Where the engine is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/v1/transit", self.address())
    }

    fn address(&self) -> String {
        let scheme = if self.encrypted { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// The token that may do everything.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// A token that may do what these policies say.
    #[must_use]
    pub fn token(&self, policies: &[&str]) -> String {
        self.run(&["policy", "write", "postern", "-"], &policies.concat());
        self.run(&["token", "create", "-policy=postern", "-field=token"], "").trim().to_owned()
    }

    /// Ends the server.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// Starts it again, at the same address.
    pub fn start_again(&mut self) {
        self.serve();
        self.wait();
    }

    /// Runs a command of its client; what it printed.
    pub fn run(&self, arguments: &[&str], input: &str) -> String {
        let mut client = self.client(arguments);
        let mut child =
            client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn client(&self, arguments: &[&str]) -> Command {
        let mut client = Command::new(program());
        client
            .args(arguments)
            .env("BAO_ADDR", self.address())
            .env("BAO_TOKEN", &self.root)
            .env("HOME", self.folder.path());
        if self.encrypted {
            client.env("BAO_CACERT", self.folder.path().join(AUTHORITY));
        }
        client
    }

    fn serve(&mut self) {
        let mut server = Command::new("setpriv");
        server.args(["--pdeathsig", "KILL", "--"]).arg(program()).args(["server", "-config=settings.hcl"]);
        server.current_dir(self.folder.path()).env("HOME", self.folder.path()).stdin(Stdio::null());
        self.server = Some(Process::start_until(server, Signal::TERM, self.folder.path(), || self.answers()));
    }

    /// Whether it answers its client, sealed (2) or not (0).
    fn answers(&self) -> bool {
        let status = self.client(&["status"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| matches!(status.code(), Some(0 | 2)))
    }

    /// Waits until it is the leader, and so answers.
    fn wait(&self) {
        for _ in 0..600 {
            let listed =
                self.client(&["secrets", "list"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
            if listed.is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("{} does not answer", self.url());
    }
}

fn program() -> PathBuf {
    std::env::var_os(OPENBAO).map_or_else(|| "bao".into(), PathBuf::from)
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
