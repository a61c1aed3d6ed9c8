//! SIGKILL under load: nothing that was answered is lost, nothing is accepted twice, and every row is still
//! what its events make.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::Method;
use postern_testkit::Http;
use postern_testkit::installed::Installed;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::POSTERN;

/// How often the process is killed.
const KILLS: usize = 10;
/// Clients that work meanwhile.
const CLIENTS: usize = 8;

/// What a client was told, outside the service.
#[derive(Default)]
struct Told {
    accepted: Vec<(String, String, String)>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_a_kill() {
    let installed = Arc::new(Installed::new(POSTERN));
    let told = Arc::new(Mutex::new(Told::default()));
    let round = Arc::new(AtomicUsize::new(0));
    for kill in 0..KILLS {
        let serving = installed.serve();
        let authority = serving.authority.clone();
        check(&installed, &authority, &mut *told.lock().await).await;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (installed, told, round, authority) =
                    (Arc::clone(&installed), Arc::clone(&told), Arc::clone(&round), authority.clone());
                tokio::spawn(async move { work(&installed, &authority, &round, &told).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(150 + 97 * (kill as u64 % 5))).await;
        serving.kill();
        for client in clients {
            client.await.unwrap();
        }
    }
    let serving = installed.serve();
    check(&installed, &serving.authority, &mut *told.lock().await).await;
    assert!(told.lock().await.accepted.len() >= KILLS, "too little was done for this to show anything");
    drop(serving);
    let verified = installed.command(&["audit", "verify", "--replay", "--json"], "");
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Issues and redeems until the service is gone.
async fn work(installed: &Installed, authority: &str, round: &AtomicUsize, told: &Mutex<Told>) {
    let Ok(mut http) =
        tokio::time::timeout(Duration::from_secs(5), Http::try_connect(authority, &installed.key)).await
    else {
        return;
    };
    let Some(http) = http.as_mut() else { return };
    loop {
        let name = format!("subject-{}", round.fetch_add(1, Ordering::SeqCst));
        let Some(codes) = issue(installed, http, &name).await else { return };
        for code in &codes[..6] {
            let key = format!("redeem-{name}-{code}");
            let body = installed.redemption(&name, code);
            let Some(answer) = http.try_send(Method::POST, "/v1/redemptions", Some(&body), &key).await else {
                return;
            };
            assert!([201, 503].contains(&answer.status), "{}", answer.json());
            if answer.status == 201 {
                told.lock().await.accepted.push((name.clone(), code.clone(), key));
            }
        }
    }
}

async fn issue(installed: &Installed, http: &mut Http, name: &str) -> Option<Vec<String>> {
    let post = |path: String, body: Value, key: String| (path, body, key);
    let create =
        post("/v1/subjects".to_owned(), serde_json::json!({ "external_id": name }), format!("c-{name}"));
    http.try_send(Method::POST, &create.0, Some(&create.1), &create.2).await?;
    let body = installed.proven("stage", name, &serde_json::json!({ "subject": { "external_id": name } }));
    let staged =
        http.try_send(Method::POST, "/v1/code-sets", Some(&body), &format!("s-{name}")).await?.json();
    let codes: Vec<String> = staged["codes"]
        .as_array()?
        .iter()
        .filter_map(|code| code["code"].as_str().map(str::to_owned))
        .collect();
    let path = format!("/v1/code-sets/{}/confirm", staged["set"].as_str()?);
    let confirm = serde_json::json!({ "code": codes.first()? });
    let confirmed = http.try_send(Method::POST, &path, Some(&confirm), &format!("f-{name}")).await?;
    (confirmed.status == 200).then_some(codes)
}

/// Everything that was accepted before is refused under a new key: the spend was not lost.
async fn check(installed: &Installed, authority: &str, told: &mut Told) {
    let mut http = Http::connect(authority, &installed.key).await;
    for (name, code, key) in told.accepted.iter().rev().take(40) {
        let body = installed.redemption(name, code);
        let answer = http.post("/v1/redemptions", &body, &format!("again-{key}-{authority}")).await;
        assert_eq!(answer.status, 422, "{code} of {name} was accepted twice: {}", answer.json());
    }
}
