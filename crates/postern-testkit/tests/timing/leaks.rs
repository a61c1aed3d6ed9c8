//! Words that are not the caller's to know of: nobody's, another tenant's, of a tier out of reach, of somebody who has
//! left. The same bytes after the same work.

use postern_app::SubjectPatch;
use postern_codes::Format;
use postern_core::application::{Scope, Token};
use postern_core::tenant::Tier;
use postern_testkit::{Service, StoreKind, World, tenant};
use serde_json::json;

use crate::answers::Wire;
use crate::guess;
use crate::work::{COUNTING, compared_to, until_now};

/// A word, and whose it is said to be.
struct Case {
    why: &'static str,
    word: String,
}

/// A tenant with a subject of each sort, and another tenant's code.
async fn cases(world: &World, format: Format) -> Vec<Case> {
    world.format(format.name()).await;
    let mut cases = vec![Case { why: "nobody", word: guess(format).to_owned() }];
    for why in ["wrong", "guarded", "left"] {
        world.subject(why).await;
        let sheet = world.issue(why, format).await;
        let word = if why == "wrong" { guess(format).to_owned() } else { sheet.codes[1].clone() };
        cases.push(Case { why, word });
    }
    let name = postern_app::SubjectName::ExternalId("guarded".to_owned());
    let guarded = world.app.subject(&world.token, &name).await.unwrap();
    let raise = SubjectPatch { tier: Some(Tier::Elevated), kind: None, owner: None };
    world.app.patch_subject(&world.token, guarded.subject, guarded.revision, raise).await.unwrap();
    world.app.leave(&world.token, world.subject("left").await).await.unwrap();
    cases.push(Case { why: "foreign", word: foreign(world, format).await });
    cases
}

/// A code of another tenant.
async fn foreign(world: &World, format: Format) -> String {
    let (_, key) = tenant(&world.app, "other").await;
    let token = std::sync::Arc::new(Token::parse(&key).unwrap());
    let new = postern_app::NewSubject {
        external_id: "foreign".to_owned(),
        tier: None,
        kind: postern_core::subject::SubjectKind::Person,
        owner: None,
    };
    world.app.create_subject(&token, new).await.unwrap();
    let staged = world.app.stage(&token, world.staging("foreign", format)).await.unwrap();
    staged.codes.unwrap().sheet[0].text.to_string()
}

fn request(key: &str, case: &Case, named: bool, number: usize) -> Vec<u8> {
    let subjects = if named { json!([{ "external_id": case.why }]) } else { json!([]) };
    let body = json!({ "codes": [case.word], "subjects": subjects }).to_string();
    let head = format!(
        "POST /v1/leaks/check HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nX-Request-Id: same\r\n\
         Idempotency-Key: {}-{number}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        case.why,
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

async fn alike(kind: StoreKind, format: Format) {
    let _counting = COUNTING.lock().await;
    let world = World::new(kind).await;
    let cases = cases(&world, format).await;
    // For the tier standard alone.
    let token = world.application(&[Scope::Leaks], &[], None).await;
    let key = token.text();
    let service = Service::start(&world).await;
    let mut wire = Wire::connect(&service.authority).await;
    for named in [true, false] {
        let mut found = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            let request = request(&key, case, named, number);
            let before = until_now(&world);
            let answer = wire.exchange(&request).await;
            found.push((case.why, answer, until_now(&world).since(before)));
        }
        compared_to("HTTP/1.1 200 ", &found, &format!("{kind:?} leaks {} {named}", format.name()));
    }
}

#[tokio::test]
async fn what_is_not_the_callers_is_the_same_answer_and_the_same_work_standard() {
    for kind in StoreKind::ALL {
        alike(kind, Format::Standard).await;
    }
}

#[tokio::test]
async fn what_is_not_the_callers_is_the_same_answer_and_the_same_work_stretched() {
    alike(StoreKind::Sqlite, Format::Compact).await;
    alike(StoreKind::Memory, Format::Numeric).await;
}
