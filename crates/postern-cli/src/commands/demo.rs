//! `postern demo`: a service on temporary data, a seeded tenant, and what to type.

use std::sync::Arc;

use postern_app::operator::NewApplication;
use postern_app::{App, NewSubject};
use postern_core::application::{Scope, Token};
use postern_core::ids::TenantId;
use postern_core::subject::SubjectKind;
use postern_core::tenant::Tier;
use postern_outside::anchor_file::{AnchorFile, AnchorKeeper};
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::KeyFile;
use postern_server::{Limits, Readiness};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::init::check_empty;
use super::running::{self, Running, Signals, Watched};
use super::serve::bind;
use crate::arguments::Demo;
use crate::failure::Failure;
use crate::installation::For;
use crate::{installation, logging, output};

/// The seeded subject.
const SUBJECT: &str = "alice@example.org";

/// Serves a demonstration until it is stopped, then removes its data.
pub(super) async fn run(demo: Demo, json: bool) -> Result<(), Failure> {
    if !demo.listen.ip().is_loopback() {
        return Err(Failure::Usage("a demonstration listens on a loopback address only".to_owned()));
    }
    logging::begin(&demo.log, false);
    let signals = Signals::listen()?;
    let parent = demo.data.unwrap_or_else(std::env::temp_dir);
    std::fs::create_dir_all(&parent).map_err(Failure::refused)?;
    let folder =
        tempfile::Builder::new().prefix("postern-demo-").tempdir_in(parent).map_err(Failure::refused)?;
    let data = folder.path().join("data");
    let keys = KeyFile::create(&folder.path().join("keys"), &SystemEntropy).map_err(Failure::refused)?;
    let keys = Arc::new(keys);
    let (mut file, _) = AnchorFile::create(&folder.path().join("anchor")).map_err(Failure::refused)?;
    let anchor = file.take_over().map_err(Failure::refused)?;
    let app = match &demo.postgres {
        Some(url) => {
            check_empty(url).await?;
            postern_store::postgres::migrate(url).await.map_err(Failure::refused)?;
            let app = installation::open_database(keys, url, "localhost", For::Serving).await?;
            // What was empty continues nothing that an anchor could know.
            app.begin_numbering();
            app
        }
        None => {
            let app = installation::open_folder(keys, &data, "localhost")?;
            installation::mark_demonstration(&data)?;
            app
        }
    };
    let (tenant, key) = seed(&app).await?;
    let listener = bind(demo.listen).await?;
    let url = format!("http://{}", listener.local_addr().map_err(Failure::refused)?);
    if json {
        let line = json!({ "url": url, "application_key": key.as_str(), "tenant": tenant, "data": data });
        output::data(&line.to_string());
    } else {
        output::data(&what_to_type(&url, &key));
    }
    let anchors = Some(Arc::new(AnchorKeeper::new(file, anchor)) as Arc<dyn postern_core::ports::Anchors>);
    running::run(Running {
        app,
        listener,
        admin: None,
        operator: None,
        files: Vec::new(),
        anchors,
        shipping: None,
        witnessing: Vec::new(),
        readiness: Arc::new(Readiness::new()),
        limits: Limits::default(),
        tls: None,
        proxies: Vec::new(),
        loopback_host: true,
        // A demonstration is small and goes away: its disk is not looked at.
        watched: Watched { folder: data, disk_low: 0 },
        events_days: 0,
        signals,
    })
    .await?;
    folder.close().map_err(Failure::refused)
}

/// One tenant, one application that may do almost everything, one subject.
async fn seed(app: &App) -> Result<(TenantId, Zeroizing<String>), Failure> {
    let operator = app.operator("demo");
    operator.open_log().await.map_err(Failure::refused)?;
    let tenant = operator.create_tenant("demo", None).await.map_err(Failure::refused)?;
    let tenant = tenant.get("tenant").and_then(Value::as_str).and_then(TenantId::parse);
    let tenant = tenant.ok_or_else(|| Failure::refused("the demonstration's tenant was not made"))?;
    let application = NewApplication {
        name: "demo".to_owned(),
        // What was found is asked about by a scanner, with a key that can do nothing else.
        scopes: Scope::ALL.into_iter().filter(|scope| *scope != Scope::Leaks).collect(),
        tiers: Tier::ALL.to_vec(),
        enforces: postern_core::receipt::RESTRICTIONS.map(str::to_owned).to_vec(),
        caps: None,
        trusted_backend: true,
        bound: Default::default(),
    };
    let (_, key) = operator.create_application(tenant, application).await.map_err(Failure::refused)?;
    let token =
        Token::parse(&key).ok_or_else(|| Failure::refused("the demonstration's key did not read back"))?;
    let alice =
        NewSubject { external_id: SUBJECT.to_owned(), tier: None, kind: SubjectKind::Person, owner: None };
    app.create_subject(&Arc::new(token), alice)
        .await
        .map_err(|problem| Failure::refused(problem.told().0))?;
    Ok((tenant, key))
}

fn what_to_type(url: &str, key: &str) -> String {
    format!(
        r#"Postern is serving a demonstration at {url}. Data are temporary; Ctrl-C ends it.

Paste this once, into another terminal:

  export POSTERN_URL={url}
  export POSTERN_APPLICATION_KEY={key}
  post() {{ curl -s -X POST "$POSTERN_URL$1" -H "Authorization: Bearer $POSTERN_APPLICATION_KEY" -H "Idempotency-Key: $(date +%s%N)" -H "Content-Type: application/json" -d "$2"; echo; }}
  now() {{ date -u +%Y-%m-%dT%H:%M:%SZ; }}

1. Stage a set for {SUBJECT}. The answer shows ten codes, this once, and the set's id.

  post /v1/code-sets '{{"subject":{{"external_id":"{SUBJECT}"}},"assurance":{{"level":"aal2","method":"otp","at":"'$(now)'"}}}}'

2. Confirm it with any one of the codes, which is not used up. Put in the set's id and a code:

  SET=set_...   CODE=PSTN-...
  post /v1/code-sets/$SET/confirm '{{"code":"'$CODE'"}}'

3. Redeem a code, as after a password at a login. It works once; ask again and it is refused.

  post /v1/redemptions '{{"subject":{{"external_id":"{SUBJECT}"}},"code":"'$CODE'","purpose":"second_factor","txn":"login-'$(date +%s%N)'","first_factor":{{"level":"aal1","method":"pwd","at":"'$(now)'"}}}}'

4. See the evidence: every act is an event in a Merkle log with signed checkpoints.

  curl -s "$POSTERN_URL/v1/events" -H "Authorization: Bearer $POSTERN_APPLICATION_KEY"; echo
  curl -s "$POSTERN_URL/v1/log/checkpoint" -H "Authorization: Bearer $POSTERN_APPLICATION_KEY"

Look at: the receipt (a JWS that {url}/.well-known/jwks.json verifies), remaining and warnings in the
answer; code.spent and code.refused among the events; never a code in any of them. The contract: {url}/openapi.json
The same from the shell: postern issue {SUBJECT} --assurance aal2:otp    postern redeem {SUBJECT} --assurance aal1:pwd"#
    )
}
