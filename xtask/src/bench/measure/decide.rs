//! C: what a redemption costs a core without HTTP and disk: prepare, decide, seal, sign, one after the other
//! on one thread over the store in memory. And what a part of it costs: to look for a typed code among verifiers.

use postern_codes::{Code, Format, Prefix, generate};
use postern_core::limits::ENDED_KEPT;
use postern_core::ports::SubjectKeys;
use postern_core::verifier::{Material, Prepared, Stretch, Target, VERIFIER, search};
use postern_testkit::{Redeem, StoreKind, World};
use zeroize::Zeroizing;

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

/// What looking for a typed code costs, in microseconds of a core, its key being there.
#[derive(Clone, Copy)]
pub(crate) struct Looked {
    /// `standard`: among the verifiers of one active and eight ended sets, always.
    pub(crate) standard: f64,
    /// `compact`: the same, behind one stretch by Argon2id.
    pub(crate) compact: f64,
    /// That stretch alone.
    pub(crate) stretch: f64,
}

/// How often a `standard` word is looked for.
const OFTEN: u32 = 2_000;
/// How often a stretched one is.
const SELDOM: u32 = 8;
/// Codes of a set.
const CODES: u8 = 10;

impl Looked {
    /// Measures on this thread.
    pub(crate) fn measure() -> Done<Self> {
        let stretch = |code: &Code| Material::new(code, Stretch::ARGON2ID, &[7; 16]).is_some();
        Ok(Self {
            standard: micros(OFTEN, Format::Standard, look)?,
            compact: micros(SELDOM, Format::Compact, look)?,
            stretch: micros(SELDOM, Format::Compact, stretch)?,
        })
    }
}

/// Microseconds of a core for one `of` a code.
fn micros(times: u32, format: Format, of: impl Fn(&Code) -> bool) -> Done<f64> {
    let mut turn = 0;
    let mut fill = |bytes: &mut [u8]| {
        bytes.iter_mut().for_each(|byte| {
            turn = u8::wrapping_add(turn, 97);
            *byte = turn;
        });
    };
    let code = generate(format, CODES, &Prefix::default(), &mut fill);
    let before = spent_here()?;
    for _ in 0..times {
        if !of(&code) {
            return Err("a code that is there was not found".into());
        }
    }
    Ok((spent_here()? - before) / f64::from(times))
}

/// Looks for a code among the verifiers of nine sets, the last code of the last of which it is.
fn look(code: &Code) -> bool {
    let Some(material) = Material::new(code, Stretch::ARGON2ID, &[7; 16]) else { return false };
    let key = Zeroizing::new([3; 32]);
    let verifier = material.verifier(&key, 1, &[9; 16]);
    let mut verifiers = vec![0; usize::from(CODES - 1) * VERIFIER];
    verifiers.extend(verifier);
    let others = vec![0; usize::from(CODES) * VERIFIER];
    let target = |generation, verifiers| Target { generation, key_version: 1, salt: &[9; 16], verifiers };
    let mut targets = vec![target(2, others.as_slice()); ENDED_KEPT];
    targets.push(target(1, verifiers.as_slice()));
    let keys = SubjectKeys { live: vec![(1, key)] };
    search(&Prepared { epoch: Vec::new(), keys, material }, &targets) == Some((ENDED_KEPT, CODES))
}
