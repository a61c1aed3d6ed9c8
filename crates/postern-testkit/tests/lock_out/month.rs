//! Thirty days, and the owner's login on each of them.

use std::time::Duration;

use postern_app::{Problem, Redemption};
use postern_codes::Format;
use postern_core::ports::Clock as _;
use postern_core::throttle::Class;
use postern_testkit::{Redeem, Sheet, StoreKind, World};

use crate::botnet::{Botnet, Tried};
use crate::long;

const DAYS: u32 = 30;
const DAY: Duration = Duration::from_secs(86_400);
/// Other people whom the botnet sprays.
const OTHERS: u64 = 20;

/// The owner: a sheet, and the device that redeemed first.
struct Owner {
    sheet: Sheet,
    next: usize,
    device: String,
    format: Format,
    /// Days on which a new device was let in at once, before the known one cleared the counts.
    straight: u32,
}

impl Owner {
    async fn new(world: &World, format: Format) -> Self {
        world.subject("owner").await;
        let sheet = world.issue("owner", format).await;
        let first = world.redeem("owner", &sheet.codes[0], Redeem::default()).await.unwrap();
        let device = first.device_token.to_string();
        world.clock.advance(Duration::from_secs(73 * 3600));
        Self { sheet, next: 1, device, format, straight: 0 }
    }

    /// The next code of the sheet; a new sheet with the last one.
    async fn code(&mut self, world: &World) -> String {
        if self.next == self.sheet.codes.len() {
            self.sheet = world.issue("owner", self.format).await;
            self.next = 0;
        }
        self.next += 1;
        self.sheet.codes[self.next - 1].clone()
    }

    fn known(&self) -> Redeem {
        Redeem { device: Some(self.device.clone()), ..from("198.51.100.1") }
    }

    /// A day's logins. With the code only it is no attempt; a new device comes in, before or after the known one;
    /// the known device comes in whatever the botnet has done.
    async fn comes_in(&mut self, world: &World, botnet: &mut Botnet, day: u32) {
        let code = self.code(world).await;
        let alone = world.redemption("owner", &code, from("203.0.113.1"));
        let alone = Redemption { first_factor: None, ..alone };
        assert_eq!(world.app.redeem(&world.token, alone).await.err(), Some(Problem::FirstFactorRequired));
        let new = from(&format!("203.0.{day}.1"));
        match world.redeem("owner", &code, new.clone()).await {
            Ok(_) => self.straight += 1,
            Err(Problem::TooManyAttempts { .. }) if self.format.stretched() && botnet.first_factor => {
                let other = self.code(world).await;
                self.by_known_device(world, &other, day).await;
                // A code that was not tested is not spent, and the counts are clear: the new device comes in now.
                world.redeem("owner", &code, new).await.unwrap();
            }
            Err(problem) => panic!("day {day}: a new device of the owner's was answered {problem:?}"),
        }
        botnet.cleared();
        let code = self.code(world).await;
        self.by_known_device(world, &code, day).await;
    }

    async fn by_known_device(&self, world: &World, code: &str, day: u32) {
        let came = world.redeem("owner", code, self.known()).await;
        assert!(came.is_ok(), "day {day}: the known device was locked out: {:?}", came.err());
    }
}

fn from(address: &str) -> Redeem {
    Redeem { address: Some(address.to_owned()), ..Redeem::default() }
}

/// One day of the botnet: the owner first, as fast as the throttle lets it, then whoever else there is.
async fn day(world: &World, botnet: &mut Botnet, format: Format, at_most: u64) {
    let end = world.clock.now().plus(DAY);
    let begun = botnet.words;
    while botnet.words - begun < at_most {
        // Words of all formats: a set's own decides what waits, not the typed one.
        let typed = match botnet.words % 32 {
            _ if format.stretched() => format,
            30 => Format::Compact,
            31 => Format::Numeric,
            _ => format,
        };
        match botnet.tries(world, "owner", typed).await {
            Tried::Wait(after) if world.clock.now().plus(after) < end => world.clock.advance(after),
            Tried::Wait(_) | Tried::Closed => break,
            Tried::Tested | Tried::NoAttempt => {}
        }
    }
    let (tested, most, total) = (botnet.tested, botnet.most, botnet.total);
    for other in 0..OTHERS {
        let name = if other % 2 == 0 { format!("other-{other}") } else { format!("nobody-{other}") };
        let _ = botnet.tries(world, &name, Format::Standard).await;
    }
    (botnet.tested, botnet.most, botnet.total) = (tested, most, total);
    world.clock.advance(end.since(world.clock.now()));
}

