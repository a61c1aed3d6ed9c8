//! Canary and duress codes: whoever may redeem, read the subject or read the events cannot tell them from others. Two
//! installations with the same keys, clock and random numbers do the same, but for one word; what they answer is then
//! compared byte by byte.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may")]

use hyper::Method;
use postern_app::operator::Command;
use postern_codes::Format;
use postern_core::Time;
use postern_core::application::Scope;
use postern_core::kinds::CodeKind;
use postern_core::ports::Clock as _;
use postern_testkit::{Http, Redeem, Service, StoreKind, World};
use serde_json::{Value, json};

/// What differs by necessity and says nothing: ciphertext for `security`, and whatever hashes it or the typed word.
const MASKED: [&str; 5] = ["security", "kinds", "fingerprint", "leaf", "verifiers"];

/// JSON with masked values as their lengths.
fn masked(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let hidden = value.as_str().filter(|_| MASKED.contains(&name.as_str())).map(str::len);
                let value = hidden.map_or_else(|| masked(value), |length| json!({ "length": length }));
                (name, value)
            });
            Value::Object(members.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(masked).collect()),
        // A receipt: its header and claims are read, its signature is over them.
        Value::String(text) if text.split('.').count() == 3 && text.starts_with("ey") => {
            let parts: Vec<Value> = text
                .split('.')
                .take(2)
                .map(|part| {
                    let bytes = postern_core::encoding::from_base64url(part).unwrap();
                    masked(serde_json::from_slice(&bytes).unwrap())
                })
                .collect();
            json!({ "receipt": parts, "length": text.len() })
        }
        other => other,
    }
}

/// One installation, driven over HTTP.
struct Site {
    world: World,
    service: Service,
    http: Http,
    seen: Vec<Value>,
}

impl Site {
    async fn new(kind: StoreKind) -> Self {
        let world = World::new(kind).await;
        let service = Service::start(&world).await;
        let http = service.connect().await;
        Self { world, service, http, seen: Vec::new() }
    }

    fn now(&self) -> Time {
        self.world.clock.now()
    }

    /// Sends, and keeps the answer for the comparison.
    async fn send(&mut self, method: Method, path: &str, body: Option<Value>, key: &str) -> Value {
        let answer = self.http.send(method, path, body.as_ref(), key).await;
        let mut headers: Vec<(String, String)> = answer
            .headers
            .iter()
            .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        let body = answer.json();
        self.seen.push(json!({ "status": answer.status, "headers": headers, "body": masked(body.clone()) }));
        body
    }

    /// Creates Anna and stages for her. Not compared: whoever stages knows what was asked for.
    async fn stage(&mut self, format: Format, canaries: u8, duress: bool) -> Value {
        self.world.subject("anna").await;
        let body = json!({
            "subject": { "external_id": "anna" },
            "assurance": { "level": "aal2", "method": "otp", "at": self.now() },
            "format": format.name(),
            "canaries": canaries,
            "duress": duress,
        });
        let staged = self.http.post("/v1/code-sets", &body, "stage").await;
        assert_eq!(staged.status, 201, "{}", staged.json());
        staged.json()
    }

    async fn confirm(&mut self, staged: &Value, code: &str, key: &str) {
        let path = format!("/v1/code-sets/{}/confirm", staged["set"].as_str().unwrap());
        self.send(Method::POST, &path, Some(json!({ "code": code })), key).await;
    }

    async fn redeem(&mut self, code: &str, key: &str) {
        let body = json!({
            "subject": { "external_id": "anna" },
            "code": code,
            "purpose": "second_factor",
            "txn": "login-0123456789",
            "first_factor": { "level": "aal1", "method": "pwd", "at": self.now() },
        });
        self.send(Method::POST, "/v1/redemptions", Some(body), key).await;
    }

    /// The subject, all events, and everything that is exported of a person, as an application reads them.
    async fn read(&mut self, subject: &str) {
        self.send(Method::GET, &format!("/v1/subjects/{subject}"), None, "").await;
        self.world.app.number_pending().await;
        self.send(Method::GET, "/v1/events?limit=500", None, "").await;
        let export = self.send(Method::GET, &format!("/v1/subjects/{subject}/export"), None, "").await;
        assert!(!export["items"].as_array().unwrap().is_empty(), "{export}");
    }

