//! An installation with a yesterday and a today, laid down again before each way to alter it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use postern_app::{App, EventName, NewSubject, Proof};
use postern_core::application::Token;
use postern_core::assurance::{BareClaim, Level};
use postern_core::ids::{EventId, TenantId};
use postern_core::kernel::Kind;
use postern_core::ports::{Anchors, Clock as _};
use postern_core::subject::SubjectKind;
use postern_outside::anchor_file::{AnchorFile, AnchorKeeper};
use postern_testkit::{AtRest, Numbers, StoreKind, World};
use tempfile::TempDir;

use crate::behind::Behind;
use crate::history::{Names, Past, redemption};

/// Recorded tables.
pub(crate) const RECORDED: [&str; 10] =
    ["tenant", "application", "prover", "subject", "bucket", "part", "claim", "keyring", "event", "log_head"];
/// The newest signed checkpoints: working state, since they can be signed again.
const SIGNED: &str = "checkpoint";
/// Tables that PostgreSQL has beside them.
const WAITING: [&str; 2] = ["pending", "quarantine"];

/// A state that is laid down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Day {
    Yesterday,
    Today,
    /// Today, and an event that is committed and has no number yet. PostgreSQL alone has that.
    Waiting,
}

impl Day {
    const fn name(self) -> &'static str {
        match self {
            Self::Yesterday => "yesterday",
            Self::Today => "today",
            Self::Waiting => "waiting",
        }
    }
}

/// The anchor that a start finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AnchorIs {
    Todays,
    Yesterdays,
    Missing,
    Damaged,
    AnotherInstallations,
}

/// A word that must not be taken.
pub(crate) struct Attempt {
    pub(crate) what: &'static str,
    pub(crate) name: &'static str,
    pub(crate) code: String,
    pub(crate) token: Arc<Token>,
    /// An assertion for the first factor; else the application's bare word.
    pub(crate) assertion: Option<String>,
}

/// The installation.
pub(crate) struct Ground {
    pub(crate) kind: StoreKind,
    pub(crate) rest: AtRest,
    /// Another installation of the same kind.
    pub(crate) other: AtRest,
    pub(crate) tenant: TenantId,
    pub(crate) token: Arc<Token>,
    names: Names,
    attempts: Vec<Attempt>,
    /// Codes of Anna's that are good today.
    good: [String; 2],
    /// Spent on the day of waiting.
    moment: Attempt,
    anchors: TempDir,
}

impl Ground {
    pub(crate) async fn new(kind: StoreKind) -> Self {
        let anchors = TempDir::new().unwrap();
        let anchor = |name: &str| anchors.path().join(name);
        for name in ["yesterday", "other"] {
            drop(AnchorFile::create(&anchor(name)).unwrap());
        }
        let other = World::another(kind, 1001).await;
        other.subject("anna").await;
        start(&other.app, &anchor("other")).await.unwrap();

        let world = World::new(kind).await;
        let past = Past::yesterday(&world).await;
        start(&world.app, &anchor("yesterday")).await.unwrap();
        keep(kind, &at(&world), Day::Yesterday);
        std::fs::copy(anchor("yesterday"), anchor("today")).unwrap();
        let (names, mut attempts, good) = past.today(&world).await;
        start(&world.app, &anchor("today")).await.unwrap();
        keep(kind, &at(&world), Day::Today);

        let (tenant, token) = (world.tenant, Arc::clone(&world.token));
        let (rest, other) = (world.leave(), other.leave());
        let moment = attempts.pop().unwrap();
        let ground = Self { kind, rest, other, tenant, token, names, attempts, good, moment, anchors };
        if kind == StoreKind::Postgres {
            let app = ground.rest.open(&ground.rest.keys, Numbers::Never).await;
            ground.redeem(&app, "hugo", &ground.moment.code).await.unwrap();
            drop(app);
            keep(kind, &ground.behind(), Day::Waiting);
        }
        ground
    }