async fn month(kind: StoreKind, format: Format, first_factor: bool) {
    let world = World::new(kind).await;
    world.format(format.name()).await;
    for other in (0..OTHERS).step_by(2) {
        world.subject(&format!("other-{other}")).await;
    }
    let other = world.issue("other-0", Format::Standard).await;
    let (mut owner, mut botnet) = (Owner::new(&world, format).await, Botnet::new(first_factor, 5_000));
    for today in 0..DAYS {
        // A stretched word costs a stretch: the short form guesses all day long on two days, and then until it must wait.
        let at_most = match (long(), format.stretched()) {
            (true, _) => 2_000,
            (false, true) if today < 2 => 200,
            (false, true) => 5,
            (false, false) => 30,
        };
        day(&world, &mut botnet, format, at_most).await;
        owner.comes_in(&world, &mut botnet, today).await;
    }
    println!(
        "{kind:?} {}: first factor {first_factor}, {} words, {} tested, at most {} between two logins, a new device \
         came in at once on {} of {DAYS} days",
        format.name(),
        botnet.words,
        botnet.total,
        botnet.most,
        owner.straight
    );
    if first_factor {
        assert!(botnet.total >= DAYS, "the botnet was not heard");
    } else {
        assert_eq!((botnet.total, owner.straight), (0, DAYS), "a stranger moved a counter");
    }
    if format.stretched() {
        assert!(botnet.most <= u32::from(Class::Unknown.share()), "{} guesses on one set", botnet.most);
    } else {
        assert_eq!(owner.straight, DAYS, "a standard set's new device had to wait");
    }
    // Whoever was sprayed has lost nothing either.
    world.redeem("other-0", &other.codes[1], from("198.51.100.7")).await.unwrap();
    let report = world.app.verify(None, true).await.unwrap();
    assert!(report.verified, "{:?}", report.findings);
}

#[tokio::test]
async fn a_month_without_the_first_factor_moves_nothing() {
    for format in Format::ALL {
        month(StoreKind::Sqlite, format, false).await;
    }
}

#[tokio::test]
async fn a_month_against_a_standard_set_sqlite() {
    month(StoreKind::Sqlite, Format::Standard, true).await;
}

#[tokio::test]
async fn a_month_against_a_standard_set_two_nodes() {
    month(StoreKind::Postgres, Format::Standard, true).await;
}

#[tokio::test]
async fn a_month_against_a_compact_set_sqlite() {
    month(StoreKind::Sqlite, Format::Compact, true).await;
}

#[tokio::test]
async fn a_month_against_a_numeric_set_two_nodes() {
    month(StoreKind::Postgres, Format::Numeric, true).await;
}

/// The owner is away for a month: what the botnet has of the set is one share, and then it is over.
#[tokio::test]
async fn an_absent_owners_set_is_guessed_at_one_share_and_the_known_device_still_comes_in() {
    let world = World::new(StoreKind::Memory).await;
    let (mut owner, mut botnet) = (Owner::new(&world, Format::Compact).await, Botnet::new(true, 5_000));
    for _ in 0..DAYS {
        day(&world, &mut botnet, Format::Compact, 200).await;
    }
    assert_eq!(botnet.total, u32::from(Class::Unknown.share()));
    let code = owner.code(&world).await;
    let new = world.redeem("owner", &code, from("203.0.113.1")).await;
    assert_eq!(new.err(), Some(Problem::TooManyAttempts { after: None }), "what is left over is told");
    owner.by_known_device(&world, &code, DAYS).await;
}
