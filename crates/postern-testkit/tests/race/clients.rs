//! A round's ground: an application of its own with 64 connections, holders with sheets, and what was asked of each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::Method;
use postern_app::operator::NewApplication;
use postern_codes::Format;
use postern_core::application::Scope;
use postern_core::ids::{ApplicationId, SubjectId};
use postern_core::ports::Entropy as _;
use postern_core::tenant::Tier;
use postern_outside::key_file::KeyFile;
use postern_testkit::{Answer, Http, SeededEntropy, Service, Sheet, StoreKind, World};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::CLIENTS;
use crate::history::History;
use crate::paper::{Asks, Told};
use crate::redemption;

/// Requests so far: each has a key of its own.
static ASKED: AtomicUsize = AtomicUsize::new(0);

/// An installation with keys that can be rotated, and its service.
pub(crate) struct Site {
    pub(crate) world: Arc<World>,
    pub(crate) service: Service,
    random: SeededEntropy,
    /// One permit for every answer.
    heard: Arc<Semaphore>,
    _keys: TempDir,
}

/// The application of a round.
pub(crate) struct Caller {
    pub(crate) application: ApplicationId,
    pub(crate) clients: Vec<Http>,
}

/// A holder, and all that was asked and told about them.
pub(crate) struct Holder {
    pub(crate) name: String,
    pub(crate) subject: SubjectId,
    /// By generation, from 1.
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) history: History,
    heard: Arc<Semaphore>,
}

impl Site {
    pub(crate) async fn new(kind: StoreKind) -> Self {
        let folder = TempDir::new().unwrap();
        let keys = KeyFile::create(&folder.path().join("keys"), &SeededEntropy::new(1)).unwrap();
        let world = Arc::new(World::with_keys(kind, keys).await);
        let service = Service::start(&world).await;
        let (random, heard) = (SeededEntropy::new(7), Arc::new(Semaphore::new(0)));
        Self { world, service, random, heard, _keys: folder }
    }

    pub(crate) fn pick(&self, most: u8) -> u8 {
        let mut byte = [0; 1];
        self.random.fill(&mut byte).unwrap();
        byte[0] % most
    }

    /// From now on a redemption looks, then waits for its keys, then decides: much can happen in between.
    pub(crate) fn keys_are_far(&self) {
        self.world.keys.takes(Duration::from_millis(20));
    }

    /// Waits until so many more answers have come.
    pub(crate) async fn heard(&self, answers: u8) {
        self.heard.acquire_many(answers.into()).await.unwrap().forget();
    }

    /// From now on answers are counted anew.
    pub(crate) fn begins(&self) {
        self.heard.forget_permits(self.heard.available_permits());
    }

    /// Every row is what its events make.
    pub(crate) async fn verify(&self) {
        let report = self.world.app.verify(None, true).await.unwrap();
        assert!(report.verified, "{:?}", report.findings);
    }

    pub(crate) async fn caller(&self) -> Caller {
        let new = NewApplication {
            name: "racing".to_owned(),
            scopes: Scope::ALL.to_vec(),
            tiers: Tier::ALL.to_vec(),
            enforces: vec!["enrol".to_owned()],
            caps: None,
            trusted_backend: true,
            bound: Default::default(),
        };
        let operator = self.world.app.operator("test");
        let (application, key) = operator.create_application(self.world.tenant, new).await.unwrap();
        let mut clients = Vec::new();
        for _ in 0..CLIENTS {
            clients.push(self.service.connect_as(&key).await);
        }
        Caller { application, clients }
    }

    /// A holder with a sheet of a format.
    pub(crate) async fn holder_of(&self, name: &str, format: Format) -> Holder {
        let subject = self.world.subject(name).await;
        let sheets = vec![self.world.issue(name, format).await];
        Holder::new(name, subject, sheets, Arc::clone(&self.heard))
    }

    /// A holder with a sheet that works, and another that waits to be confirmed.
    pub(crate) async fn holder(&self, name: &str, is_staged: bool) -> Holder {
        let subject = self.world.subject(name).await;
        let mut sheets = vec![self.world.issue(name, Format::Standard).await];
        if is_staged {
            let staged = self.world.stage(name, Format::Standard).await.unwrap();
            let codes = staged.codes.unwrap().sheet.iter().map(|code| code.text.to_string()).collect();
            sheets.push(Sheet { set: staged.set, codes });
        }
        Holder::new(name, subject, sheets, Arc::clone(&self.heard))
    }
}

impl Holder {
    fn new(name: &str, subject: SubjectId, sheets: Vec<Sheet>, heard: Arc<Semaphore>) -> Self {
        Self { name: name.to_owned(), subject, sheets, history: History::default(), heard }
    }

    /// The same holder with an empty history.
    pub(crate) fn anew(&self) -> Self {
        Self::new(&self.name, self.subject, self.sheets.clone(), Arc::clone(&self.heard))
    }

    /// Redeems a code of a sheet, both counted from 1, from an address.
    pub(crate) async fn redeem(&self, world: &World, http: &mut Http, which: (u32, usize), from: &str) {
        let (generation, code) = which;
        let text = &self.sheets[generation as usize - 1].codes[code - 1];
        self.tries(world, http, Asks::Redeem { generation, code }, text, from).await;
    }

    /// Redeems a word, whatever it is.
    pub(crate) async fn tries(&self, world: &World, http: &mut Http, asks: Asks, word: &str, from: &str) {
        let body = redemption(world, &self.name, word, json!({ "address": from }));
        self.asks(http, asks, "/v1/redemptions", Some(&body)).await;
    }

    /// Asks for anything that is posted.
    pub(crate) async fn asks(&self, http: &mut Http, asks: Asks, path: &str, body: Option<&Value>) {
        let call = self.history.sends(asks);
        let key = format!("request-{}", ASKED.fetch_add(1, Ordering::SeqCst));
        let answer = http.send(Method::POST, path, body, &key).await;
        self.history.hears(call, self.told(&answer));
        self.heard.add_permits(1);
    }

    fn told(&self, answer: &Answer) -> Told {
        let body = answer.json();
        let problem = body["type"].as_str().unwrap_or_default().trim_start_matches("urn:postern:problem:");
        match (answer.status, problem) {
            (201, _) => {
                let at = self
                    .sheets
                    .iter()
                    .position(|sheet| body["set"] == sheet.set.to_string().as_str())
                    .unwrap();
                let (generation, code) = (u32::try_from(at).unwrap() + 1, body["slot"].as_u64().unwrap());
                Told::Accepted { generation, code: usize::try_from(code).unwrap() }
            }
            (200, _) => Told::Done,
            (401, "key-unknown") => Told::Denied,
            (409, "state-changed") => Told::Moved,
            (422, "code-not-accepted") => Told::Refused,
            (429, "too-many-requests") => Told::TooMany,
            (429, "too-many-attempts") => Told::Waits,
            other => panic!("{other:?}: {body}"),
        }
    }
}
