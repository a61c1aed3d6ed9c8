//! Every route that the document has, walked with every key that must not open it.
//!
//! A new route needs a line in [`recipe`]. Routes that have none stand in `walk-uncovered.txt`, one a line; the list is
//! compared both ways, so that it can only shrink.

use std::collections::BTreeSet;
use std::time::Duration;

use postern_app::operator::{Command, NewApplication};
use postern_core::application::{Bound, Scope, Token};
use postern_core::ids::{ApplicationKeyId, TenantId};
use postern_core::ports::Clock as _;
use postern_core::tenant::Tier;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::client::Client;
use super::world::{Running, World};
use crate::openapi;

/// What another tenant's key gets for the first one's objects.
#[derive(Clone, Copy)]
enum Foreign {
    /// They are not there.
    Absent,
    /// It acts in its own tenant, where this is what becomes of it.
    Own(u16),
}

/// A request that a good key has answered well.
struct Recipe {
    /// The scope that it needs.
    scope: Option<Scope>,
    path: String,
    body: Option<Value>,
    headers: Vec<(&'static str, String)>,
    answers: u16,
    foreign: Foreign,
    /// Whether a key for weaker tiers is answered as if there were no others, and changes nothing.
    hides_tiers: bool,
}

/// An installation with objects of the tier *elevated*.
struct Scene {
    world: World,
    server: Running,
    subject: String,
    etag: String,
    active: String,
    codes: Vec<String>,
    staged: String,
    staged_codes: Vec<String>,
    event: String,
}

fn recipe(scene: &Scene, method: &str, path: &str) -> Option<Recipe> {
    use Foreign::{Absent, Own};
    let Scene { subject, active, staged, .. } = scene;
    let at = |template: &str| path.replace(template, if template == "{sub}" { subject } else { active });
    let get = |scope, path, foreign| Some(Recipe::new(scope, path, None, 200, foreign));
    let post = |scope, path: String, body: Value, answers, foreign| {
        Some(Recipe::new(Some(scope), path, Some(body), answers, foreign).with("Idempotency-Key", "walk"))
    };
    let (revoke, alice) = (json!({ "reason": "lost" }), json!({ "external_id": "alice" }));
    match (method, path) {
        ("get", "/v1/") => get(None, path.into(), Own(200)),
        ("get", "/v1/events") => get(Some(Scope::EventsRead), format!("{path}?subject={subject}"), Own(200)),
        ("get", "/v1/log/checkpoint") => get(Some(Scope::LogRead), path.into(), Own(200)),
        ("get", "/v1/log/proof") => {
            get(Some(Scope::LogRead), format!("{path}?event={}", scene.event), Absent)
        }
        ("get", "/v1/log/tile/{level}/{index}") => {
            get(Some(Scope::LogRead), "/v1/log/tile/0/000.p/1".into(), Own(200))
        }
        ("get", "/v1/subjects/{sub}") => get(Some(Scope::SubjectsRead), at("{sub}"), Absent),
        ("patch", "/v1/subjects/{sub}") => {
            let body = Some(json!({ "kind": "machine", "owner": "people" }));
            let patch = Recipe::new(Some(Scope::SubjectsWrite), at("{sub}"), body, 200, Absent);
            Some(patch.with("If-Match", &scene.etag))
        }
        ("get", "/v1/subjects/{sub}/export") => get(Some(Scope::SubjectsRead), at("{sub}"), Absent),
        ("post", "/v1/subjects/{sub}/leave") => {
            post(Scope::SubjectsLeave, at("{sub}"), json!({}), 200, Absent)
        }
        ("post", "/v1/subjects/{sub}/erase") => {
            post(Scope::SubjectsLeave, at("{sub}"), json!({}), 202, Absent)
        }
        ("post", "/v1/code-sets/revoke") => {
            let body = json!({ "reason": "lost", "subjects": [alice] });
            // Another tenant's alice is nobody: the answer says so for each.
            post(Scope::SetsRevoke, path.into(), body, 202, Own(202))
        }
        ("post", "/v1/subjects") => {
            let body = json!({ "external_id": "carol", "tier": "elevated" });
            post(Scope::SubjectsWrite, path.into(), body, 201, Own(201))
        }
        ("post", "/v1/subjects/lookup") => {
            post(Scope::SubjectsRead, path.into(), json!({ "external_id": "alice" }), 200, Absent)
        }
        ("post", "/v1/code-sets") => {
            let body = scene.proven("stage", json!({ "subject": alice }));
            post(Scope::SetsStage, path.into(), body, 201, Absent)
        }
        ("delete", "/v1/code-sets/{set}") => {
            let path = path.replace("{set}", staged);
            Some(Recipe::new(Some(Scope::SetsStage), path, None, 204, Absent))
        }
        ("post", "/v1/code-sets/{set}/confirm") => {
            let body = json!({ "code": scene.staged_codes[0] });
            post(Scope::SetsStage, path.replace("{set}", staged), body, 200, Absent)
        }
        ("post", "/v1/code-sets/{set}/revoke") => post(Scope::SetsRevoke, at("{set}"), revoke, 200, Absent),
        ("post", "/v1/code-sets/{set}/codes/{slot}/revoke") => {
            post(Scope::SetsRevoke, at("{set}").replace("{slot}", "3"), revoke, 200, Absent)
        }
        ("post", "/v1/rehearsals") => {
            let body = scene.proven("rehearse", json!({ "subject": alice, "code": scene.codes[1] }));
            // The other tenant does not know the prover, and nothing is said of the subject.
            post(Scope::Rehearse, path.into(), body, 200, Own(403))
        }
        ("post", "/v1/redemptions") => {
            let body = json!({
                "subject": alice, "code": scene.codes[1], "purpose": "second_factor",
                "txn": "example-login-0001", "first_factor": {},
            });
            post(Scope::Redeem, path.into(), scene.proven("redeem", body), 201, Own(403))
        }
        ("post", "/v1/leaks/check") => {
            let body = json!({ "codes": [scene.codes[1]], "subjects": [alice] });
            post(Scope::Leaks, path.into(), body, 200, Own(200)).map(Recipe::hiding_tiers)
        }
        ("post", "/v1/leaks/inspect") => {
            let body = Some(json!({ "text": format!("It is {}.", scene.codes[1]) }));
            let inspect = Recipe::new(Some(Scope::Leaks), path.into(), body, 200, Own(200));
            Some(inspect.hiding_tiers())
        }
        _ => None,
    }
}

impl Recipe {
    fn new(scope: Option<Scope>, path: String, body: Option<Value>, answers: u16, foreign: Foreign) -> Self {
        Self { scope, path, body, headers: Vec::new(), answers, foreign, hides_tiers: false }
    }

