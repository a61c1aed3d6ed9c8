//! Restore drills on PostgreSQL: an older dump put in the place of the database, then `audit resolve`.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postern_cluster::Database;
use postern_testkit::Http;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::login::Login;
use crate::node::{Node, complained};
use crate::worker::{none_comes_back, redeem, work, work_time};

/// A node on a database, which ships to a folder beside it.
struct Drill {
    node: Node,
    login: Arc<Login>,
    database: Database,
    place: PathBuf,
    _folder: TempDir,
}

impl Drill {
    fn new() -> Self {
        let (folder, database) = (TempDir::new().unwrap(), Database::new());
        let node = Node::init(&folder.path().join("node"), &database.url());
        node.tolerate();
        let place = folder.path().join("shipped");
        fs::create_dir(&place).unwrap();
        node.change("# folder = \"/mnt/other/postern\"", &format!("folder = {:?}", place.to_str().unwrap()));
        let login = Arc::new(Login::on(&node));
        Self { node, login, database, place, _folder: folder }
    }

    async fn redeem(&self, http: &mut Http, name: &str, code: &str, unique: &str) -> (u16, Value) {
        redeem(&*self.login, http, name, code, unique).await
    }

    fn show(&self, name: &str) -> Value {
        self.node.done(&["subject", "show", name, "--tenant", &self.login.tenant])
    }

    /// Whoever is set back in time answers nobody.
    async fn is_refused(&self, name: &str, code: &str) {
        let serving = self.node.serve();
        let mut http = Http::connect(&serving.authority, &self.login.key).await;
        assert_eq!(self.redeem(&mut http, name, code, "early").await.0, 503);
        assert_eq!(serving.stop(), Some(0));
        for command in [["tenant", "list"].as_slice(), &["audit", "verify"], &["key", "list"]] {
            let refused = self.node.command(command);
            assert_eq!(refused.status.code(), Some(1), "{command:?}: {}", complained(&refused));
        }
        assert_eq!(self.node.command(&["doctor"]).status.code(), Some(1));
    }

