//! What was asked and answered, kept outside of the service, and held against what it says after a crash: every answered
//! spend is spent, every answered revocation holds, every retry gets the same answer, no code is accepted twice, and what
//! was never answered is answered now.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Method;
use postern_testkit::installed::{Installed, now};
use postern_testkit::{Answer, Http};
use serde_json::{Value, json};

/// A redemption.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) code: String,
    pub(crate) key: String,
    pub(crate) body: Value,
}

/// A revocation that was answered, and a code of the set that nobody used.
#[derive(Clone)]
pub(crate) struct Revoked {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) body: Value,
    pub(crate) left: String,
}

#[derive(Default)]
struct Pages {
    /// By idempotency key; what was never answered.
    open: BTreeMap<String, Asked>,
    /// With what was answered; those since the last look.
    spent: Vec<(Asked, Value)>,
    revoked: Vec<Revoked>,
    /// All that was ever answered: redemption by subject and code.
    all: BTreeMap<(String, String), Value>,
}

/// What was asked and answered.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Pages>);

impl Ledger {
    /// Before a redemption is sent.
    pub(crate) fn asks(&self, asked: Asked) {
        self.pages().open.insert(asked.key.clone(), asked);
    }

    /// It was accepted.
    pub(crate) fn spends(&self, asked: &Asked, answer: &Value) {
        let mut pages = self.pages();
        pages.open.remove(&asked.key);
        let place = (asked.name.clone(), asked.code.clone());
        let before = pages.all.insert(place, answer["redemption"].clone());
        assert!(before.is_none(), "{} was accepted twice", asked.name);
        pages.spent.push((asked.clone(), answer.clone()));
    }

    /// It was answered.
    pub(crate) fn revokes(&self, revoked: Revoked) {
        self.pages().revoked.push(revoked);
    }

    /// Redemptions that were accepted so far.
    pub(crate) fn accepted(&self) -> usize {
        self.pages().all.len()
    }

    /// Asks again for all that happened since the last look; how many requests had no answer until now.
    pub(crate) async fn check(&self, installed: &Installed, authority: &str) -> usize {
        let mut http = Http::connect(authority, &installed.key).await;
        let (open, spent, revoked) = {
            let mut pages = self.pages();
            (
                std::mem::take(&mut pages.open),
                std::mem::take(&mut pages.spent),
                std::mem::take(&mut pages.revoked),
            )
        };
        let unanswered = open.len();
        for mut asked in open.into_values() {
            let mut answer = in_the_end(&mut http, &asked.body, &asked.key).await;
            if answer.status == 403 && has_expired(&asked.body) {
                // It was never decided, and came back too late for its assertion: with a new one it is.
                asked.body = installed.redemption(&asked.name, &asked.code);
                answer = in_the_end(&mut http, &asked.body, &asked.key).await;
            }
            assert_eq!(answer.status, 201, "a lost answer cost a code: {}", answer.json()["type"]);
            self.spends(&asked, &answer.json());
        }
        let late = std::mem::take(&mut self.pages().spent);
        for (asked, told) in spent.into_iter().chain(late) {
            is_spent(installed, &mut http, &asked, &told).await;
        }
        for one in revoked {
            holds(installed, &mut http, &one).await;
        }
        unanswered
    }

    /// The log has every accepted redemption once, and no other.
    pub(crate) async fn is_in_the_log(&self, installed: &Installed, authority: &str) {
        let mut http = Http::connect(authority, &installed.key).await;
        let (mut logged, mut places, mut after) = (0, std::collections::BTreeSet::new(), None);
        loop {
            let after_it = after.map(|index: u64| format!("&after={index}")).unwrap_or_default();
            let page =
                http.send(Method::GET, &format!("/v1/events?limit=500{after_it}"), None, "").await.json();
            let items = page["items"].as_array().unwrap();
            for event in items.iter().filter(|event| event["type"] == "code.spent") {
                let (fact, object) = (&event["fact"], event["object"].to_string());
                assert!(
                    places.insert((object, fact["generation"].as_u64(), fact["slot"].as_u64())),
                    "{event}"
                );
                logged += 1;
            }
            match items.last() {
                Some(last) => after = last["index"].as_u64(),
                None => break,
            }
        }
        assert_eq!(logged, self.accepted(), "events of spent codes, and codes that were accepted");
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the assertion of a redemption is over: on a busy machine a minute passes before it is asked again.
fn has_expired(body: &Value) -> bool {
    let claims = body["first_factor"]["assertion"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    claims["exp"].as_u64().unwrap() <= now().seconds()
}

/// Redeems, and asks again as long as the answer says so: a disk that was just mended may be busy once more.
pub(crate) async fn in_the_end(http: &mut Http, body: &Value, key: &str) -> Answer {
    for _ in 0..200 {
        let answer = http.post("/v1/redemptions", body, key).await;
        if answer.status != 503 {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("service did not resume");
}

async fn is_spent(installed: &Installed, http: &mut Http, asked: &Asked, told: &Value) {
    let Asked { name, code, key, body } = asked;
    let same = http.post("/v1/redemptions", body, key).await;
    assert_eq!(same.status, 201, "a retry was not answered: {}", same.json()["type"]);
    let same = same.json();
    for member in ["redemption", "set", "slot", "remaining", "device_token"] {
        assert!(same[member] == told[member], "a retry was answered with another {member}");
    }
    let again =
        http.post("/v1/redemptions", &installed.redemption(name, code), &format!("again-{key}")).await;
    assert_eq!(again.status, 422, "a code of {name} was accepted twice");
}

async fn holds(installed: &Installed, http: &mut Http, one: &Revoked) {
    let Revoked { name, path, key, body, left } = one;
    let same = http.post(path, body, key).await;
    assert_eq!(same.status, 200, "{}", same.json());
    let late = http.post("/v1/redemptions", &installed.redemption(name, left), &format!("late-{key}")).await;
    assert_eq!(late.status, 422, "a revoked code of {name} was accepted");
    let found = http.post("/v1/subjects/lookup", &json!({ "external_id": name }), "").await.json();
    let shown = http.get(&format!("/v1/subjects/{}", found["subject"].as_str().unwrap())).await.json();
    assert_eq!(shown["active_set"], Value::Null, "{shown}");
}