    /// It is about words and not about subjects: of whom the key may not know, nothing is said.
    fn hiding_tiers(self) -> Self {
        Self { hides_tiers: true, ..self }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same about the first tenant's subject by its id: another tenant has an alice of its own, or none.
    fn by_id(mut self, subject: &str) -> Self {
        if let Some(named) = self.body.as_mut().and_then(|body| body.get_mut("subject")) {
            *named = subject.into();
        }
        self
    }

    /// Asks with a key.
    async fn ask(&self, method: &str, scene: &Scene, key: &str) -> super::client::Reply {
        let client = Client::new(scene.server.address, key);
        let bearer = if key.is_empty() { String::new() } else { format!("Bearer {key}") };
        let mut headers = vec![("Authorization", bearer.as_str())];
        headers.extend(self.headers.iter().map(|(name, value)| (*name, value.as_str())));
        let body = self.body.as_ref().map(Value::to_string);
        client.call(&method.to_uppercase(), &self.path, &headers, body.as_deref()).await
    }
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let server = world.serve().await;
        let mut scene = Self {
            world,
            server,
            subject: String::new(),
            etag: String::new(),
            active: String::new(),
            codes: Vec::new(),
            staged: String::new(),
            staged_codes: Vec::new(),
            event: String::new(),
        };
        let created = json!({ "external_id": "alice", "tier": "elevated" });
        let created = scene.server.client.post("/v1/subjects", &created).await.is(201);
        scene.subject = text(&created["subject"]);
        (scene.active, scene.codes) = scene.stage("first").await;
        let confirm = format!("/v1/code-sets/{}/confirm", scene.active);
        scene.server.client.post(&confirm, &json!({ "code": scene.codes[0] })).await.is(200);
        (scene.staged, scene.staged_codes) = scene.stage("second").await;
        let read = scene.server.client.get(&format!("/v1/subjects/{}", scene.subject)).await;
        scene.etag = read.header("etag").unwrap().to_owned();
        let events = scene.server.client.get("/v1/events").await.is(200);
        scene.event = text(&events["items"][0]["id"]);
        scene
    }

