//! People with sheets of codes: subjects are created, their sets staged and confirmed, all over HTTP. The
//! staging is what stages are measured with.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::Done;
use crate::demo::Demo;
use crate::figures::Timed;
use crate::load::{Address, Ask, Load, Sample, Source, run};
use crate::meter::Meter;
use crate::requests::{confirm, create, fresh, now, redeem, stage};

/// Clients that prepare.
const CLIENTS: usize = 64;
/// Codes of a sheet that are redeemed: a record remembers eight granted answers, and a confirmation is one.
const REDEEMED: usize = 7;
/// Longer than any preparation takes.
const LONG: Duration = Duration::from_secs(60);

/// A person and a sheet of codes.
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) codes: Vec<String>,
}

/// What people are for. Who has redeemed as often as a record remembers is told to wait, whatever the word:
/// guesses are about other people.
#[derive(Clone, Copy)]
pub(crate) enum Whose {
    /// They redeem.
    Redeem,
    /// Their codes are guessed.
    Guessed,
}

/// People whose codes are unspent, and people whose codes are guessed.
#[derive(Default)]
pub(crate) struct People {
    unspent: Arc<Mutex<VecDeque<Sheet>>>,
    /// Names with codes of somebody else's sheet: well formed and wrong.
    wrong: Arc<Mutex<VecDeque<(String, String)>>>,
    made: AtomicUsize,
}

impl People {
    /// Makes so many more, their sets staged by so many clients; gives how staging went, and what the server did
    /// meanwhile.
    pub(crate) async fn prepare(
        &self,
        demo: &Demo,
        count: usize,
        clients: usize,
        whose: Whose,
    ) -> Done<Timed> {
        let address = &demo.address;
        let names = (0..count).map(|_| format!("person-{:08}@example.org", fresh()));
        let names = names.collect::<Vec<_>>();
        let now = now()?;
        once(address, CLIENTS, names.iter().map(|name| create(name)), 201).await?;
        let meter = Meter::begin(demo.process())?;
        let mut staged = once(address, clients, names.iter().map(|name| stage(name, &now)), 201).await?;
        let timed = Timed::new(&staged, clients, meter.end(staged.wanted)?);
        let sheets =
            staged.kept.drain(..).filter_map(|(name, set)| Some((text(&set, "set")?, sheet(name, &set)?)));
        let sheets = sheets.collect::<Vec<_>>();
        let first = sheets.iter().filter_map(|(set, sheet)| Some(confirm(set, sheet.codes.first()?)));
        once(address, CLIENTS, first, 200).await?;
        let sheets = sheets.into_iter().map(|(_, sheet)| sheet).collect::<Vec<_>>();
        match whose {
            Whose::Redeem => {
                self.unspent.lock().unwrap_or_else(PoisonError::into_inner).extend(sheets);
            }
            Whose::Guessed => {
                self.wrong.lock().unwrap_or_else(PoisonError::into_inner).extend(wrong(&sheets));
            }
        }
        self.made.fetch_add(count, Ordering::Relaxed);
        Ok(timed)
    }

    /// People who are there already, for redeeming.
    pub(crate) fn take(&self, sheets: Vec<Sheet>) {
        self.unspent.lock().unwrap_or_else(PoisonError::into_inner).extend(sheets);
    }

    /// How many there are.
    pub(crate) fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }

    /// Redemptions that there are codes for.
    pub(crate) fn redemptions(&self) -> usize {
        self.unspent.lock().unwrap_or_else(PoisonError::into_inner).len() * REDEEMED
    }

    /// Redemptions: whoever takes a person redeems one code after the other.
    pub(crate) fn redeeming(&self, now: &str) -> Source {
        let (unspent, now) = (Arc::clone(&self.unspent), now.to_owned());
        Arc::new(move || {
            let sheet = unspent.lock().unwrap_or_else(PoisonError::into_inner).pop_front()?;
            let codes = sheet.codes.iter().take(REDEEMED);
            Some(codes.map(|code| redeem(&sheet.name, code, &now)).collect())
        })
    }

    /// Wrong codes, each for another person and from another network, round and round.
    pub(crate) fn guessing(&self, now: &str) -> Source {
        let (wrong, now) = (Arc::clone(&self.wrong), now.to_owned());
        Arc::new(move || {
            let mut wrong = wrong.lock().unwrap_or_else(PoisonError::into_inner);
            let (name, code) = wrong.pop_front()?;
            let guess = redeem(&name, &code, &now);
            wrong.push_back((name, code));
            Some(vec![guess])
        })
    }
}

/// Each name with the codes of the next one's sheet, so that a name comes again late.
fn wrong(sheets: &[Sheet]) -> Vec<(String, String)> {
    let others = sheets.iter().cycle().skip(1);
    let pairs = sheets.iter().zip(others).flat_map(|(sheet, other)| {
        other.codes.iter().enumerate().map(|(slot, code)| (slot, sheet.name.clone(), code.clone()))
    });
    let mut pairs = pairs.collect::<Vec<_>>();
    pairs.sort_by_key(|(slot, ..)| *slot);
    pairs.into_iter().map(|(_, name, code)| (name, code)).collect()
}

/// Sends each request once.
async fn once(
    address: &Address,
    clients: usize,
    asks: impl Iterator<Item = Ask>,
    wanted: u16,
) -> Done<Sample> {
    let asks = Mutex::new(asks.collect::<VecDeque<_>>());
    let source: Source = Arc::new(move || {
        asks.lock().unwrap_or_else(PoisonError::into_inner).pop_front().map(|ask| vec![ask])
    });
    let sample = run(address, Load { clients, span: LONG, wanted, keep: true, source }).await?;
    if sample.others.is_empty() { Ok(sample) } else { Err(format!("{:?}", sample.others).into()) }
}

fn sheet(name: String, set: &Value) -> Option<Sheet> {
    let codes = set.get("codes")?.as_array()?.iter().filter_map(|code| text(code, "code")).collect();
    Some(Sheet { name, codes })
}

fn text(value: &Value, member: &str) -> Option<String> {
    value.get(member)?.as_str().map(str::to_owned)
}
