//! What happened in the installation: everything that a later writer could want undone.

use std::sync::Arc;
use std::time::Duration;

use postern_app::operator::{Command, TierChange};
use postern_app::{Client, Confirmation, NewSubject, Proof, Redemption, Special, Staging, SubjectName};
use postern_codes::Format;
use postern_core::application::{Caps, Scope, Token};
use postern_core::assurance::{BareClaim, Level};
use postern_core::ids::{ProverId, SubjectId};
use postern_core::ports::Clock as _;
use postern_core::subject::fact::{RevokeReason, StageReason};
use postern_core::subject::{Purpose, SubjectKind};
use postern_core::tenant::Tier;
use postern_testkit::{Redeem, Sheet, StoreKind, TestProver, World, request};
use serde_json::json;
use zeroize::Zeroizing;

use crate::ground::Attempt;

/// Well formed, and nobody's.
pub(crate) const NOBODYS: &str = "6N6NWS9B8BXYXXTK5NXFY9YZ2";
/// Seed of the prover that is revoked.
const OLD_PROVER: [u8; 32] = [43; 32];

/// Ids by the names that statements use.
pub(crate) type Names = Vec<(&'static str, [u8; 16])>;

/// What is known of the history after its first day.
pub(crate) struct Past {
    pub(crate) names: Names,
    sheets: Vec<Sheet>,
    dora: Sheet,
    prover: TestProver,
    old_prover: TestProver,
    narrow: Arc<Token>,
    capped: Arc<Token>,
    old_key: Arc<Token>,
}

const PEOPLE: [&str; 7] = ["anna", "bert", "cleo", "emil", "gina", "hugo", "kim"];

impl Past {
    /// The first day: people and their sets, a second tenant, applications, provers.
    pub(crate) async fn yesterday(world: &World) -> Self {
        let mut names = vec![("t", world.tenant.bytes()), ("login", world.token.key.application.bytes())];
        let mut sheets = Vec::new();
        for name in PEOPLE {
            names.push((name, world.subject(name).await.bytes()));
            sheets.push(world.issue(name, Format::Standard).await);
        }
        let dora = second_tenant(world, &mut names).await;
        let prover = world.prover().await;
        let old_prover = old_prover(world).await;
        let narrow = world.application(&[Scope::SubjectsRead], &[], None).await;
        let capped = world.application(&[Scope::SetsStage], &[], Some(Caps::SHIPPED)).await;
        let old_key = second_key(world).await;
        names.extend([
            ("prover", prover.id.bytes()),
            ("old_prover", old_prover.id.bytes()),
            ("narrow", narrow.key.application.bytes()),
            ("capped", capped.key.application.bytes()),
        ]);
        world.issue("cleo", Format::Standard).await;
        let emil = SubjectId::new(names.iter().find(|(name, _)| *name == "emil").unwrap().1);
        world.app.request_erasure(&world.token, emil).await.unwrap();
        guess(world).await;
        Self { names, sheets, dora, prover, old_prover, narrow, capped, old_key }
    }

    /// The second day. What must not be taken any more is returned, and codes of Anna's that are good.
    pub(crate) async fn today(self, world: &World) -> (Names, Vec<Attempt>, [String; 2]) {
        let Self { names, sheets, dora, prover, old_prover, narrow, capped, old_key } = self;
        let [anna, bert, cleo, emil, gina, hugo, _] = sheets.try_into().unwrap();
        world.clock.advance(Duration::from_secs(25 * 3600));
        world.app.settle_due().await;
        world.redeem("anna", &anna.codes[1], Redeem::default()).await.unwrap();
        let lost = request(None, "revoke");
        world.app.revoke(&world.token, bert.set, None, RevokeReason::Lost, &lost).await.unwrap();
        world.issue("cleo", Format::Standard).await;
        world.app.leave(&world.token, gina.set.subject).await.unwrap();
        let canary = canary(world).await;
        let tenant = world.tenant;
        operate(
            world,
            Command::ApplicationKeyRevoke {
                tenant,
                application: old_key.key.application,
                number: old_key.key.number,
            },
        )
        .await;
        operate(world, Command::ProverRevoke { tenant, prover: old_prover.id }).await;
        guess(world).await;
        stage_capped(world, &capped).await;
        let sign = |prover: &TestProver| prover.assertion("redeem", "hugo", &body(), world.clock.now());
        let used = sign(&prover);
        let first = redemption("hugo", &hugo.codes[6], Proof::Assertion(used.clone()));
        world.app.redeem(&world.token, first).await.unwrap();

        let login = &world.token;
        let attempt = |what, name, code: &str, token: &Arc<Token>, assertion| Attempt {
            what,
            name,
            code: code.to_owned(),
            token: Arc::clone(token),
            assertion,
        };
        let attempts = vec![
            attempt("a spent code", "anna", &anna.codes[1], login, None),
            attempt("a code of a revoked set", "bert", &bert.codes[2], login, None),
            attempt("a code of a replaced set", "cleo", &cleo.codes[2], login, None),
            attempt("a code of who has left", "gina", &gina.codes[2], login, None),
            attempt("a code of who was erased", "emil", &emil.codes[2], login, None),
            attempt("another tenant's code", "anna", &dora.codes[2], login, None),
            attempt("another subject's code", "anna", &hugo.codes[2], login, None),
            attempt("a canary", "kim", &canary, login, None),
            attempt("a revoked application key", "hugo", &hugo.codes[3], &old_key, None),
            attempt("an application without the scope", "hugo", &hugo.codes[4], &narrow, None),
            attempt("a revoked prover", "hugo", &hugo.codes[5], login, Some(sign(&old_prover))),
            attempt("an assertion a second time", "hugo", &hugo.codes[7], login, Some(used)),
            attempt("a code spent a moment ago", "hugo", &hugo.codes[8], login, None),
        ];
        (names, attempts, [anna.codes[3].clone(), anna.codes[4].clone()])
    }
}

/// The body that assertions of this campaign are about.
fn body() -> serde_json::Value {
    json!({ "tamper": 1 })
}

/// A redemption with this first factor.
pub(crate) fn redemption(name: &str, code: &str, factor: Proof) -> Redemption {
    Redemption {
        subject: SubjectName::ExternalId(name.to_owned()),
        code: Zeroizing::new(code.to_owned()),
        purpose: Purpose::SecondFactor,
        txn: "login-0123456789".to_owned(),
        first_factor: Some(factor),
        client: Client::default(),
        request: request(None, &body().to_string()),
    }
}

async fn operate(world: &World, command: Command) -> serde_json::Value {
    world.app.operate("test", command).await.unwrap()
}

/// Guesses for somebody and for nobody.
async fn guess(world: &World) {
    for name in ["hugo", "nobody"] {
        assert!(world.redeem(name, NOBODYS, Redeem::default()).await.is_err());
    }
}

/// Another tenant, whose Dora has a set.
async fn second_tenant(world: &World, names: &mut Names) -> Sheet {
    let (tenant, key) = postern_testkit::tenant(&world.app, "other").await;
    let token = Arc::new(Token::parse(&key).unwrap());
    let dora =
        NewSubject { external_id: "dora".to_owned(), tier: None, kind: SubjectKind::Person, owner: None };
    let dora = world.app.create_subject(&token, dora).await.unwrap().subject;
    let staged = world.app.stage(&token, world.staging("dora", Format::Standard)).await.unwrap();
    let codes: Vec<String> = staged.codes.unwrap().sheet.iter().map(|code| code.text.to_string()).collect();
    let confirmation = Confirmation {
        set: staged.set,
        code: Zeroizing::new(codes[0].clone()),
        client: Client::default(),
        request: request(None, "confirm"),
    };
    world.app.confirm(&token, confirmation).await.unwrap();
    names.extend([("other_t", tenant.bytes()), ("dora", dora.bytes())]);
    Sheet { set: staged.set, codes }
}

async fn old_prover(world: &World) -> TestProver {
    let issuer = "https://old.test";
    let added = operate(
        world,
        Command::ProverAdd {
            tenant: world.tenant,
            name: "old".to_owned(),
            issuer: issuer.to_owned(),
            key: TestProver::public(OLD_PROVER),
            most: Level::Aal2,
        },
    )
    .await;
    let id = ProverId::parse(added["prover"].as_str().unwrap()).unwrap();
    TestProver::new(id, issuer, added["audience"].as_str().unwrap(), OLD_PROVER)
}

/// A second key of the application.
async fn second_key(world: &World) -> Arc<Token> {
    let (tenant, application) = (world.tenant, world.token.key.application);
    let made = operate(world, Command::ApplicationKeyCreate { tenant, application, expires_at: None }).await;
    Arc::new(Token::parse(made["key"].as_str().unwrap()).unwrap())
}

/// Kim's next set has a canary.
async fn canary(world: &World) -> String {
    let change = TierChange {
        tier: Tier::Standard,
        format: None,
        count: Some(12),
        lifetime_days: None,
        low_stock: None,
        stretch: None,
    };
    let tenant = world.tenant;
    operate(world, Command::TenantChange { tenant, prefix: None, tier: Some(change), keep_kinds: true })
        .await;
    let special = Special { canaries: 1, duress: false };
    let staging = Staging { special, ..world.staging("kim", Format::Standard) };
    let staged = world.app.stage(&world.token, staging).await.unwrap();
    let codes = staged.codes.unwrap();
    world.confirm(staged.set, &codes.sheet[0].text).await.unwrap();
    codes.canaries[0].text.to_string()
}

/// Takes a place under a cap.
async fn stage_capped(world: &World, capped: &Arc<Token>) {
    let proof =
        Proof::Bare(BareClaim { at: world.clock.now(), level: Level::Aal2, method: "otp".to_owned() });
    let staging =
        Staging { proof: Some(proof), reason: StageReason::Renew, ..world.staging("hugo", Format::Standard) };
    world.app.stage(capped, staging).await.unwrap();
}

/// Both kinds of database that people write to behind its back.
pub(crate) const KINDS: [StoreKind; 2] = [StoreKind::Sqlite, StoreKind::Postgres];