    /// Stages a set with a prover's word.
    async fn stage(&self, jti: &str) -> (String, Vec<String>) {
        let mut body = json!({ "subject": { "external_id": "alice" } });
        body["assertion"] = self.world.assertion("stage", jti, &body).into();
        let staged = self.server.client.post("/v1/code-sets", &body).await.is(201);
        let codes = staged["codes"].as_array().unwrap().iter().map(|code| text(&code["code"])).collect();
        (text(&staged["set"]), codes)
    }

    /// A body with a prover's word.
    fn proven(&self, operation: &str, mut body: Value) -> Value {
        let assertion = Value::from(self.world.assertion(operation, "walk", &body));
        match operation {
            "redeem" => body["first_factor"]["assertion"] = assertion,
            _ => body["assertion"] = assertion,
        }
        body
    }

    /// How many events the first tenant's log has.
    async fn size(&self) -> usize {
        let events = self.server.client.get("/v1/events?limit=500").await.is(200);
        events["items"].as_array().unwrap().len()
    }

    /// A key of another application: with these scopes for these tiers, working where `bound` says.
    async fn key(&self, tenant: TenantId, scopes: &[Scope], tiers: &[Tier], bound: Bound) -> String {
        let new = NewApplication {
            name: "Walker".to_owned(),
            scopes: scopes.to_vec(),
            tiers: tiers.to_vec(),
            enforces: vec!["enrol".to_owned()],
            caps: None,
            trusted_backend: true,
            bound,
        };
        self.world.make(tenant, new).await
    }

    /// A whole key that nobody made.
    fn unknown(&self) -> String {
        let known = Token::parse(&self.world.key).unwrap();
        Token::new(known.tenant, known.key, Zeroizing::new([9; 20])).text().to_string()
    }

    /// Keys that are not known, by why.
    async fn strangers(&self) -> Vec<(&'static str, String)> {
        let (tenant, app) = (self.world.tenant, &self.world.app);
        let all = async |bound| self.key(tenant, &Scope::ALL, &Tier::ALL, bound).await;
        let elsewhere = Bound { addresses: vec!["192.0.2.0/24".parse().unwrap()], certificates: Vec::new() };
        let certified = Bound { addresses: Vec::new(), certificates: vec!["ab".repeat(32)] };
        let revoked = all(Bound::default()).await;
        let ApplicationKeyId { application, number } = Token::parse(&revoked).unwrap().key;
        app.operate("test", Command::ApplicationKeyRevoke { tenant, application, number }).await.unwrap();
        let replaced = all(Bound::default()).await;
        let application = Token::parse(&replaced).unwrap().key.application;
        let rotate = Command::ApplicationKeyRotate { tenant, application, overlap: 30, expires_at: None };
        app.operate("test", rotate).await.unwrap();
        let of_expired = Token::parse(&all(Bound::default()).await).unwrap().key.application;
        let end = Some(self.world.clock.now().plus(Duration::from_secs(30)));
        let expiring = Command::ApplicationKeyCreate { tenant, application: of_expired, expires_at: end };
        let expired = text(&app.operate("test", expiring).await.unwrap()["key"]);
        self.world.passes(Duration::from_secs(31));
        let mut malformed = self.world.key.clone();
        malformed.truncate(malformed.len() - 1);
        vec![
            ("no key", String::new()),
            ("a malformed key", malformed),
            ("no key's text", "pstk_".to_owned()),
            ("an unknown key", self.unknown()),
            ("a revoked key", revoked),
            ("an expired key", expired),
            ("a replaced key", replaced),
            ("a key from another address", all(elsewhere).await),
            ("a key without its certificate", all(certified).await),
        ]
    }