    fn alarms(&self) -> Vec<CodeKind> {
        let nodes = [&self.world.app, &self.world.other];
        nodes.iter().flat_map(|app| app.take_alarms()).map(|alarm| alarm.kind).collect()
    }

    /// The alarms of the events, by whoever has the key `security`.
    async fn told(&self) -> Vec<(String, String)> {
        let tenant = self.world.tenant;
        let command = Command::AuditAlarms { tenant, after: None, limit: 100 };
        let told = self.world.app.operate("test", command).await.unwrap();
        let word = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
        told["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| (word(item, "alarm"), word(item, "type")))
            .collect()
    }
}

/// A well-formed code that is nobody's.
fn another(format: Format) -> String {
    let mut state = 7u64;
    let code = postern_codes::generate(format, 3, &postern_codes::Prefix::default(), &mut |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = u8::try_from(state >> 56).unwrap();
        }
    });
    code.display(&postern_codes::Prefix::default()).to_string()
}

fn same(left: &Site, right: &Site) {
    assert_eq!(left.seen.len(), right.seen.len());
    for (left, right) in left.seen.iter().zip(&right.seen) {
        assert_eq!(left, right);
    }
}

async fn duress_is_accepted_like_any_code(kind: StoreKind, format: Format) {
    let (mut plain, mut forced) = (Site::new(kind).await, Site::new(kind).await);
    // The same random numbers: the same codes, of which one is the duress code on one side only.
    let (without, with) = (plain.stage(format, 0, false).await, forced.stage(format, 0, true).await);
    let (slot, code) = (with["duress"]["slot"].clone(), with["duress"]["code"].as_str().unwrap().to_owned());
    let sheet = without["codes"].as_array().unwrap();
    assert_eq!((sheet.len(), with["codes"].as_array().unwrap().len()), (10, 9));
    assert!(sheet.iter().any(|one| one["slot"] == slot && one["code"] == code.as_str()));
    let subject = without["subject"].as_str().unwrap().to_owned();
    assert_eq!(without["subject"], with["subject"]);
    for (site, staged) in [(&mut plain, &without), (&mut forced, &with)] {
        site.confirm(staged, &code, "confirm").await;
        site.redeem(&code, "first").await;
        // A retry, and the spent code again.
        site.redeem(&code, "first").await;
        site.redeem(&code, "again").await;
        site.read(&subject).await;
    }
    assert_eq!(plain.seen[1]["status"], 201, "{}", plain.seen[1]);
    assert_eq!(plain.seen[3]["status"], 422, "{}", plain.seen[3]);
    same(&plain, &forced);
    assert_eq!(plain.alarms(), []);
    // At the confirmation, at the redemption and when it was tried again; a repeated answer rings no second time.
    assert_eq!(forced.alarms(), [CodeKind::Duress; 3]);
    assert_eq!(plain.told().await, []);
    let told = ["code_set.activated", "code.spent", "code.refused"];
    assert_eq!(forced.told().await, told.map(|name| ("duress".to_owned(), name.to_owned())));
    assert!(forced.world.app.verify(None, true).await.unwrap().verified);
    drop((plain.service, forced.service));
}

