//! An erased person: nothing of them is in any file when the days of copied keys are over, the log still verifies, and no
//! restore brings them back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hyper::Method;
use postern_core::ids::SubjectId;
use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};
use postern_testkit::leaks::Secrets;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::POSTERN;
use crate::moved_clock::MovedClock;
use crate::node::complained;

/// Who is erased: one from before the backup, one from after it. The third stays.
const ANNA: &str = "anna.quillfeather@people.example";
const CORA: &str = "cora.thistledown@people.example";
const BERT: &str = "bert.marshwiggle@people.example";
/// What only events have of them.
const ADDRESS: &str = "2001:db8:1f2e:3d4c:5b6a:7988:a7b6:c5d4";
const AGENT: &str = "Quillfeather/7.3 (a made-up browser)";

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// The word and the time that a backup's keyring begins with.
const HEAD: usize = 24;

/// An installation that ships to a folder beside it and goes by a clock of its own.
struct Home {
    installed: Installed,
    clock: MovedClock,
    _clock: TempDir,
}

impl Home {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = MovedClock::new(folder.path().join("clock"));
        let environment = clock.environment();
        let environment: Vec<_> =
            environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let installed = Installed::made_with(POSTERN, &[], &environment);
        fs::create_dir(installed.folder.path().join("shipped")).unwrap();
        let text = fs::read_to_string(installed.config()).unwrap();
        let place = format!("folder = {:?}", installed.folder.path().join("shipped").to_str().unwrap());
        let text = text.replace("# folder = \"/mnt/other/postern\"", &place);
        assert!(text.contains(&place));
        fs::write(installed.config(), text).unwrap();
        installed.log("trace");
        Self { installed, clock, _clock: folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.installed.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, Value, String) {
        let output = self.installed.command(&[arguments, &["--json"]].concat(), "");
        let answer = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code(), answer, complained(&output))
    }

    fn done(&self, arguments: &[&str]) -> Value {
        let (code, answer, said) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {answer} {said}");
        answer
    }

    /// The wrapped keys of these people, as a backup has them.
    fn back_up(&self, name: &str, of: &[&str]) -> Vec<Vec<u8>> {
        self.done(&["backup", "create", self.at(name).to_str().unwrap()]);
        let keys = keyring(&self.at(name));
        let key = |id: &&str| {
            let id = SubjectId::parse(id).unwrap();
            let found = keys.iter().find(|(whose, _)| *whose == id.bytes());
            found.unwrap_or_else(|| panic!("{name} has no key of {id}")).1.clone()
        };
        of.iter().map(key).collect()
    }

    /// Restores from a backup: nobody who was erased is there, and everything verifies.
    fn restored(&self, backup: &str, id: &str) {
        self.restore(backup, id);
        self.verifies();
    }

    /// Restores from a backup without a keyring, when the copied keys are gone: whose key is lost is named, and nobody else.
    fn restored_without_keys(&self, backup: &str, id: &str, lost: &str) {
        self.restore(backup, id);
        let (code, report, _) = self.run(&["audit", "verify", "--replay"]);
        assert_eq!(code, Some(3), "{report}");
        let findings = report["findings"].as_array().unwrap();
        assert_eq!((findings.len(), &findings[0]["object"]), (1, &json!(lost)), "{report}");
        assert!(findings[0]["what"].as_str().unwrap().contains("its own key is missing"), "{report}");
    }

    /// Restores from a backup: nobody who was erased is there.
    fn restore(&self, backup: &str, id: &str) {
        let restored = self.done(&["backup", "restore", self.at(backup).to_str().unwrap()]);
        assert_eq!((&restored["resolved"], &restored["gaps"]), (&json!(true), &json!([])), "{restored}");
        for name in [ANNA, CORA] {
            let (code, answer, _) = self.run(&["subject", "show", name, "--tenant", &self.installed.tenant]);
            assert_eq!(code, Some(1), "{name} is back: {answer}");
        }
        let shown = self.done(&["subject", "show", id, "--tenant", &self.installed.tenant]);
        assert!(shown["external_id"].is_null(), "{shown}");
    }

    fn verifies(&self) {
        let report = self.done(&["audit", "verify", "--replay"]);
        assert_eq!(report["findings"], json!([]), "{report}");
    }

    /// Where any of these bytes are, under a folder.
    fn found(&self, under: &str, secrets: &[&[u8]]) -> Vec<String> {
        let keys = secrets.iter().map(|secret| (String::from_utf8_lossy(secret).into(), secret.to_vec()));
        let search = Secrets { keys: keys.collect(), ..Secrets::default() }.search();
        let mut found = Vec::new();
        for file in files(&self.at(under)) {
            let names = search.found_in(&fs::read(&file).unwrap());
            found.extend(names.iter().map(|name| format!("{name} in {}", file.display())));
        }
        found
    }

    fn id(&self, name: &str) -> String {
        let shown = self.done(&["subject", "show", name, "--tenant", &self.installed.tenant]);
        shown["subject"].as_str().unwrap().to_owned()
    }

    /// Signs in with a code, from an address with a browser.
    async fn sign_in(&self, http: &mut Http, name: &str, code: &str) {
        let body = json!({
            "subject": { "external_id": name },
            "code": code,
            "purpose": "second_factor",
            "txn": "login-0123456789",
            "client": { "address": ADDRESS, "user_agent": AGENT },
        });
        let body = self.installed.proven("redeem", name, &body);
        let answer = http.post("/v1/redemptions", &body, &format!("sign-in-{name}")).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
    }

    /// A key that may have people erased.
    fn privacy_key(&self) -> String {
        let scopes = "subjects:leave,subjects:read,events:read";
        let create =
            ["application", "create", "privacy", "--tenant", &self.installed.tenant, "--scopes", scopes];
        let made = self.done(&[create.as_slice(), &["--tiers", "standard"]].concat());
        made["key"].as_str().unwrap().to_owned()
    }
}

