//! A data folder that is older than its anchor is not served, and says what to do.

use std::path::Path;

use hyper::Method;
use postern_testkit::Http;
use postern_testkit::installed::Installed;
use serde_json::json;

use crate::POSTERN;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn yesterdays_data_folder_is_not_served() {
    let installed = Installed::new(POSTERN);
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let codes = installed.issue(&mut http, "anna", "first").await;
    serving.stop();
    let yesterday = installed.home().join("yesterday");
    copy(&installed.data(), &yesterday);

    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let spent = http.post("/v1/redemptions", &installed.redemption("anna", &codes[1]), "spend").await;
    assert_eq!(spent.status, 201, "{}", spent.json());
    serving.stop();
    let today = installed.home().join("today");
    std::fs::rename(installed.data(), &today).unwrap();
    copy(&yesterday, &installed.data());

    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let refused = http.post("/v1/redemptions", &installed.redemption("anna", &codes[1]), "again").await;
    assert_eq!(refused.status, 503, "a spent code came back: {}", refused.json());
    let mut admin = Http::connect(&serving.admin, "none").await;
    let ready = admin.send(Method::GET, "/readyz", None, "").await;
    assert_eq!((ready.status, ready.json()["reasons"].clone()), (503, json!(["anchor-disagrees"])));
    let log = std::fs::read_to_string(installed.home().join("log")).unwrap();
    assert!(log.contains("Put the newest data folder back"), "the log does not say what to do");
    serving.stop();

    std::fs::remove_dir_all(installed.data()).unwrap();
    std::fs::rename(&today, installed.data()).unwrap();
    let serving = installed.serve();
    let mut http = Http::connect(&serving.authority, &installed.key).await;
    let answer = http.post("/v1/redemptions", &installed.redemption("anna", &codes[1]), "again").await;
    assert_eq!(answer.status, 422, "{}", answer.json());
}

#[test]
fn a_missing_anchor_is_not_served() {
    let installed = Installed::new(POSTERN);
    std::fs::rename(installed.home().join("anchor"), installed.home().join("elsewhere")).unwrap();
    let serving = installed.serve();
    let log = std::fs::read_to_string(installed.home().join("log")).unwrap();
    assert!(log.contains("there is no anchor"), "{log}");
    serving.stop();
}