    /// The way in behind the product's back.
    pub(crate) fn behind(&self) -> Behind<'_> {
        match (&self.rest.folder, &self.rest.database) {
            (Some(folder), _) => Behind::Sqlite(folder.path().join("postern.db")),
            (None, Some(database)) => Behind::Postgres(database),
            (None, None) => panic!("what was in memory is gone"),
        }
    }

    /// Runs statements behind the product's back. `{name}` in them stands for an id of [`Names`].
    pub(crate) fn run(&self, sql: &str) {
        self.behind().run(&self.named(sql));
    }

    /// Puts ids into a statement.
    pub(crate) fn named(&self, sql: &str) -> String {
        let mut named = sql.to_owned();
        for (name, id) in &self.names {
            named = named.replace(&format!("{{{name}}}"), &self.behind().bytes(id));
        }
        assert!(!named.contains('{'), "{named}");
        named
    }

    pub(crate) fn id(&self, name: &str) -> [u8; 16] {
        self.names.iter().find(|(known, _)| *known == name).unwrap().1
    }

    /// Lays a day down.
    pub(crate) fn lay(&self, day: Day) {
        let lay = |table: &str| {
            format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {}_{table}; ", day.name())
        };
        self.behind().run(&tables(self.kind).map(lay).collect::<String>());
    }

    pub(crate) async fn open(&self) -> Arc<App> {
        self.rest.open(&self.rest.keys, Numbers::First).await
    }

    /// A path with the anchor that is asked for.
    pub(crate) fn anchor(&self, is: AnchorIs) -> PathBuf {
        let at = self.anchors.path().join("anchor");
        let _ = std::fs::remove_file(&at);
        let from = match is {
            AnchorIs::Todays => "today",
            AnchorIs::Yesterdays => "yesterday",
            AnchorIs::AnotherInstallations => "other",
            AnchorIs::Missing => return at,
            AnchorIs::Damaged => {
                std::fs::copy(self.anchors.path().join("today"), &at).unwrap();
                let whole = std::fs::read(&at).unwrap();
                std::fs::write(&at, &whole[..whole.len() / 2]).unwrap();
                return at;
            }
        };
        std::fs::copy(self.anchors.path().join(from), &at).unwrap();
        at
    }

    /// Events that the tenant's log has today.
    pub(crate) fn size(&self) -> u64 {
        let size = self.named("SELECT size FROM today_log_head WHERE tenant = {t}");
        self.behind().read(&size)[0][0].parse().unwrap()
    }

    /// The event that waits for a number, as its receipt names it.
    pub(crate) fn waiting_event(&self) -> EventName {
        let version = self.behind().read("SELECT version FROM waiting_pending")[0][0].parse().unwrap();
        let id = EventId { kind: Kind::Subject, object: self.id("hugo"), version };
        EventName::parse(&id.to_string()).unwrap()
    }

    /// What was taken that must not be, and what became of a code of Anna's that is good: the `n`th.
    pub(crate) async fn tried(
        &self,
        app: &Arc<App>,
        day: Day,
        n: usize,
    ) -> (Vec<&'static str>, &'static str) {
        let mut taken = Vec::new();
        let moment = (day == Day::Waiting).then_some(&self.moment);
        for attempt in self.attempts.iter().chain(moment) {
            let factor = attempt.assertion.clone().map_or_else(|| self.bare(), Proof::Assertion);
            let asked = redemption(attempt.name, &attempt.code, factor);
            if app.redeem(&attempt.token, asked).await.is_ok() {
                taken.push(attempt.what);
            }
        }
        let good = self.redeem(app, "anna", &self.good[n]).await;
        (taken, good.map_or_else(|problem| problem.name(), |()| "accepted"))
    }

    /// Somebody who is created so that something is committed.
    pub(crate) fn somebody(&self) -> NewSubject {
        let external_id = "somebody".to_owned();
        NewSubject { external_id, tier: None, kind: SubjectKind::Person, owner: None }
    }

    async fn redeem(&self, app: &Arc<App>, name: &str, code: &str) -> Result<(), postern_app::Problem> {
        app.redeem(&self.token, redemption(name, code, self.bare())).await.map(drop)
    }

    fn bare(&self) -> Proof {
        Proof::Bare(BareClaim { at: self.rest.clock.now(), level: Level::Aal2, method: "otp".to_owned() })
    }
}

fn tables(kind: StoreKind) -> impl Iterator<Item = &'static str> {
    let more = if kind == StoreKind::Postgres { WAITING.as_slice() } else { &[] };
    RECORDED.into_iter().chain([SIGNED]).chain(more.iter().copied())
}

/// Keeps every table as it is.
fn keep(kind: StoreKind, behind: &Behind<'_>, day: Day) {
    let keep = |table: &str| format!("CREATE TABLE {}_{table} AS SELECT * FROM {table}; ", day.name());
    behind.run(&tables(kind).map(keep).collect::<String>());
}

fn at(world: &World) -> Behind<'_> {
    if world.is_on_server() {
        Behind::Postgres(world.database())
    } else {
        Behind::Sqlite(world.data().join("postern.db"))
    }
}

/// What a start does before it serves, in its order: keys, anchor, and the first anchor of its own.
pub(crate) async fn start(app: &Arc<App>, anchor: &Path) -> Result<(), String> {
    app.check_installation().await.map_err(|fault| fault.to_string())?;
    let (mut file, anchor) = AnchorFile::open(anchor).map_err(|fault| fault.to_string())?;
    app.check_anchor(&anchor).await.map_err(|fault| fault.to_string())?;
    let anchor = file.take_over().map_err(|fault| fault.to_string())?;
    let anchors: Arc<dyn Anchors> = Arc::new(AnchorKeeper::new(file, anchor));
    let mut behind = app.all_logs().await.map_err(|fault| fault.to_string())?;
    app.anchor(&anchors, (None, &[]), &mut behind).await.map_err(|fault| fault.to_string())
}