    fn verifies(&self) {
        let report = self.node.done(&["audit", "verify", "--replay"]);
        assert_eq!(report["findings"], json!([]), "{report}");
        assert_eq!(self.database.psql("SELECT count(*) FROM pending"), "0\n");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answered_spend_revocation_and_budget_comes_back() {
    let drill = Arc::new(Drill::new());
    let serving = drill.node.serve();
    let mut http = Http::connect(&serving.authority, &drill.login.key).await;
    let anna = drill.login.issue(&mut http, "anna").await;
    let bert = drill.login.issue(&mut http, "bert").await;
    let carl = drill.login.issue(&mut http, "carl").await;
    let stop = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..3)
        .map(|number| {
            tokio::spawn(work(Arc::clone(&drill.login), serving.authority.clone(), number, Arc::clone(&stop)))
        })
        .collect();
    // Enough is on its way that the dump has some of it with and some without a place in the log.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let dump = tokio::task::block_in_place(|| drill.database.dump());

    // Since the dump: a spend, five wrong guesses, a revocation, a subject with a set.
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "since").await.0, 201);
    for n in 0..5 {
        drill.redeem(&mut http, "carl", "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", &format!("guess-{n}")).await;
    }
    let set = drill.show("bert")["active_set"]["set"].as_str().unwrap().to_owned();
    drill.node.done(&["revoke", &set, "--tenant", &drill.login.tenant, "--reason", "lost"]);
    let dora = drill.login.issue(&mut http, "dora").await;
    let before = drill.show("carl");
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
    drill.database.put_back(&dump);
    drill.is_refused("anna", &anna[2]).await;

    let resolved = drill.node.done(&["audit", "resolve"]);
    assert_eq!((&resolved["resolved"], &resolved["gaps"]), (&json!(true), &json!([])), "{resolved}");
    assert!(resolved["replayed"].as_u64().unwrap() > 10, "{resolved}");
    drill.verifies();
    let serving = drill.node.serve();
    accepted.push(("anna".to_owned(), anna[1].clone()));
    none_comes_back(&*drill.login, &serving.authority, &accepted).await;
    // After the many: a connection that asks nothing for so long is closed.
    let mut http = Http::connect(&serving.authority, &drill.login.key).await;
    assert_eq!(drill.redeem(&mut http, "anna", &anna[2], "works").await.0, 201);
    assert_eq!(drill.redeem(&mut http, "bert", &bert[2], "revoked").await.0, 422);
    assert_eq!(drill.redeem(&mut http, "dora", &dora[2], "lost-verifiers").await.0, 422);
    assert_eq!(drill.show("carl")["active_set"], before["active_set"]);
    // The wait after the fifth may be over by now: a sixth, if it is tested at all, begins a longer one.
    drill.redeem(&mut http, "carl", "PSTN-6N6NW-S9B8B-XYXXT-K5NXF-Y9YZ2", "guess-again").await;
    let (status, answer) = drill.redeem(&mut http, "carl", &carl[2], "budget").await;
    assert_ne!(status, 201, "five wrong guesses were forgotten: {answer}");
    assert_eq!(drill.show("dora")["active_set"], Value::Null);
    let new = drill.login.issue(&mut http, "emil").await;
    assert_eq!(drill.redeem(&mut http, "emil", &new[1], "goes-on").await.0, 201);
    assert_eq!(serving.stop(), Some(0));
    drill.verifies();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_shipped_events_nothing_uncertain_works() {
    let drill = Drill::new();
    let serving = drill.node.serve();
    let mut http = Http::connect(&serving.authority, &drill.login.key).await;
    let anna = drill.login.issue(&mut http, "anna").await;
    assert_eq!(serving.stop(), Some(0));
    let dump = drill.database.dump();
    let serving = drill.node.serve();
    let mut http = Http::connect(&serving.authority, &drill.login.key).await;
    assert_eq!(drill.redeem(&mut http, "anna", &anna[1], "since").await.0, 201);
    // A tenant that the dump knows nothing of.
    let late = drill.node.done(&["tenant", "create", "late"])["tenant"].as_str().unwrap().to_owned();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(serving.stop(), Some(0));
    drill.database.put_back(&dump);
    fs::remove_dir_all(&drill.place).unwrap();
    drill.node.change(&format!("folder = {:?}", drill.place.to_str().unwrap()), "");
    drill.is_refused("anna", &anna[2]).await;

    let resolved = drill.node.done(&["audit", "resolve"]);
    assert_eq!(resolved["subjects_revoked"], json!(1), "{resolved}");
    let gaps = resolved["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 3, "{resolved}");
    assert!(gaps.iter().any(|gap| gap["tenant"] == json!(late) && gap["found"] == json!(0)), "{resolved}");
    let serving = drill.node.serve();
    let mut http = Http::connect(&serving.authority, &drill.login.key).await;
    for (n, code) in anna[1..3].iter().enumerate() {
        assert_eq!(drill.redeem(&mut http, "anna", code, &format!("late-{n}")).await.0, 422);
    }
    let new = drill.login.issue(&mut http, "bert").await;
    assert_eq!(drill.redeem(&mut http, "bert", &new[1], "goes-on").await.0, 201);
    assert_eq!(serving.stop(), Some(0));
    drill.verifies();
    // What was found and done stands in the installation's log, of every log that has a gap.
    let to = drill.node.at.join("export");
    drill.node.done(&["audit", "export", "--tenant", SYSTEM, to.to_str().unwrap()]);
    let text = crate::rotation::walk(&to);
    for name in ["log.rollback_found", "log.resolved"] {
        let events = text.split("{\"actor\"").filter(|event| event.contains(&format!("\"type\":\"{name}\"")));
        let of_late = events.filter(|event| event.contains(&late)).count();
        assert_eq!(of_late, 1, "{name} of a tenant that is not there any more");
    }
}

/// The installation's own log.
const SYSTEM: &str = "ten_00000000000000000000000000";