/// Every wrapped key of a backup, and whose it is.
fn keyring(backup: &Path) -> Vec<([u8; 16], Vec<u8>)> {
    let (bytes, mut keys) = (fs::read(backup.join("keyring")).unwrap(), Vec::new());
    let mut rest = &bytes[HEAD..];
    while !rest.is_empty() {
        let length = usize::from(u16::from_be_bytes(rest[32..34].try_into().unwrap()));
        keys.push((rest[16..32].try_into().unwrap(), rest[34..34 + length].to_vec()));
        rest = &rest[34 + length..];
    }
    keys
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Waits until something is so.
async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if is().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not in half a minute: {what}");
}

async fn status(http: &mut Http, id: &str) -> u16 {
    http.get(&format!("/v1/subjects/{id}")).await.status
}

/// Serves at a time, and does something over a connection.
async fn serving(home: &Home, key: &str, ahead: i64) -> (Serving, Http) {
    home.clock.stands(ahead);
    let serving = home.installed.serve();
    let http = Http::connect(&serving.authority, key).await;
    (serving, http)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_erased_person_no_copy_is_left_and_no_restore_brings_one_back() {
    let home = Home::new();
    let installed = &home.installed;
    let privacy = home.privacy_key();
    let (service, mut http) = serving(&home, &installed.key, 0).await;
    for name in [ANNA, BERT] {
        let codes = installed.issue(&mut http, name, "first").await;
        home.sign_in(&mut http, name, &codes[1]).await;
    }
    let (anna, bert) = (home.id(ANNA), home.id(BERT));
    let [of_anna, of_bert] = home.back_up("before", &[&anna, &bert]).try_into().unwrap();
    let codes = installed.issue(&mut http, CORA, "first").await;
    home.sign_in(&mut http, CORA, &codes[1]).await;
    let cora = home.id(CORA);
    let [of_cora] = home.back_up("passing", &[&cora]).try_into().unwrap();
    fs::remove_dir_all(home.at("passing")).unwrap();

    let mut asking = Http::connect(&service.authority, &privacy).await;
    for id in [&anna, &cora] {
        let exported = asking.get(&format!("/v1/subjects/{id}/export")).await.json().to_string();
        assert!(exported.contains(ADDRESS) && exported.contains(AGENT), "{exported}");
        let answer = asking
            .send(Method::POST, &format!("/v1/subjects/{id}/erase"), None, &format!("erase-{id}"))
            .await;
        assert_eq!(answer.status, 202, "{}", answer.json());
    }
    assert_eq!(service.stop(), Some(0));
    // What is searched for can be found while it is there.
    let erased: [&[u8]; 2] = [&of_anna, &of_cora];
    assert_eq!(home.found("postern/data", &erased).len(), 2);

    // When the wait is over.
    let (service, mut asking) = serving(&home, &privacy, 25 * HOUR).await;
    for id in [&anna, &cora] {
        until("it was erased", async || status(&mut asking, id).await == 404).await;
    }
    assert_eq!(status(&mut asking, &bert).await, 200);
    assert_eq!(service.stop(), Some(0));
    assert_eq!(home.found("postern/data", &erased), Vec::<String>::new());
    assert_eq!(home.found("postern/data", &[&of_bert]).len(), 1, "the other's key is gone too");
    home.verifies();
    assert!(!files(&home.at("shipped/keyring")).is_empty(), "copied keys go before their days are over");

    // The backup from before, and the shipped keys, have both; the restored folder has neither.
    fs::remove_dir_all(installed.data()).unwrap();
    home.restored("before", &anna);
    assert_eq!(home.found("postern/data", &erased), Vec::<String>::new());
    assert_eq!(home.found("postern/data", &[&of_bert]).len(), 1);

    // When the days of copied keys are over. One backup was forgotten.
    let (service, mut asking) = serving(&home, &privacy, 33 * DAY).await;
    until("shipped keys are gone", async || files(&home.at("shipped/keyring")).is_empty()).await;
    let shown = asking.get(&format!("/v1/subjects/{bert}/export")).await.json().to_string();
    assert!(shown.contains(BERT) && shown.contains(AGENT), "{shown}");
    home.back_up("after", &[&bert]);
    assert_eq!(service.stop(), Some(0));
    home.verifies();
    fs::remove_dir_all(installed.data()).unwrap();
    let (code, _, said) = home.run(&["backup", "restore", home.at("before").to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("more than 30 days old") && !installed.data().exists(), "{said}");
    fs::remove_file(home.at("before/keyring")).unwrap();
    home.restored_without_keys("before", &cora, &bert);

    let personal = [ANNA, CORA, ADDRESS, AGENT].map(str::as_bytes);
    assert_eq!(home.found("", &[&erased[..], &personal].concat()), Vec::<String>::new());
    assert!(files(&home.at("")).iter().any(|file| file.ends_with("postern/log")));
    // What the restore recorded was shipped by it.
    fs::remove_dir_all(installed.data()).unwrap();
    home.restored("after", &anna);
    assert_eq!(home.found("", &[&erased[..], &personal].concat()), Vec::<String>::new());
}
