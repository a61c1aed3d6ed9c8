//! A service with one subject whose codes must all still be there when everything has been sent.

use std::time::Duration;

use postern_codes::Format;
use postern_core::ports::Clock as _;
use postern_server::Limits;
use postern_testkit::{Service, Sheet, StoreKind, World};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::wire::{Reply, exchange};

/// Limits that are reached soon.
pub(crate) const SOON: Limits = Limits {
    head_time: Duration::from_millis(300),
    body_time: Duration::from_millis(200),
    write_time: Duration::from_millis(500),
    ..Limits::SHIPPED
};

pub(crate) struct Site {
    pub(crate) world: World,
    service: Service,
    pub(crate) sheet: Sheet,
}

impl Site {
    pub(crate) async fn new(kind: StoreKind) -> Self {
        Self::with(kind, SOON).await
    }

    pub(crate) async fn with(kind: StoreKind, limits: Limits) -> Self {
        let world = World::new(kind).await;
        world.subject("anna").await;
        let sheet = world.issue("anna", Format::Standard).await;
        let service = Service::start_with(&world, limits).await;
        Self { world, service, sheet }
    }

    pub(crate) fn authority(&self) -> &str {
        &self.service.authority
    }

    /// A redemption's body.
    pub(crate) fn body(&self, code: &str) -> Value {
        json!({
            "subject": { "external_id": "anna" },
            "code": code,
            "purpose": "second_factor",
            "txn": "login-0123456789",
            "first_factor": { "level": "aal1", "method": "pwd", "at": self.world.clock.now() },
            "client": { "address": "192.0.2.1" },
        })
    }

    /// A head for a body, with these further lines.
    pub(crate) fn head(&self, path: &str, more: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nIdempotency-Key: bad-input\r\n\
             Content-Type: application/json\r\n{more}\r\n",
            self.world.key
        )
    }

    /// A whole request, after which the connection ends.
    pub(crate) fn request(&self, path: &str, body: &[u8]) -> Vec<u8> {
        let more = format!("Connection: close\r\nContent-Length: {}\r\n", body.len());
        [self.head(path, &more).as_bytes(), body].concat()
    }

    pub(crate) async fn send(&self, bytes: &[u8]) -> Reply {
        exchange(self.authority(), bytes).await
    }

    /// Others are served as if nothing were.
    pub(crate) async fn serves_others(&self) {
        let answer = async { self.service.connect().await.get("/v1/events?limit=1").await.status };
        assert_eq!(timeout(Duration::from_secs(10), answer).await, Ok(200), "nobody else is served");
    }

    /// How many codes were spent.
    pub(crate) async fn spent(&self) -> usize {
        self.world.names().await.iter().filter(|name| *name == "code.spent").count()
    }

    /// Nothing was spent, nothing is half done, and every code works still.
    pub(crate) async fn is_whole(&self) {
        assert_eq!(self.spent().await, 0, "a code was spent by what was no request");
        let report = self.world.app.verify(None, true).await.unwrap();
        assert!(report.verified, "{:?}", report.findings);
        // From another network: what was changed a little has wrong codes in it, and where they come from waits.
        let mut body = self.body(&self.sheet.codes[1]);
        body["client"]["address"] = "198.51.100.1".into();
        let body = body.to_string();
        let well = String::from_utf8(self.request("/v1/redemptions", body.as_bytes())).unwrap();
        // A key that nothing before can have used.
        let well = well.replace("Idempotency-Key: bad-input", "Idempotency-Key: well");
        let well = self.send(well.as_bytes()).await;
        assert_eq!(well.statuses(), [201], "{:?}", well.last());
    }
}
