//! A real installation of the built binary: made by `init`, served by `serve`, killed when a test wants it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use postern_core::Time;
use postern_core::ids::ProverId;
use postern_core::ports::Clock as _;
use postern_outside::clock::SystemClock;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Answer, Http, TestProver};

/// An installation in a temporary folder.
pub struct Installed {
    binary: PathBuf,
    environment: Vec<(String, String)>,
    /// The folder with everything in it.
    pub folder: TempDir,
    /// The tenant's id.
    pub tenant: String,
    /// The application's key.
    pub key: String,
    /// The registered prover.
    pub prover: TestProver,
}

/// A process that serves.
pub struct Serving {
    child: Child,
    /// Host and port of the API.
    pub authority: String,
    /// Host and port of health and metrics.
    pub admin: String,
    _stdout: BufReader<ChildStdout>,
}

/// Scopes of the installation's application.
const SCOPES: &str =
    "events:read,log:read,redeem,rehearse,sets:revoke,sets:stage,subjects:read,subjects:write";

impl Installed {
    /// `init`, a tenant, an application and a prover.
    #[must_use]
    pub fn new(binary: &str) -> Self {
        Self::made_with(binary, &[], &[])
    }

    /// The same with more arguments of `init`, and processes that find this in their environment.
    #[must_use]
    pub fn made_with(binary: &str, init: &[&str], environment: &[(&str, &str)]) -> Self {
        let (binary, folder) = (PathBuf::from(binary), TempDir::new().unwrap());
        let run = |arguments: &[&str]| run(&binary, arguments, environment);
        let at = folder.path().join("postern");
        let arguments = ["init", at.to_str().unwrap(), "--name", "postern.test", "--json"];
        run(&[&arguments, init].concat());
        let config = at.join("postern.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let text = text.replace("127.0.0.1:7878", "127.0.0.1:0").replace("127.0.0.1:7879", "127.0.0.1:0");
        std::fs::write(&config, text).unwrap();
        let config = config.to_str().unwrap();
        let tenant = run(&["tenant", "create", "acme", "--config", config, "--json"])["tenant"].clone();
        let tenant = tenant.as_str().unwrap().to_owned();
        let create = ["application", "create", "login", "--tenant", &tenant, "--scopes", SCOPES];
        let tiers = "standard,elevated,privileged,break_glass,service";
        let more = ["--tiers", tiers, "--enforces", "enrol", "--config", config, "--json"];
        // A campaign's long form does within an hour what no application does.
        let caps = ["--stage-cap", "100000", "--revoke-cap", "100000"];
        let key = run(&[create.as_slice(), &caps, &more].concat())["key"].as_str().unwrap().to_owned();
        let seed = [42; 32];
        let public = TestProver::public(seed);
        let jwk = at.join("prover.json");
        std::fs::write(&jwk, json!({ "kty": "OKP", "crv": "Ed25519", "x": public.x }).to_string()).unwrap();
        let issuer = "https://idp.test";
        let add =
            ["prover", "add", "idp", "--tenant", &tenant, "--issuer", issuer, "--key", jwk.to_str().unwrap()];
        let prover = run(&[add.as_slice(), &["--config", config, "--json"]].concat());
        let id = ProverId::parse(prover["prover"].as_str().unwrap()).unwrap();
        let prover = TestProver::new(id, issuer, prover["audience"].as_str().unwrap(), seed);
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let environment = environment.collect();
        Self { binary, environment, folder, tenant, key, prover }
    }

    /// From now on it is of another release.
    pub fn upgrade(&mut self, binary: &str) {
        self.binary = PathBuf::from(binary);
    }

    /// The folder that `init` made.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("postern")
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    /// The configuration file.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.home().join("postern.toml")
    }

    /// Sets how much the service's own log says.
    pub fn log(&self, level: &str) {
        let text = std::fs::read_to_string(self.config()).unwrap();
        std::fs::write(self.config(), text.replace("level = \"info\"", &format!("level = \"{level}\"")))
            .unwrap();
    }

    /// Runs a command with the installation's configuration.
    #[must_use]
    pub fn command(&self, arguments: &[&str], typed: &str) -> Output {
        let config = self.config();
        let all = [arguments, &["--config", config.to_str().unwrap()]].concat();
        let environment = self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        output(&self.binary, &all, typed, &environment.collect::<Vec<_>>())
    }

