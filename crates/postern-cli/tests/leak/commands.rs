//! The command line: what each command says on the terminal, beside what it is asked for.

use std::process::Output;

use postern_testkit::installed::{Installed, Serving, output};
use serde_json::{Value, json};

use crate::POSTERN;
use crate::scenario::Scenario;

/// Runs commands and keeps what they said.
pub(crate) struct Commands<'s, 'a> {
    pub(crate) scenario: &'s mut Scenario<'a>,
    installed: &'a Installed,
}

impl<'s, 'a> Commands<'s, 'a> {
    pub(crate) fn new(scenario: &'s mut Scenario<'a>) -> Self {
        let installed = scenario.installed;
        Self { scenario, installed }
    }

    /// A command: everything that it says is searched.
    fn say(&mut self, words: &str) -> Value {
        let (output, words) = (self.run(words), words.to_owned());
        let said = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        self.scenario.kept(&words, output.stdout);
        said
    }

    /// A command whose answer is a secret: what it says beside its answer is searched.
    fn show(&mut self, words: &str) -> Value {
        serde_json::from_slice(&self.run(words).stdout).unwrap()
    }

    fn run(&mut self, words: &str) -> Output {
        let named = words.replace("TENANT", &self.installed.tenant);
        let arguments: Vec<&str> = named.split(' ').chain(["--json"]).collect();
        let output = self.installed.command(&arguments, "");
        let all = [output.stdout.as_slice(), &output.stderr].concat();
        assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&all));
        self.scenario.kept(&format!("{words}, beside"), output.stderr.clone());
        output
    }

    /// What is set up before codes are issued; the key of an application that may do more than the usual one.
    pub(crate) fn before(&mut self) -> String {
        self.say("tenant change TENANT --keep-kinds");
        let scopes = "events:read,subjects:read,subjects:write,subjects:tier-raise,subjects:leave,sets:stage,redeem,rehearse,sets:revoke,leaks";
        let made = self.show(&format!("application create more --tenant TENANT --scopes {scopes}"));
        let (application, key) =
            (made["application"].as_str().unwrap(), made["key"].as_str().unwrap().to_owned());
        let rotated = self.show(&format!("application key rotate {application} --tenant TENANT"));
        for (n, key) in [key.as_str(), rotated["key"].as_str().unwrap()].into_iter().enumerate() {
            self.scenario.secrets.tokens.push((format!("application key {n} of more"), key.to_owned()));
        }
        key
    }

    /// Codes and keys that are typed at a prompt.
    pub(crate) async fn typed(&mut self, serving: &Serving) {
        let code = self.scenario.secrets.codes[9].clone();
        for word in [code.clone(), format!("{code}X"), code[..20].to_owned()] {
            let said = output(POSTERN.as_ref(), &["code", "inspect"], &format!("{word}\n"), &[]);
            // What it read is its answer: that is what it is for.
            let mut answer: Value = serde_json::from_slice(&said.stdout).unwrap();
            answer["canonical"].take();
            self.scenario.kept("code inspect", [answer.to_string().into_bytes(), said.stderr].concat());
        }
        let body = json!({ "subject": { "external_id": "special" }, "reason": "renew" });
        let assertion =
            self.installed.proven("stage", "special", &body)["assertion"].as_str().unwrap().to_owned();
        // Outside of what is searched: it is the operator's own file.
        let own = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(own.path(), &assertion).unwrap();
        let at = own.path().to_str().unwrap();
        let issued =
            self.installed.client(serving, &["issue", "special", "--assertion", at, "--json"], "PSTN-1\n\n");
        let text = String::from_utf8(issued.stdout).unwrap();
        let staged: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        let codes: Vec<String> = staged["codes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code["code"].as_str().unwrap().to_owned())
            .collect();
        for command in ["redeem", "rehearse"] {
            let words = [command, "special", "--assertion", at, "--json"];
            let said = self.installed.client(serving, &words, &format!("{}\n", codes[0]));
            self.scenario.kept(command, [said.stdout, said.stderr].concat());
        }
        self.scenario.secrets.codes.extend(codes);
        self.scenario.kept("issue, beside", issued.stderr);
        self.scenario.kept("issue, after the codes", text.lines().skip(1).collect::<String>());
    }

    /// While the service runs.
    pub(crate) fn beside_a_service(&mut self) {
        let backup = self.installed.folder.path().join("backup");
        for words in [
            "tenant list",
            "application list --tenant TENANT",
            "prover list --tenant TENANT",
            "subject list --tenant TENANT",
            "subject show holder-0@example.org --tenant TENANT",
            "campaign list --tenant TENANT",
            "audit alarms --tenant TENANT",
            "key list",
            "key rotate",
            "doctor",
            "config check",
            "audit verify --replay",
        ] {
            self.say(words);
        }
        let shown = self.say("subject show holder-1@example.org --tenant TENANT");
        let set = shown["active_set"]["set"].as_str().unwrap();
        self.say(&format!("revoke {set} --reason compromised --tenant TENANT"));
        let export = self.installed.folder.path().join("export");
        self.say(&format!("audit export --tenant TENANT {}", export.display()));
        let proof = self.installed.folder.path().join("proof");
        self.say(&format!("audit proof 3 --tenant TENANT --file {}", proof.display()));
        if self.installed.data().exists() {
            self.say(&format!("backup create {}", backup.display()));
        }
    }

    /// After the service has stopped.
    pub(crate) fn after(&mut self) {
        let folder = self.installed.folder.path();
        let passphrase = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(passphrase.path(), "a passphrase of this test\n").unwrap();
        let copy = folder.join("sealed-copy").display().to_string();
        self.say(&format!("key backup {copy} --passphrase-file {}", passphrase.path().display()));
        self.say("audit verify --replay");
        // The last act: the restored folder goes on from the anchor, and the one that there was does not.
        if self.installed.data().exists() {
            let (backup, to) =
                (folder.join("backup").display().to_string(), folder.join("restored").display().to_string());
            let shipped = folder.join("shipped").display().to_string();
            let words = ["backup", "restore", &backup, "--shipped", &shipped, "--to", &to, "--json"];
            let said = self.installed.command(&words, "");
            self.scenario.kept("backup restore", [said.stdout, said.stderr].concat());
            assert!(folder.join("restored").exists());
        }
    }
}
