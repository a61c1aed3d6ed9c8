//! What an installation goes through, over HTTP: every kind of code, typed in every way, where it belongs and where not.

use hyper::Method;
use postern_testkit::Http;
use postern_testkit::installed::{Installed, Serving};
use postern_testkit::leaks::Secrets;
use serde_json::{Value, json};

use crate::sinks::Sink;

/// A scenario under way.
pub(crate) struct Scenario<'a> {
    pub(crate) installed: &'a Installed,
    http: Http,
    pub(crate) secrets: Secrets,
    /// Every answer but those that show codes.
    pub(crate) sinks: Vec<Sink>,
}

const FORMATS: [&str; 3] = ["standard", "compact", "numeric"];

impl<'a> Scenario<'a> {
    /// Begins with the keys of the installation and of its application.
    pub(crate) async fn begin(installed: &'a Installed, serving: &Serving) -> Self {
        let http = Http::connect(&serving.authority, &installed.key).await;
        let mut secrets = Secrets::default();
        secrets.tokens.push(("application key".to_owned(), installed.key.clone()));
        secrets.keys = keys(installed);
        Self { installed, http, secrets, sinks: Vec::new() }
    }

    /// The whole scenario.
    pub(crate) async fn run(&mut self) {
        for (n, format) in FORMATS.into_iter().enumerate() {
            let name = format!("holder-{n}@example.org");
            let codes = self.issue(&name, format, json!({})).await;
            self.redeem_all(&name, &codes).await;
            self.mistype(&name, &codes).await;
            self.misplace(&name, &codes).await;
            // A new set ends the old one, whose codes are typed again.
            let next = self.issue(&name, format, json!({})).await;
            self.redeem(&name, &codes[8], "old").await;
            self.redeem(&name, &next[1], "next").await;
        }
        self.read().await;
    }

    /// Canary and duress codes, by an application that may have them made.
    pub(crate) async fn special(&mut self, serving: &Serving, key: &str) {
        self.http = Http::connect(&serving.authority, key).await;
        let special = self.issue("special", "standard", json!({ "canaries": 2, "duress": true })).await;
        for (n, code) in special.iter().rev().take(3).enumerate() {
            self.redeem("special", code, &format!("special-{n}")).await;
        }
        self.find(&special).await;
    }

    /// Nobody is connected any more but somebody who asked nothing.
    pub(crate) async fn hang_up(&mut self, serving: &Serving) {
        self.http = Http::connect(&serving.authority, "none").await;
    }

    /// The codes are found somewhere: they are asked about, and a text with them is looked through.
    async fn find(&mut self, codes: &[String]) {
        for (number, code) in codes.iter().enumerate() {
            let text = json!({ "text": format!("My \"code\":\n{code}") });
            let inspected = self.http.post("/v1/leaks/inspect", &text, &format!("i-special-{number}")).await;
            assert_eq!(inspected.status, 200, "{}", inspected.json());
            self.kept("POST /v1/leaks/inspect", inspected.bytes);
            for subjects in [json!([]), json!([{ "external_id": "special" }])] {
                let body = json!({ "codes": [code], "subjects": subjects });
                let key = format!("l-{}", self.sinks.len());
                let checked = self.http.post("/v1/leaks/check", &body, &key).await;
                assert_eq!(checked.status, 200, "{}", checked.json());
                self.kept("POST /v1/leaks/check", checked.bytes);
            }
        }
    }

