//! A whole installation on a transit engine: made, served, without its engine for a while, rotated, verified.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use postern_cluster::{OpenBao, ROTATION_POLICY, SERVICE_POLICY};
use postern_testkit::Http;
use postern_testkit::installed::Installed;
use serde_json::Value;
use tempfile::TempDir;

use crate::POSTERN;
use crate::node::complained;

fn made() -> (OpenBao, TempDir, Installed) {
    let (server, folder) = (OpenBao::start(), TempDir::new().unwrap());
    let token = folder.path().join("token");
    fs::write(&token, server.root()).unwrap();
    fs::set_permissions(&token, Permissions::from_mode(0o600)).unwrap();
    let init = ["--transit", &server.url(), "--token-file", token.to_str().unwrap()];
    let installed = Installed::made_with(POSTERN, &init, &[]);
    // What serves may less than what made the keys.
    fs::write(&token, server.token(&[SERVICE_POLICY, ROTATION_POLICY])).unwrap();
    (server, folder, installed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_engine_nothing_is_accepted_and_it_goes_on_when_the_engine_is_back() {
    let (mut server, _folder, installed) = made();
    assert_eq!(installed.command(&["doctor", "--json"], "").status.code(), Some(0));
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let codes = installed.issue(&mut http, "anna", "first").await;
    let redeemed = http.post("/v1/redemptions", &installed.redemption("anna", &codes[1]), "one").await;
    assert_eq!(redeemed.status, 201, "{}", redeemed.json());

    server.stop();
    let claim = installed.redemption("anna", &codes[2]);
    for (key, claim) in [("two", &claim), ("three", &installed.redemption("anna", &codes[1]))] {
        let away = http.post("/v1/redemptions", claim, key).await;
        let kind = away.json()["type"].as_str().map(|kind| kind.ends_with(":unavailable"));
        assert_eq!((away.status, kind), (503, Some(true)), "{}", away.json());
    }
    assert_eq!(http.get("/v1/events").await.status, 200, "what needs no engine is answered");
    assert!(complained(&installed.command(&["key", "rotate"], "")).contains("did not answer"));
    server.start_again();
    let again = http.post("/v1/redemptions", &claim, "two").await;
    assert_eq!(again.status, 201, "{}", again.json());
    assert_eq!(serving.stop(), Some(0));
    let verified = installed.command(&["audit", "verify", "--replay", "--json"], "");
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((verified.status.code(), &report["verified"]), (Some(0), &Value::Bool(true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_rotated_under_load() {
    let (_server, _folder, installed) = made();
    crate::rotation::under_load(&installed).await;
}
