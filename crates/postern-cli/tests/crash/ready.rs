//! What `/readyz` says, waited for.

use std::time::Duration;

use hyper::Method;
use postern_testkit::Http;
use serde_json::json;

/// The store does not take or answer something.
pub(crate) const STORE_FAILING: &str = "store-failing";
/// The anchor was not written for ten seconds.
pub(crate) const ANCHOR_OLD: &str = "anchor-old";

/// Asks until the admin listener names this reason, or is ready.
pub(crate) async fn until_ready(admin: &str, reason: &str, is_ready: bool) {
    let mut connected = None;
    for _ in 0..3_000 {
        let mut http = match connected.take() {
            Some(http) => http,
            None => Http::connect(admin, "none").await,
        };
        // A connection that has asked very often is closed: the next one goes on.
        let Some(answer) = http.try_send(Method::GET, "/readyz", None, "").await else { continue };
        let says_why = answer.json()["reasons"].as_array().is_some_and(|all| all.contains(&json!(reason)));
        if says_why != is_ready && (answer.status == 200) == is_ready {
            return;
        }
        connected = Some(http);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("/readyz never {} {reason}", if is_ready { "was ready after" } else { "said" });
}
