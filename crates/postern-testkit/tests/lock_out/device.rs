//! A device that is known stays known for as long as it comes back.

use std::time::Duration;

use postern_app::Problem;
use postern_codes::Format;
use postern_core::throttle::Class;
use postern_testkit::{Redeem, StoreKind, World};

use crate::botnet::{Botnet, Tried};

const DAY: Duration = Duration::from_secs(86_400);

/// A year, a login every twenty days, and one on the day after a token was renewed; before each of them strangers have
/// made their class wait.
#[tokio::test]
async fn a_device_that_comes_back_is_known_for_ever() {
    let world = World::new(StoreKind::Memory).await;
    world.subject("owner").await;
    let mut sheet = world.issue("owner", Format::Compact).await;
    let mut device = String::new();
    let (mut botnet, mut next, mut tokens) = (Botnet::new(true, 5_000), 0, Vec::new());
    for login in 0..20 {
        if next == sheet.codes.len() {
            sheet = world.issue("owner", Format::Compact).await;
            next = 0;
        }
        // The fifth miss makes the class wait: enough to see which class the owner is in.
        if login > 0 {
            while let Tried::Tested = botnet.tries(&world, "owner", Format::Compact).await {}
            assert!(botnet.total >= 4 && botnet.tested <= u32::from(Class::Unknown.share()));
            botnet.cleared();
        }
        let how = Redeem { device: Some(device.clone()), ..Redeem::default() };
        match world.redeem("owner", &sheet.codes[next], how).await {
            Ok(redeemed) => device = redeemed.device_token.to_string(),
            Err(Problem::TooManyAttempts { .. }) => panic!("login {login}: the owner's device is unknown"),
            Err(other) => panic!("login {login}: {other:?}"),
        }
        next += 1;
        let renewed = !tokens.is_empty() && tokens.last() != Some(&device);
        if tokens.last() != Some(&device) {
            tokens.push(device.clone());
        }
        world.clock.advance(if renewed { DAY } else { DAY * 20 });
    }
    assert_eq!(tokens.len(), 3, "a token is renewed before its end, and only then");
}