    async fn foreigner(&self) -> String {
        let tenant = self.world.app.operator("test").create_tenant("Other", None).await.unwrap();
        let tenant = TenantId::parse(tenant["tenant"].as_str().unwrap()).unwrap();
        self.key(tenant, &Scope::ALL, &Tier::ALL, Bound::default()).await
    }

    /// Walks one route with every key that must not open it, and then with one that does.
    async fn walk(self, method: &str, recipe: Recipe) {
        let path = recipe.path.clone();
        let told = |why: &str| format!("{method} {path} with {why}");
        let strangers = self.strangers().await;
        let mut keys: Vec<_> =
            strangers.into_iter().map(|(why, key)| (why, key, 401, "key-unknown")).collect();
        let mut hidden = None;
        if let Some(needed) = recipe.scope {
            let others: Vec<_> = Scope::ALL.into_iter().filter(|scope| *scope != needed).collect();
            let (tenant, free) = (self.world.tenant, Bound::default);
            let narrow = self.key(tenant, &others, &Tier::ALL, free()).await;
            keys.push(("a key without the scope", narrow, 403, "scope-missing"));
            let weak = self.key(tenant, &Scope::ALL, &[Tier::Standard], free()).await;
            if recipe.hides_tiers {
                hidden = Some(weak);
            } else {
                keys.push(("a key for weaker tiers", weak, 403, "scope-missing"));
            }
        }
        let foreigner = self.foreigner().await;
        let before = self.size().await;
        for (why, key, status, name) in &keys {
            let reply = recipe.ask(method, &self, key).await;
            assert_eq!(reply.status, *status, "{}: {reply:?}", told(why));
            reply.problem(*status, name);
            assert_eq!(self.size().await, before, "{}: the log grew", told(why));
        }
        if let Some(weak) = hidden {
            let foreign = recipe.ask(method, &self, &foreigner).await;
            let reply = recipe.ask(method, &self, &weak).await;
            let told = told("a key for weaker tiers");
            assert_eq!((reply.status, &reply.body), (foreign.status, &foreign.body), "{told}");
            assert_eq!(self.size().await, before, "{told}: the log grew");
        }
        // Without this, everything above could be refused for another reason.
        let reply = recipe.ask(method, &self, &self.world.key).await;
        assert_eq!(reply.status, recipe.answers, "{}: {reply:?}", told("a good key"));
        let before = self.size().await;
        let (foreign, recipe) = (recipe.foreign, recipe.by_id(&self.subject));
        let reply = recipe.ask(method, &self, &foreigner).await;
        let expected = match foreign {
            Foreign::Absent => 404,
            Foreign::Own(status) => status,
        };
        assert_eq!(reply.status, expected, "{}: {reply:?}", told("a foreign key"));
        for secret in [&self.subject, &self.active, &self.staged, &self.event] {
            assert!(!reply.body.contains(secret.as_str()), "{}: {reply:?}", told("a foreign key"));
        }
        assert_eq!(self.size().await, before, "{}: the log grew", told("a foreign key"));
        self.server.stop().await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Routes of the document, and whether they need a key.
fn documented() -> Vec<(String, String, bool)> {
    let document: Value = serde_json::from_str(&openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone().into_iter();
    let each = paths.flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().clone().into_iter();
        operations.map(move |(method, operation)| (method, path.clone(), operation["security"].is_array()))
    });
    each.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_route_opens_to_a_key_that_must_not_open_it() {
    let mut uncovered = BTreeSet::new();
    for (method, path, needs_key) in documented() {
        let scene = Scene::new().await;
        if !needs_key {
            for (why, key) in scene.strangers().await {
                let open = Recipe::new(None, path.clone(), None, 200, Foreign::Own(200));
                assert_eq!(open.ask(&method, &scene, &key).await.status, 200, "{path} with {why}");
            }
            continue;
        }
        match recipe(&scene, &method, &path) {
            Some(recipe) => scene.walk(&method, recipe).await,
            None => {
                uncovered.insert(format!("{method} {path}"));
            }
        }
    }
    let listed = include_str!("walk-uncovered.txt").lines().map(str::to_owned).collect();
    assert_eq!(uncovered, listed, "routes without a recipe, and the list of them");
}