async fn a_canary_is_refused_like_any_word(kind: StoreKind, format: Format) {
    let (mut plain, mut trapped) = (Site::new(kind).await, Site::new(kind).await);
    let staged = plain.stage(format, 2, false).await;
    assert_eq!(trapped.stage(format, 2, false).await, staged);
    assert_eq!(
        (staged["codes"].as_array().unwrap().len(), staged["canaries"].as_array().unwrap().len()),
        (10, 2)
    );
    let canary = staged["canaries"][0]["code"].as_str().unwrap();
    let right = staged["codes"][0]["code"].as_str().unwrap();
    let subject = staged["subject"].as_str().unwrap();
    for (site, word) in [(&mut plain, another(format).as_str()), (&mut trapped, canary)] {
        // At the confirmation it confirms nothing; then at a redemption, twice.
        site.confirm(&staged, word, "wrong").await;
        site.confirm(&staged, right, "confirm").await;
        site.redeem(word, "first").await;
        site.redeem(word, "second").await;
        site.redeem(right, "right").await;
        site.read(subject).await;
    }
    let statuses: Vec<u64> = plain.seen.iter().take(5).map(|seen| seen["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [422, 200, 422, 422, 201]);
    same(&plain, &trapped);
    assert_eq!(plain.alarms(), []);
    assert_eq!(trapped.alarms(), [CodeKind::Canary; 3]);
    assert_eq!(plain.told().await, []);
    assert_eq!(trapped.told().await, vec![("canary".to_owned(), "code.refused".to_owned()); 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duress_is_accepted_like_any_code_on_every_store() {
    for kind in StoreKind::ALL {
        duress_is_accepted_like_any_code(kind, Format::Standard).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duress_is_accepted_like_any_stretched_code() {
    for format in [Format::Compact, Format::Numeric] {
        duress_is_accepted_like_any_code(StoreKind::Memory, format).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canary_is_refused_like_any_word_on_every_store() {
    for kind in StoreKind::ALL {
        a_canary_is_refused_like_any_word(kind, Format::Standard).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canary_is_refused_like_any_stretched_word() {
    for format in [Format::Compact, Format::Numeric] {
        a_canary_is_refused_like_any_word(StoreKind::Memory, format).await;
    }
}

#[tokio::test]
async fn special_codes_need_a_scope_and_a_tenant_that_keeps_kinds() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("anna").await;
    let special = postern_app::Special { canaries: 1, duress: false };
    let staging = || postern_app::Staging { special, ..world.staging("anna", Format::Standard) };
    let token = world.application(&[Scope::SetsStage], &["enrol"], None).await;
    let refused = world.app.stage(&token, staging()).await.err().unwrap();
    assert_eq!(refused.name(), "scope-missing");
    let many = postern_app::Special { canaries: 4, duress: false };
    let staging_many = postern_app::Staging { special: many, ..world.staging("anna", Format::Standard) };
    assert_eq!(world.app.stage(&world.token, staging_many).await.err().unwrap().name(), "invalid-value");
    assert!(world.app.stage(&world.token, staging()).await.is_ok());
}

#[tokio::test]
async fn a_rehearsed_duress_code_rings_and_a_rehearsed_canary_too() {
    let world = World::new(StoreKind::Memory).await;
    let prover = world.prover().await;
    world.subject("anna").await;
    let special = postern_app::Special { canaries: 1, duress: true };
    let staging = postern_app::Staging { special, ..world.staging("anna", Format::Standard) };
    let staged = world.app.stage(&world.token, staging).await.unwrap();
    let codes = staged.codes.unwrap();
    world.confirm(staged.set, &codes.sheet[0].text).await.unwrap();
    assert_eq!(world.app.take_alarms(), []);
    let words = [(codes.duress.unwrap().text, true), (codes.canaries[0].text.clone(), false)];
    for (word, works) in words {
        let body = json!({ "works": works });
        let request = postern_testkit::request(None, &body.to_string());
        let proof = prover.assertion("rehearse", "anna", &body, world.clock.now());
        let rehearsal = postern_app::Rehearsal {
            subject: postern_app::SubjectName::ExternalId("anna".to_owned()),
            code: word,
            proof: Some(postern_app::Proof::Assertion(proof)),
            client: postern_app::Client::default(),
            request,
        };
        assert_eq!(world.app.rehearse(&world.token, rehearsal).await.is_ok(), works);
        let kind = if works { CodeKind::Duress } else { CodeKind::Canary };
        assert_eq!(world.app.take_alarms().iter().map(|alarm| alarm.kind).collect::<Vec<_>>(), [kind]);
    }
    // The duress code is not spent by being rehearsed, and none of the live ones rings.
    world.redeem("anna", &codes.sheet[1].text, Redeem::default()).await.unwrap();
    assert_eq!(world.app.take_alarms(), []);
}