    /// Runs a command that is an HTTP client.
    #[must_use]
    pub fn client(&self, serving: &Serving, arguments: &[&str], typed: &str) -> Output {
        let url = format!("http://{}", serving.authority);
        output(
            &self.binary,
            arguments,
            typed,
            &[("POSTERN_URL", &url), ("POSTERN_APPLICATION_KEY", &self.key)],
        )
    }

    /// Serves; the log goes to `log` in the home folder.
    #[must_use]
    pub fn serve(&self) -> Serving {
        Serving::begin(&self.binary, &self.home(), &self.environment)
    }

    /// A body with a prover's assertion in the member that the operation wants it in.
    #[must_use]
    pub fn proven(&self, operation: &str, subject: &str, body: &Value) -> Value {
        let mut sent = body.clone();
        if operation == "redeem" {
            sent["first_factor"] = json!({});
        }
        let mut signed = sent.clone();
        signed.as_object_mut().unwrap().remove("code");
        let assertion = self.prover.assertion(operation, subject, &signed, now());
        match operation {
            "redeem" => sent["first_factor"]["assertion"] = assertion.into(),
            _ => sent["assertion"] = assertion.into(),
        }
        sent
    }

    /// Creates a subject, if it is not there, and asks for a set; what was answered.
    pub async fn stage(&self, http: &mut Http, name: &str, unique: &str) -> Answer {
        let created = http
            .post("/v1/subjects", &json!({ "external_id": name }), &format!("create-{name}-{unique}"))
            .await;
        assert!(created.status < 300, "{}", created.json());
        let body = self.proven("stage", name, &json!({ "subject": { "external_id": name } }));
        http.post("/v1/code-sets", &body, &format!("stage-{name}-{unique}")).await
    }

    /// Creates a subject and issues it a set over HTTP: the codes.
    pub async fn issue(&self, http: &mut Http, name: &str, unique: &str) -> Vec<String> {
        let staged = self.stage(http, name, unique).await;
        assert_eq!(staged.status, 201, "{}", staged.json());
        let staged = staged.json();
        let codes: Vec<String> = staged["codes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code["code"].as_str().unwrap().to_owned())
            .collect();
        let path = format!("/v1/code-sets/{}/confirm", staged["set"].as_str().unwrap());
        let confirmed =
            http.post(&path, &json!({ "code": codes[0] }), &format!("confirm-{name}-{unique}")).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.json());
        codes
    }

    /// A redemption's body.
    #[must_use]
    pub fn redemption(&self, name: &str, code: &str) -> Value {
        let body = json!({
            "subject": { "external_id": name },
            "code": code,
            "purpose": "second_factor",
            "txn": "login-0123456789",
        });
        self.proven("redeem", name, &body)
    }
}

impl Serving {
    /// Serves from a folder with its configuration `postern.toml`; the log goes to `log` beside it.
    #[must_use]
    pub fn begin(binary: &Path, folder: &Path, environment: &[(String, String)]) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(folder.join("log")).unwrap();
        let mut child = Command::new(binary)
            .args(["serve", "--json", "--config", folder.join("postern.toml").to_str().unwrap()])
            .envs(environment.iter().cloned())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            panic!("the service did not begin: {line} {log}")
        });
        let address = |name: &str| said[name].as_str().unwrap().rsplit("//").next().unwrap().to_owned();
        let (authority, admin) = (address("url"), address("admin"));
        Self { child, authority, admin, _stdout: stdout }
    }

    /// The process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to read its certificates anew.
    pub fn renew(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &id]).status().unwrap().success());
    }

    /// Asks the process to stop and gives its exit code.
    pub fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The system's time.
#[must_use]
pub fn now() -> Time {
    SystemClock.now()
}

/// Runs a command that must succeed, and reads its answer.
fn run(binary: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Value {
    let done = output(binary, arguments, "", environment);
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Runs a command with something typed.
#[must_use]
pub fn output(binary: &Path, arguments: &[&str], typed: &str, environment: &[(&str, &str)]) -> Output {
    let mut child = Command::new(binary)
        .args(arguments)
        .env_remove("POSTERN_APPLICATION_KEY")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}
