//! One installation with a subject, or nobody, for every reason for which a word is not accepted.

use std::time::Duration;

use postern_app::operator::Command;
use postern_app::{Special, Staging};
use postern_codes::Format;
use postern_core::ids::SubjectId;
use postern_core::subject::fact::RevokeReason;
use postern_testkit::{Redeem, World, request};
use serde_json::{Value, json};

use crate::guess;

/// A word, and whose it is said to be.
pub(crate) struct Case {
    /// Why it is not accepted.
    pub(crate) why: &'static str,
    /// The subject as a request names it.
    pub(crate) subject: Value,
    /// What is typed.
    pub(crate) word: String,
}

fn named(why: &'static str, word: &str) -> Case {
    Case { why, subject: json!({ "external_id": why }), word: word.to_owned() }
}

/// Every case.
pub(crate) async fn cases(world: &World, format: Format) -> Vec<Case> {
    world.format(format.name()).await;
    let wrong = guess(format);
    let mut cases = Vec::new();
    world.subject("expired").await;
    let expired = world.issue("expired", format).await;
    world.clock.advance(Duration::from_secs(366 * 86_400));
    // As the service does every hour: whoever came before that would have the expiry recorded with the refusal.
    world.app.settle_due().await;
    cases.push(named("expired", &expired.codes[1]));
    cases.push(suspended(world, format).await);
    for why in ["wrong", "spent", "old", "revoked", "without", "staged", "canary", "left"] {
        world.subject(why).await;
    }
    world.issue("wrong", format).await;
    cases.push(named("wrong", wrong));
    let spent = world.issue("spent", format).await;
    world.redeem("spent", &spent.codes[0], Redeem::default()).await.unwrap();
    cases.push(named("spent", &spent.codes[0]));
    let old = world.issue("old", format).await;
    world.issue("old", format).await;
    cases.push(named("old", &old.codes[1]));
    let revoked = world.issue("revoked", format).await;
    let revoke = request(None, "revoke");
    world.app.revoke(&world.token, revoked.set, None, RevokeReason::Leaked, &revoke).await.unwrap();
    cases.push(named("revoked", &revoked.codes[1]));
    cases.push(named("without", wrong));
    let staged = world.stage("staged", format).await.unwrap().codes.unwrap();
    cases.push(named("staged", &staged.sheet[0].text));
    cases.push(named("canary", &canary(world, format).await));
    let left = world.issue("left", format).await;
    let id = world.subject("left").await;
    world.app.leave(&world.token, id).await.unwrap();
    cases.push(named("left", &left.codes[1]));
    cases.push(Case { why: "left, by its id", subject: json!(id), word: left.codes[1].clone() });
    cases.push(named("nobody", wrong));
    let id = json!(SubjectId::new([7; 16]));
    cases.push(Case { why: "nobody, by an id", subject: id, word: wrong.to_owned() });
    cases
}

async fn canary(world: &World, format: Format) -> String {
    let special = Special { canaries: 1, duress: false };
    let staging = Staging { special, ..world.staging("canary", format) };
    let staged = world.app.stage(&world.token, staging).await.unwrap();
    let codes = staged.codes.unwrap();
    world.confirm(staged.set, &codes.sheet[0].text).await.unwrap();
    codes.canaries[0].text.to_string()
}

/// A right code of a set that a campaign has ended, to which it has not come yet: it stands still like a suspended one.
async fn suspended(world: &World, format: Format) -> Case {
    world.subject("suspended").await;
    let sheet = world.issue("suspended", format).await;
    world.clock.advance(Duration::from_secs(1));
    let (tenant, issued_before, key_version) = (world.tenant, None, None);
    let count = Command::CampaignCount { tenant, issued_before, key_version };
    let sets = world.app.operate("test", count).await.unwrap()["sets"].as_u64().unwrap();
    let reason = RevokeReason::Bulk;
    let start = Command::CampaignStart { tenant, issued_before, key_version, reason, sets };
    world.app.operate("test", start).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    named("suspended", &sheet.codes[1])
}
