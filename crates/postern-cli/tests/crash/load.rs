//! Clients that make subjects, redeem their codes and revoke some of their sets, until they are stopped or cut off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hyper::Method;
use postern_testkit::{Answer, Http};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::ledger::{Asked, Ledger, Revoked};
use crate::site::Site;

/// Clients of each node.
pub(crate) const CLIENTS: usize = 8;
/// Codes that are redeemed of a sheet; the next one stays for whoever looks whether a revocation holds.
const REDEEMED: usize = 4;

/// A crowd at work.
pub(crate) struct Load {
    pub(crate) site: Arc<Site>,
    pub(crate) ledger: Ledger,
    /// One permit for every answer.
    answers: Semaphore,
    stop: AtomicBool,
    names: AtomicUsize,
    unavailable: AtomicUsize,
}

impl Load {
    pub(crate) fn new(site: Site) -> Arc<Self> {
        let (answers, stop, names) = (Semaphore::new(0), AtomicBool::new(false), AtomicUsize::new(0));
        let (site, ledger, unavailable) = (Arc::new(site), Ledger::default(), AtomicUsize::new(0));
        Arc::new(Self { site, ledger, answers, stop, names, unavailable })
    }

    /// Answers so far that nothing is known to be done.
    pub(crate) fn unavailable(&self) -> usize {
        self.unavailable.load(Ordering::SeqCst)
    }

    /// Sends clients to a node.
    pub(crate) fn send(self: &Arc<Self>, clients: &mut JoinSet<()>, authority: &str) {
        for _ in 0..CLIENTS {
            let (load, authority) = (Arc::clone(self), authority.to_owned());
            clients.spawn(async move {
                let Some(mut http) = Http::try_connect(&authority, &load.site.installed.key).await else {
                    return;
                };
                while !load.stop.load(Ordering::SeqCst) {
                    if load.one_subject(&mut http).await.is_none() {
                        return;
                    }
                }
            });
        }
    }

    /// Waits until so many more answers have come.
    pub(crate) async fn answered(&self, answers: u32) {
        self.answers.forget_permits(self.answers.available_permits());
        self.answers.acquire_many(answers).await.unwrap().forget();
    }

    /// Has the clients end with what they are at.
    pub(crate) async fn stop(&self, clients: &mut JoinSet<()>) {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(client) = clients.join_next().await {
            client.unwrap();
        }
        self.stop.store(false, Ordering::SeqCst);
    }

    /// `None` once the node is gone.
    async fn one_subject(&self, http: &mut Http) -> Option<()> {
        let number = self.names.fetch_add(1, Ordering::SeqCst);
        let name = format!("subject-{number}");
        let Some((set, codes)) = self.issue(http, &name).await? else { return Some(()) };
        let mut is_certain = true;
        for code in &codes[..REDEEMED] {
            let body = self.site.installed.redemption(&name, code);
            let asked =
                Asked { name: name.clone(), code: code.clone(), key: format!("redeem-{name}-{code}"), body };
            self.ledger.asks(asked.clone());
            let answer = self.post(http, "/v1/redemptions", &asked.body, &asked.key).await?;
            is_certain &= answer.status == 201;
            match answer.status {
                201 => self.ledger.spends(&asked, &answer.json()),
                503 => {}
                _ => panic!("{}", answer.json()["type"]),
            }
        }
        if is_certain && number.is_multiple_of(6) {
            let path = format!("/v1/code-sets/{set}/revoke");
            let (body, key) = (json!({ "reason": "lost" }), format!("revoke-{name}"));
            let answer = self.post(http, &path, &body, &key).await?;
            if answer.status == 200 {
                self.ledger.revokes(Revoked { name, path, key, body, left: codes[REDEEMED].clone() });
            }
        }
        Some(())
    }

    /// The set and its codes, if all of it was answered.
    async fn issue(&self, http: &mut Http, name: &str) -> Option<Option<(String, Vec<String>)>> {
        let body = json!({ "external_id": name });
        if self.post(http, "/v1/subjects", &body, &format!("create-{name}")).await?.status != 201 {
            return Some(None);
        }
        let body = self.site.installed.proven("stage", name, &json!({ "subject": { "external_id": name } }));
        let staged = self.post(http, "/v1/code-sets", &body, &format!("stage-{name}")).await?;
        if staged.status != 201 {
            return Some(None);
        }
        let staged = staged.json();
        let codes =
            staged["codes"].as_array().unwrap().iter().map(|code| code["code"].as_str().unwrap().to_owned());
        let (set, codes): (_, Vec<_>) = (staged["set"].as_str().unwrap().to_owned(), codes.collect());
        let path = format!("/v1/code-sets/{set}/confirm");
        let confirmed =
            self.post(http, &path, &json!({ "code": codes[0] }), &format!("confirm-{name}")).await?;
        Some((confirmed.status == 200).then_some((set, codes)))
    }

    async fn post(&self, http: &mut Http, path: &str, body: &Value, key: &str) -> Option<Answer> {
        let answer = http.try_send(Method::POST, path, Some(body), key).await?;
        self.answers.add_permits(1);
        if answer.status == 503 {
            self.unavailable.fetch_add(1, Ordering::SeqCst);
            // As the answer says: a little later.
            tokio::time::sleep(Duration::from_millis(20)).await;
        } else {
            assert!(answer.status < 300, "{path} {}", answer.json());
        }
        Some(answer)
    }
}
