//! A login service: a tenant's application and prover, and what it asks of nodes.

use postern_testkit::installed::now;
use postern_testkit::{Http, TestProver};
use serde_json::{Value, json};

use crate::node::Node;

const SCOPES: &str = "redeem,sets:stage,subjects:read,subjects:write";

/// What a login service was given.
pub(crate) struct Login {
    pub(crate) key: String,
    pub(crate) tenant: String,
    prover: TestProver,
}

/// A set that was staged: its id, its codes.
pub(crate) struct Staged {
    set: String,
    pub(crate) codes: Vec<String>,
}

impl Login {
    /// Makes the tenant, its application and its prover.
    pub(crate) fn on(node: &Node) -> Self {
        let tenant = node.done(&["tenant", "create", "acme"])["tenant"].as_str().unwrap().to_owned();
        let create = ["application", "create", "login", "--tenant", &tenant, "--scopes", SCOPES];
        let made =
            node.done(&[create.as_slice(), &["--enforces", "enrol", "--stage-cap", "100000"]].concat());
        Self { key: made["key"].as_str().unwrap().to_owned(), prover: node.prover(&tenant), tenant }
    }

    /// Makes a subject and a set of codes that work.
    pub(crate) async fn issue(&self, http: &mut Http, subject: &str) -> Vec<String> {
        self.create(http, subject).await;
        let staged = self.stage(http, subject).await;
        staged.confirm(http).await;
        staged.codes
    }

    pub(crate) async fn create(&self, http: &mut Http, subject: &str) {
        let body = json!({ "external_id": subject });
        let created = http.post("/v1/subjects", &body, &format!("create-{subject}")).await;
        assert_eq!(created.status, 201, "{}", created.json());
    }

    pub(crate) async fn stage(&self, http: &mut Http, subject: &str) -> Staged {
        let mut body = json!({ "subject": { "external_id": subject } });
        body["assertion"] = self.prover.assertion("stage", subject, &body, now()).into();
        let staged = http.post("/v1/code-sets", &body, &format!("stage-{subject}")).await;
        assert_eq!(staged.status, 201, "{}", staged.json());
        let staged = staged.json();
        let codes = staged["codes"].as_array().unwrap();
        let codes = codes.iter().map(|code| code["code"].as_str().unwrap().to_owned());
        Staged { set: staged["set"].as_str().unwrap().to_owned(), codes: codes.collect() }
    }

    pub(crate) fn redemption(&self, subject: &str, code: &str) -> Value {
        let mut body = json!({
            "subject": { "external_id": subject }, "purpose": "second_factor", "txn": "login-0123456789",
            "first_factor": {},
        });
        body["first_factor"]["assertion"] = self.prover.assertion("redeem", subject, &body, now()).into();
        body["code"] = code.into();
        body
    }
}

impl Staged {
    /// Confirms it with its first code, which is not used up.
    pub(crate) async fn confirm(&self, http: &mut Http) {
        let path = format!("/v1/code-sets/{}/confirm", self.set);
        let body = json!({ "code": self.codes[0] });
        let confirmed = http.post(&path, &body, &format!("confirm-{}", self.set)).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.json());
    }
}