    /// Stages and confirms.
    async fn issue(&mut self, name: &str, format: &str, more: Value) -> Vec<String> {
        let unique = format!("{name}-{format}-{}", self.sinks.len());
        let created =
            self.http.post("/v1/subjects", &json!({ "external_id": name }), &format!("c-{unique}")).await;
        assert!(created.status < 300, "{}", created.json());
        self.kept("POST /v1/subjects", created.bytes);
        let mut body = json!({ "subject": { "external_id": name }, "format": format });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = self.installed.proven("stage", name, &body);
        self.token("assertion", &body["assertion"]);
        let staged = self.http.post("/v1/code-sets", &body, &format!("s-{unique}")).await;
        assert_eq!(staged.status, 201, "{}", staged.json());
        let staged = staged.json();
        let listed = staged["codes"]
            .as_array()
            .unwrap()
            .iter()
            .chain(staged["canaries"].as_array().into_iter().flatten());
        let mut codes: Vec<String> = listed.map(|code| code["code"].as_str().unwrap().to_owned()).collect();
        codes.extend(staged["duress"]["code"].as_str().map(str::to_owned));
        self.secrets.codes.extend(codes.clone());
        // Asked for again it says that they were shown, and no more.
        let again = self.http.post("/v1/code-sets", &body, &format!("s-{unique}")).await;
        self.kept("POST /v1/code-sets again", again.bytes);
        let path = format!("/v1/code-sets/{}/confirm", staged["set"].as_str().unwrap());
        let confirmed = self.http.post(&path, &json!({ "code": codes[0] }), &format!("f-{unique}")).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.json());
        self.kept("POST /v1/code-sets/confirm", confirmed.bytes);
        codes
    }

    /// A redemption, and the same once more; what it gives is a secret as well.
    async fn redeem(&mut self, name: &str, code: &str, unique: &str) {
        let body = self.installed.redemption(name, code);
        self.token("assertion", &body["first_factor"]["assertion"]);
        for _ in 0..2 {
            let answer = self.http.post("/v1/redemptions", &body, &format!("r-{name}-{unique}")).await;
            let said = answer.json();
            if answer.status == 201 {
                // They belong into this answer: what is searched is the rest of it.
                self.token("receipt", &said["receipt"]);
                self.token("device token", &said["device_token"]);
                let mut rest = said;
                for own in ["receipt", "device_token"] {
                    rest[own].take();
                }
                self.kept("POST /v1/redemptions", rest.to_string());
            } else {
                self.kept("POST /v1/redemptions refused", answer.bytes);
            }
        }
    }

    async fn redeem_all(&mut self, name: &str, codes: &[String]) {
        let typed =
            [codes[1].to_lowercase(), codes[2].replace('-', " "), codes[3][5..].to_owned(), codes[3].clone()];
        for (n, code) in typed.iter().enumerate() {
            self.redeem(name, code, &format!("typed-{n}")).await;
        }
    }

    /// Words that are almost codes.
    async fn mistype(&mut self, name: &str, codes: &[String]) {
        let end = codes[4].len() - 1;
        let words = [
            format!("{}X", codes[4]),
            codes[4][..end].to_owned(),
            codes[4].replacen(|symbol: char| symbol.is_ascii_digit(), "7", 2),
            format!("{} {}", codes[4], codes[5]),
            format!("{}\u{0}\n", codes[4]),
        ];
        for (n, word) in words.iter().enumerate() {
            self.redeem(name, word, &format!("mistyped-{n}")).await;
        }
        let body = json!({ "subject": { "external_id": name }, "code": codes[6] });
        let body = self.installed.proven("rehearse", name, &body);
        let rehearsed = self.http.post("/v1/rehearsals", &body, &format!("h-{name}")).await;
        self.kept("POST /v1/rehearsals", rehearsed.bytes);
    }

    /// Codes where none belongs.
    async fn misplace(&mut self, name: &str, codes: &[String]) {
        let code = &codes[7];
        let paths = [
            format!("/v1/events?after={code}"),
            format!("/v1/events?code={code}"),
            format!("/v1/subjects/{code}"),
            format!("/v1/code-sets/{code}/revoke"),
            format!("/{code}"),
            format!("/v1/log/tile/entries/{code}"),
        ];
        for path in paths {
            let answer = self.http.get(&path).await;
            self.kept("GET with a code in it", answer.bytes);
        }
        let bodies = [
            json!({ "subject": { "external_id": name }, code.clone(): code }),
            json!({ "subject": { "external_id": code }, "code": name, "purpose": "second_factor", "txn": "login-0123456789" }),
            json!({ "subject": { "external_id": name }, "code": 5, "purpose": code, "txn": code }),
            json!({ "subject": code }),
            json!([code]),
        ];
        for (n, body) in bodies.iter().enumerate() {
            for path in ["/v1/redemptions", "/v1/code-sets", "/v1/rehearsals"] {
                let answer = self.http.post(path, body, &format!("m-{name}-{n}{path}")).await;
                self.kept("POST with a code in a wrong place", answer.bytes);
            }
        }
        // A login transaction is kept as a hash alone; an idempotency key is as well.
        let mut body = self.installed.redemption(name, "PSTN-1");
        body["txn"] = code.as_str().into();
        let answer = self.http.post("/v1/redemptions", &body, code).await;
        self.kept("POST with a code as idempotency key", answer.bytes);
        let answer =
            self.http.send(Method::PUT, &format!("/v1/subjects/{code}"), Some(&json!(code)), code).await;
        self.kept("PUT with a code in it", answer.bytes);
        let answer = self.http.post_text("/v1/redemptions", &format!("code={code}")).await;
        self.kept("POST of another type", answer.bytes);
    }

    async fn read(&mut self) {
        for path in [
            "/v1/events?limit=500",
            "/v1/log/checkpoint",
            "/v1/log/tile/entries/000.p/1",
            "/.well-known/jwks.json",
            "/openapi.json",
        ] {
            let answer = self.http.get(path).await;
            self.kept(path, answer.bytes);
        }
    }

    /// Somebody is exported, leaves, is to be erased: for that an application needs a scope more.
    pub(crate) async fn leave(&mut self) {
        let lookup = json!({ "external_id": "special" });
        let found = self.http.post("/v1/subjects/lookup", &lookup, "").await;
        let subject = found.json()["subject"].as_str().unwrap_or_default().to_owned();
        self.kept("POST /v1/subjects/lookup", found.bytes);
        let export = self.http.get(&format!("/v1/subjects/{subject}/export")).await;
        assert_eq!(export.status, 200, "{}", export.json());
        self.kept("GET /v1/subjects/export", export.bytes);
        for what in ["leave", "erase"] {
            let done =
                self.http.send(Method::POST, &format!("/v1/subjects/{subject}/{what}"), None, what).await;
            assert!(done.status < 300, "{what}: {}", done.json());
            self.kept("POST of a subject's own", done.bytes);
        }
    }

    /// Health and metrics.
    pub(crate) async fn admin(&mut self, serving: &Serving) {
        let mut admin = Http::connect(&serving.admin, "none").await;
        for path in ["/metrics", "/readyz", "/healthz"] {
            let answer = admin.send(Method::GET, path, None, "").await;
            // A page that is not there would be searched in vain. Whether the service is ready is not asked here.
            assert!(answer.status == 200 || path == "/readyz", "{path}: {}", answer.status);
            self.kept(path, answer.bytes);
        }
    }

    pub(crate) fn kept(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.sinks.push(Sink::new(name, bytes));
    }

    fn token(&mut self, name: &str, value: &Value) {
        if let Some(text) = value.as_str() {
            self.secrets.tokens.push((name.to_owned(), text.to_owned()));
        }
    }
}

/// Every key of the key file, by its label.
pub(crate) fn keys(installed: &Installed) -> Vec<(String, Vec<u8>)> {
    let text = std::fs::read_to_string(installed.home().join("keys")).unwrap();
    let keys: Vec<_> = text
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let key = postern_core::encoding::from_base64url(words.last()?)?;
            (key.len() == 32 && words.len() > 1).then(|| (words[0].to_owned(), key.clone()))
        })
        .collect();
    assert!(keys.len() >= 11, "the key file has {} keys", keys.len());
    keys
}
