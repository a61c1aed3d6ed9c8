//! Clients of a restore drill: they redeem until they are told to stop, and come back with what was accepted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use postern_testkit::Http;
use postern_testkit::installed::Installed;
use serde_json::Value;

use crate::login::Login;

/// A name, and a code of theirs that was accepted.
pub(crate) type Accepted = (String, String);

/// Requests in a connection: the service lets none live for ever.
const REQUESTS: usize = 1000;

/// How long the service works on after a backup: a minute in the long form.
pub(crate) fn work_time() -> Duration {
    Duration::from_secs(if std::env::var_os("POSTERN_LONG").is_some() { 60 } else { 3 })
}

/// What a login service asks with.
pub(crate) trait Asks: Send + Sync + 'static {
    fn key(&self) -> &str;
    fn issue(&self, http: &mut Http, name: &str) -> impl Future<Output = Vec<String>> + Send;
    fn redemption(&self, name: &str, code: &str) -> Value;
}

impl Asks for Installed {
    fn key(&self) -> &str {
        &self.key
    }

    fn issue(&self, http: &mut Http, name: &str) -> impl Future<Output = Vec<String>> + Send {
        self.issue(http, name, "load")
    }

    fn redemption(&self, name: &str, code: &str) -> Value {
        self.redemption(name, code)
    }
}

impl Asks for Login {
    fn key(&self) -> &str {
        &self.key
    }

    fn issue(&self, http: &mut Http, name: &str) -> impl Future<Output = Vec<String>> + Send {
        self.issue(http, name)
    }

    fn redemption(&self, name: &str, code: &str) -> Value {
        self.redemption(name, code)
    }
}

/// Redeems a code; the answer's status and body.
pub(crate) async fn redeem(
    asks: &impl Asks,
    http: &mut Http,
    name: &str,
    code: &str,
    unique: &str,
) -> (u16, Value) {
    let answer = http.post("/v1/redemptions", &asks.redemption(name, code), unique).await;
    (answer.status, answer.json())
}

/// Redeems the codes of many subjects until it is told to stop.
pub(crate) async fn work(
    asks: Arc<impl Asks>,
    authority: String,
    number: usize,
    stop: Arc<AtomicBool>,
) -> Vec<Accepted> {
    let (mut accepted, mut round) = (Vec::new(), 0);
    while !stop.load(Ordering::SeqCst) {
        let mut http = Http::connect(&authority, asks.key()).await;
        let name = format!("worker-{number}-{round}");
        round += 1;
        let codes = asks.issue(&mut http, &name).await;
        for code in &codes[1..4] {
            let (status, answer) = redeem(&*asks, &mut http, &name, code, &format!("{name}-{code}")).await;
            assert_eq!(status, 201, "{answer}");
            accepted.push((name.clone(), code.clone()));
        }
    }
    accepted
}

/// Tries every code that was accepted: none is, any more.
pub(crate) async fn none_comes_back(asks: &impl Asks, authority: &str, accepted: &[Accepted]) {
    println!("{} spends were answered, and are tried again", accepted.len());
    for some in accepted.chunks(REQUESTS) {
        let mut http = Http::connect(authority, asks.key()).await;
        for (name, code) in some {
            let (status, answer) = redeem(asks, &mut http, name, code, &format!("again-{name}-{code}")).await;
            assert_eq!(status, 422, "a spent code came back: {answer}");
        }
    }
}
