//! Restore drills: a backup under load, the data folder destroyed, and what comes back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::Method;
use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};
use serde_json::{Value, json};

use crate::POSTERN;
use crate::worker::{none_comes_back, redeem, work, work_time};

/// An installation that ships to a folder beside it.
struct Drill {
    installed: Arc<Installed>,
    place: PathBuf,
    backup: PathBuf,
}

impl Drill {
    fn new() -> Self {
        let installed = Arc::new(Installed::new(POSTERN));
        let (place, backup) =
            (installed.folder.path().join("shipped"), installed.folder.path().join("backup"));
        fs::create_dir(&place).unwrap();
        let text = fs::read_to_string(installed.config()).unwrap();
        let folder = format!("folder = {:?}\n", place.to_str().unwrap());
        let text = text.replace("# folder = \"/mnt/other/postern\"\n", &folder);
        assert!(text.contains(&folder));
        fs::write(installed.config(), text).unwrap();
        Self { installed, place, backup }
    }

    /// A command that must succeed: its answer.
    fn done(&self, arguments: &[&str]) -> Value {
        let (code, answer, said) = self.run(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {answer} {said}");
        answer
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, Value, String) {
        let output = self.installed.command(&[arguments, &["--json"]].concat(), "");
        let answer = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        (output.status.code(), answer, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// A service, and a connection to it.
    async fn serve(&self) -> (Serving, Http) {
        let serving = self.installed.serve();
        let http = Http::connect(&serving.authority, &self.installed.key).await;
        (serving, http)
    }

    fn back_up(&self) -> Value {
        self.done(&["backup", "create", self.backup.to_str().unwrap()])
    }

    /// Destroys the data folder and everything in it.
    fn destroy(&self) {
        fs::remove_dir_all(self.installed.data()).unwrap();
    }

    fn restore(&self) -> Value {
        self.done(&["backup", "restore", self.backup.to_str().unwrap()])
    }

    /// Every log verifies and every row is what its events make.
    fn verifies(&self) {
        let report = self.done(&["audit", "verify", "--replay"]);
        assert_eq!(report["findings"], json!([]), "{report}");
    }

    /// Types of the tenant's events.
    fn types(&self, tenant: &str) -> Vec<String> {
        let text = self.exported(tenant);
        text.split("\"type\":\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }

    /// Events that ended a set because of a restore: type and subject.
    fn restored(&self, tenant: &str) -> Vec<(String, String)> {
        let text = self.exported(tenant);
        let word = |event: &str, name: &str| {
            let rest = event.split_once(&format!("\"{name}\":\""));
            rest.map(|(_, rest)| rest.split('"').next().unwrap().to_owned()).unwrap_or_default()
        };
        let ended = text.split("{\"actor\"").filter(|event| event.contains("\"reason\":\"restored\""));
        ended.map(|event| (word(event, "type"), word(event, "subject"))).collect()
    }

    fn exported(&self, tenant: &str) -> String {
        let folder = self.installed.folder.path().join(format!("export-{}", number()));
        self.done(&["audit", "export", "--tenant", tenant, folder.to_str().unwrap()]);
        let mut text = String::new();
        for file in files(&folder.join("tile/entries")) {
            text.push_str(&String::from_utf8_lossy(&fs::read(file).unwrap()));
        }
        text
    }

    async fn redeem(&self, http: &mut Http, name: &str, code: &str, unique: &str) -> (u16, Value) {
        redeem(&*self.installed, http, name, code, unique).await
    }
}

/// A number that differs from call to call.
fn number() -> usize {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::SeqCst)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answered_spend_revocation_and_budget_comes_back() {
    let drill = Arc::new(Drill::new());
    let installed = &drill.installed;
    let (serving, mut http) = drill.serve().await;
    let anna = installed.issue(&mut http, "anna", "first").await;
    let bert = installed.issue(&mut http, "bert", "first").await;
    let carl = installed.issue(&mut http, "carl", "first").await;

    // Under load, and while the service runs.
    let stop = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..3)
        .map(|number| {
            tokio::spawn(work(
                Arc::clone(&drill.installed),
                serving.authority.clone(),
                number,
                Arc::clone(&stop),
            ))
        })
        .collect();
    let made = drill.back_up();
    assert!(made["events"].as_u64().unwrap() > 10, "{made}");
    let secret = fs::read_to_string(installed.home().join("keys")).unwrap();
    for file in files(&drill.backup).iter().chain(&files(&drill.place)) {
        let bytes = fs::read(file).unwrap();
        for line in secret.lines().filter(|line| line.len() > 40) {
            let value = line.rsplit(' ').next().unwrap().as_bytes();
            assert!(!bytes.windows(value.len()).any(|some| some == value), "a key is in {}", file.display());
        }
    }

    // Since the backup: a spend, five wrong guesses, a revocation, a subject, a staged set over a set that works.
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "since").await.0, 201);
    for n in 0..5 {
        drill.redeem(&mut http, "carl", "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", &format!("guess-{n}")).await;
    }
    let shown = drill.done(&["subject", "show", "bert", "--tenant", &installed.tenant]);
    let set = shown["active_set"]["set"].as_str().unwrap();
    drill.done(&["revoke", set, "--tenant", &installed.tenant, "--reason", "lost"]);
    let dora = installed.issue(&mut http, "dora", "first").await;
    let body = installed.proven("stage", "anna", &json!({ "subject": { "external_id": "anna" } }));
    let staged = http.post("/v1/code-sets", &body, "stage-anna-second").await.json();
    let before = drill.done(&["subject", "show", "carl", "--tenant", &installed.tenant]);
    tokio::time::sleep(work_time()).await;
    stop.store(true, Ordering::SeqCst);
    let mut accepted = Vec::new();
    for worker in load {
        accepted.extend(worker.await.unwrap());
    }
    assert!(accepted.len() > 6, "too little was done for this to show anything: {}", accepted.len());
    // What was answered is shipped within the second that the anchor takes.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    serving.kill();
    drill.destroy();

    let restored = drill.restore();
    assert_eq!((&restored["resolved"], &restored["gaps"]), (&json!(true), &json!([])), "{restored}");
    assert!(restored["replayed"].as_u64().unwrap() > 10, "{restored}");
    drill.verifies();
    let serving = installed.serve();
    accepted.push(("anna".to_owned(), anna[1].clone()));
    none_comes_back(&**installed, &serving.authority, &accepted).await;
    // After the many: a connection that asks nothing for so long is closed.
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    // What was issued before the backup works on; what was revoked since, and what was staged since, does not.
    assert_eq!(drill.redeem(&mut http, "anna", &anna[2], "works").await.0, 201);
    assert_eq!(drill.redeem(&mut http, "bert", &bert[2], "revoked").await.0, 422);
    assert_eq!(drill.redeem(&mut http, "dora", &dora[2], "lost-verifiers").await.0, 422);
    let path = format!("/v1/code-sets/{}/confirm", staged["set"].as_str().unwrap());
    let code = staged["codes"][0]["code"].as_str().unwrap();
    let confirmed = http.post(&path, &json!({ "code": code }), "confirm-late").await;
    assert!(
        confirmed.status >= 400,
        "a set that nobody has verifiers of was confirmed: {}",
        confirmed.json()
    );
    // The budget is where it was: carl is told to wait, as before.
    let after = drill.done(&["subject", "show", "carl", "--tenant", &installed.tenant]);
    assert_eq!(after["active_set"], before["active_set"]);
    // The wait after the fifth may be over by now: a sixth, if it is tested at all, begins a longer one.
    drill.redeem(&mut http, "carl", "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", "guess-again").await;
    let (status, answer) = drill.redeem(&mut http, "carl", &carl[2], "budget").await;
    assert_ne!(status, 201, "five wrong guesses were forgotten: {answer}");
    // A person is still who they were, and gets new codes.
    let shown = drill.done(&["subject", "show", "dora", "--tenant", &installed.tenant]);
    assert_eq!((&shown["external_id"], &shown["active_set"]), (&json!("dora"), &Value::Null));
    let again = installed.issue(&mut http, "dora", "second").await;
    assert_eq!(drill.redeem(&mut http, "dora", &again[1], "new-codes").await.0, 201);
    assert_eq!(serving.stop(), Some(0));
    drill.verifies();
    let types = drill.types(&installed.tenant);
    assert!(types.iter().any(|name| name == "code_set.revoked"));
    // Every set that was staged since ended, and the log says of what: dora's was active, anna's was not yet.
    let ended = drill.restored(&installed.tenant);
    let of = |subject: &str| {
        let shown = drill.done(&["subject", "show", subject, "--tenant", &installed.tenant]);
        let id = shown["subject"].as_str().unwrap().to_owned();
        let of_it = ended.iter().filter(|(_, whose)| *whose == id);
        of_it.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("dora"), ["code_set.revoked"]);
    assert_eq!(of("anna"), ["code_set.discarded"]);
    assert_eq!(of("bert"), Vec::<String>::new(), "a set that had ended before ended once more");
    assert_eq!(of("carl"), Vec::<String>::new(), "a set of before the backup ended");
    // The log goes on, and so does shipping: the same drill once more.
    fs::remove_dir_all(&drill.backup).unwrap();
    drill.back_up();
    drill.destroy();
    drill.restore();
    drill.verifies();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn yesterdays_file_is_refused_until_it_is_resolved_and_nothing_uncertain_works() {
    let drill = Drill::new();
    let installed = &drill.installed;
    let (serving, mut http) = drill.serve().await;
    let anna = installed.issue(&mut http, "anna", "first").await;
    drill.back_up();
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "since").await.0, 201);
    assert_eq!(serving.stop(), Some(0));
    drill.destroy();
    // Whatever was shipped is lost with it.
    fs::remove_dir_all(&drill.place).unwrap();
    let text = fs::read_to_string(installed.config()).unwrap();
    let shipping = format!("folder = {:?}\n", drill.place.to_str().unwrap());
    fs::write(installed.config(), text.replace(&shipping, "")).unwrap();

    let (code, answer, said) = drill.run(&["backup", "restore", drill.backup.to_str().unwrap()]);
    assert_eq!((code, &answer["resolved"]), (Some(3), &json!(false)), "{answer} {said}");
    let (serving, mut http) = drill.serve().await;
    assert_eq!(drill.redeem(&mut http, "anna", &anna[2], "early").await.0, 503);
    assert_eq!(serving.stop(), Some(0));

    let resolved = drill.done(&["audit", "resolve"]);
    assert_eq!(resolved["subjects_revoked"], json!(1), "{resolved}");
    assert_eq!(resolved["gaps"].as_array().unwrap().len(), 2, "{resolved}");
    let (serving, mut http) = drill.serve().await;
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "spent-in-the-gap").await.0, 422);
    assert_eq!(
        drill.redeem(&mut http, "anna", &anna[2], "not-spent").await.0,
        422,
        "a set that may have ended works"
    );
    let shown = drill.done(&["subject", "show", "anna", "--tenant", &installed.tenant]);
    assert_eq!(shown["active_set"], Value::Null);
    let again = installed.issue(&mut http, "anna", "second").await;
    assert_eq!(drill.redeem(&mut http, "anna", &again[1], "new-codes").await.0, 201);
    assert_eq!(serving.stop(), Some(0));
    drill.verifies();
    let types = drill.types(&installed.tenant);
    for name in ["log.rollback_found", "log.resolved", "code_set.revoked"] {
        assert!(types.iter().any(|found| found == name), "{name} is not in {types:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shipped_events_that_were_altered_or_cut_out_are_not_replayed() {
    let drill = Drill::new();
    let installed = &drill.installed;
    drill.back_up();
    let (serving, mut http) = drill.serve().await;
    let anna = installed.issue(&mut http, "anna", "first").await;
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "since").await.0, 201);
    assert_eq!(serving.stop(), Some(0));
    drill.destroy();
    let bundles = files(&drill.place.join(&installed.tenant));
    assert_eq!(bundles.len(), 1, "narrower bundles are left behind: {bundles:?}");
    let original = fs::read(&bundles[0]).unwrap();
    let backup = drill.backup.to_str().unwrap();
    for at in [0, original.len() / 2, original.len() - 1] {
        let mut altered = original.clone();
        altered[at] ^= 1;
        fs::write(&bundles[0], &altered).unwrap();
        let (code, _, said) = drill.run(&["backup", "restore", backup]);
        assert_eq!(code, Some(1));
        assert!(said.contains("was altered"), "{said}");
        assert!(!installed.data().exists(), "something was laid down of what is not genuine");
    }
    // Another log's bundle under this one's name.
    let other = files(&drill.place)
        .into_iter()
        .find(|file| file.to_str().unwrap().contains("entries") && *file != bundles[0]);
    fs::copy(other.unwrap(), &bundles[0]).unwrap();
    assert_eq!(drill.run(&["backup", "restore", backup]).0, Some(1));
    fs::write(&bundles[0], &original).unwrap();
    drill.restore();
    drill.verifies();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_were_signed_and_never_shipped_are_a_gap_also_if_the_anchor_knows_of_none() {
    let drill = Drill::new();
    let installed = &drill.installed;
    let ships = fs::read_to_string(installed.config()).unwrap();
    let shipping = format!("folder = {:?}\n", drill.place.to_str().unwrap());
    fs::write(installed.config(), ships.replace(&shipping, "")).unwrap();
    let (serving, mut http) = drill.serve().await;
    let anna = installed.issue(&mut http, "anna", "first").await;
    drill.back_up();
    let anchor = fs::read(installed.home().join("anchor")).unwrap();
    for number in 0..260 {
        let body = json!({ "external_id": format!("person-{number}") });
        let created = http.post("/v1/subjects", &body, &format!("create-{number}")).await;
        assert_eq!(created.status, 201);
    }
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "in-the-gap").await.0, 201);
    assert_eq!(serving.stop(), Some(0));

    // Shipping comes as far as the first bundle; then the machine is gone, and with it what the anchor was told.
    fs::write(installed.config(), &ships).unwrap();
    let log = drill.place.join(&installed.tenant).join("entries");
    fs::create_dir_all(&log).unwrap();
    fs::write(log.join("001.p"), "no folder").unwrap();
    let serving = installed.serve();
    while !log.join("000").exists() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    serving.kill();
    drill.destroy();
    fs::remove_file(log.join("001.p")).unwrap();
    fs::write(installed.home().join("anchor"), anchor).unwrap();

    let restored = drill.restore();
    let gaps = restored["gaps"].as_array().unwrap();
    assert_eq!((gaps.len(), &gaps[0]["tenant"]), (1, &json!(installed.tenant)), "{restored}");
    assert_eq!(gaps[0]["found"], json!(256));
    assert!(gaps[0]["anchored"].as_u64().unwrap() > 260, "{restored}");
    let (serving, mut http) = drill.serve().await;
    for (code, unique) in [(&anna[1], "spent-in-the-gap"), (&anna[2], "not-spent")] {
        assert_eq!(drill.redeem(&mut http, "anna", code, unique).await.0, 422, "{unique}");
    }
    assert_eq!(serving.stop(), Some(0));
    drill.verifies();
    assert!(drill.types(&installed.tenant).iter().any(|found| found == "log.rollback_found"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_clones_one_stops_before_it_accepts_anything() {
    let drill = Drill::new();
    let installed = &drill.installed;
    let (serving, mut http) = drill.serve().await;
    let anna = installed.issue(&mut http, "anna", "first").await;
    assert_eq!(serving.stop(), Some(0));
    // A copy of the whole machine: its own data folder, and the one anchor.
    let clone = installed.folder.path().join("clone");
    copy(&installed.home(), &clone);
    copy(&installed.data(), &clone.join("data"));
    let anchor = installed.home().join("anchor");
    let text = fs::read_to_string(clone.join("postern.toml")).unwrap();
    let text = text.replace("file = \"anchor\"", &format!("file = {:?}", anchor.to_str().unwrap()));
    fs::write(clone.join("postern.toml"), text).unwrap();

    let first = installed.serve();
    let mut http = Http::connect(&first.authority, &installed.key).await;
    let second = postern_testkit::installed::Serving::begin(POSTERN.as_ref(), &clone, &[]);
    let mut cloned = Http::connect(&second.authority, &installed.key).await;
    assert_eq!(drill.redeem(&mut cloned, "anna", &anna[1], "clone").await.0, 503);
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "original").await.0, 201);
    assert_eq!(second.stop(), Some(0));

    // On another host there is no lock between them: whoever came first stops when the other has taken over.
    first.stop();
    copy(&installed.data(), &clone.join("data"));
    let first = installed.serve();
    fs::remove_file(installed.home().join("anchor.lock")).unwrap();
    let second = postern_testkit::installed::Serving::begin(POSTERN.as_ref(), &clone, &[]);
    let mut admin = Http::connect(&first.admin, "none").await;
    let mut stopped = false;
    for _ in 0..100 {
        let ready = admin.send(Method::GET, "/readyz", None, "").await;
        stopped = ready.status == 503 && ready.json()["reasons"] == json!(["anchor-disagrees"]);
        if stopped {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(stopped, "an instance that was overtaken goes on");
    let mut http = Http::connect(&first.authority, &installed.key).await;
    assert_eq!(drill.redeem(&mut http, "anna", &anna[2], "overtaken").await.0, 503);
    let mut cloned = Http::connect(&second.authority, &installed.key).await;
    assert_eq!(drill.redeem(&mut cloned, "anna", &anna[2], "goes-on").await.0, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_command_does_while_nothing_serves_is_anchored_and_shipped() {
    let drill = Drill::new();
    let installed = &drill.installed;
    let (serving, mut http) = drill.serve().await;
    let anna = installed.issue(&mut http, "anna", "first").await;
    drill.back_up();
    assert_eq!(serving.stop(), Some(0));
    let before = installed.home().join("before");
    copy(&installed.data(), &before);
    let shown = drill.done(&["subject", "show", "anna", "--tenant", &installed.tenant]);
    let set = shown["active_set"]["set"].as_str().unwrap();
    drill.done(&["revoke", set, "--tenant", &installed.tenant, "--reason", "lost"]);
    // The disk dies before anything serves again, and somebody puts a copy of before in its place.
    drill.destroy();
    fs::rename(&before, installed.data()).unwrap();
    let (serving, mut http) = drill.serve().await;
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "of-before").await.0, 503);
    assert_eq!(serving.stop(), Some(0));
    drill.destroy();
    let restored = drill.restore();
    // The revocation, and that there is a backup.
    assert_eq!((&restored["replayed"], &restored["gaps"]), (&json!(2), &json!([])), "{restored}");
    // What a restore records is shipped by it: the next disk may die before anything serves, too.
    drill.destroy();
    let restored = drill.restore();
    assert_eq!(restored["gaps"], json!([]), "{restored}");
    let (serving, mut http) = drill.serve().await;
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "of-after").await.0, 422);
    assert_eq!(serving.stop(), Some(0));
    // Where nothing can be told, what was done is done, and a message says that one disk alone has it.
    drill.done(&["tenant", "create", "First"]);
    fs::rename(&drill.place, drill.place.with_extension("away")).unwrap();
    let (code, made, said) = drill.run(&["tenant", "create", "Second"]);
    assert_eq!((code, made["tenant"].is_string()), (Some(0), true), "{made} {said}");
    assert!(said.contains("only this data folder knows"), "{said}");
}
