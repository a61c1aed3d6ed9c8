//! C: what a redemption costs a core without HTTP and disk: prepare, decide, seal, sign, one after the other
//! on one thread over the store in memory.

use postern_codes::Format;
use postern_testkit::{Redeem, StoreKind, World};

use crate::machine::spent_here;
use crate::{Done, Fault};

/// People of one measurement.
const PEOPLE: u8 = 100;
/// Codes that each redeems.
const REDEEMED: usize = 7;

/// Microseconds of a core for one redemption.
pub(crate) fn measure() -> Done<f64> {
    let thread = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(redeem())
    });
    thread.join().map_err(|_| Fault::from("measuring C panicked"))?
}

async fn redeem() -> Done<f64> {
    let world = World::new(StoreKind::Memory).await;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let name = format!("person-{number}@example.org");
        world.subject(&name).await;
        people.push((world.issue(&name, Format::Standard).await, format!("10.0.{number}.1"), name));
    }
    let (before, mut count) = (spent_here()?, 0.0);
    for (sheet, address, name) in &people {
        for code in sheet.codes.iter().take(REDEEMED) {
            let how = Redeem { address: Some(address.clone()), ..Redeem::default() };
            let redeemed = world.redeem(name, code, how).await;
            redeemed.map_err(|problem| format!("measuring C: {problem:?}"))?;
            count += 1.0;
        }
    }
    Ok((spent_here()? - before) / count)
}
