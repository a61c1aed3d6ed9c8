//! A subject that does not exist looks like one that does: the same answers, the same work.

use postern_app::Problem;
use postern_codes::Format;
use postern_testkit::{Redeem, StoreKind, World};

use crate::refused;

fn from(address: &str) -> Redeem {
    Redeem { address: Some(address.to_owned()), ..Redeem::default() }
}

#[tokio::test]
async fn the_same_answers_in_the_same_order_with_the_same_work() {
    for kind in StoreKind::ALL {
        for (format, guess) in [
            (Format::Standard, "6N6NWS9B8BXYXXTK5NXFY9YZ2"),
            (Format::Compact, "1258Y5G6C7RMPK84"),
            (Format::Numeric, "010737776601044539083157"),
        ] {
            let world = World::new(kind).await;
            world.format(format.name()).await;
            world.subject("somebody").await;
            world.issue("somebody", format).await;
            let mut answers = Vec::new();
            for name in ["somebody", "nobody"] {
                let (asked, events) = (world.keys.asked(), world.names().await.len());
                let mut told: Vec<Problem> = Vec::new();
                for n in 0..7 {
                    // The eighth symbol wrong: a word whose check symbols do not fit.
                    let slip = guess.replacen(&guess[7..8], if &guess[7..8] == "9" { "8" } else { "9" }, 1);
                    let typed = if n == 1 { slip } else { guess.to_owned() };
                    told.extend(world.redeem(name, &typed, from("192.0.2.1")).await.err());
                }
                told.extend(world.redeem(name, "PSTN-1", from("192.0.2.1")).await.err());
                answers.push((told, world.keys.asked() - asked, world.names().await.len() - events));
            }
            assert_eq!(answers[0], answers[1], "{kind:?} {format:?}");
            assert_eq!(answers[0].0.len(), 8);
        }
    }
}

#[tokio::test]
async fn a_retry_for_nobody_is_the_same_request_too() {
    let world = World::new(StoreKind::Sqlite).await;
    let key = |key: &str| Redeem { key: Some(key.to_owned()), ..Redeem::default() };
    for _ in 0..3 {
        let answer = world.redeem("nobody", "6N6NWS9B8BXYXXTK5NXFY9YZ2", key("same")).await;
        assert_eq!(refused(answer), "code-not-accepted");
    }
    assert_eq!(world.names().await.iter().filter(|name| *name == "code.refused").count(), 1);
    let other = world.redeem("nobody", "P69CP5GGY4HHMJQE8Y01GDGDZ", key("same")).await;
    assert_eq!(refused(other), "idempotency-key-reused");
    assert!(world.app.verify(None, true).await.unwrap().verified);
}

#[tokio::test]
async fn a_request_is_answered_again_as_often_for_nobody_as_for_somebody() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("somebody").await;
    world.issue("somebody", Format::Standard).await;
    let mut answers = Vec::new();
    for name in ["somebody", "nobody"] {
        let again = || Redeem { key: Some(format!("of {name}")), ..Redeem::default() };
        let mut told = Vec::new();
        for _ in 0..13 {
            told.push(refused(world.redeem(name, "6N6NWS9B8BXYXXTK5NXFY9YZ2", again()).await));
        }
        answers.push(told);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!([answers[1][10], answers[1][11]], ["code-not-accepted", "too-many-requests"]);
}
