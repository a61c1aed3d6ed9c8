//! One transaction over all that waits: lock and read in key order, settle in memory, write, commit. Two round
//! trips, however much is in it.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use postern_core::Time;
use postern_core::kernel::{ClaimKey, Committed, Key, Kind, Sealer, Tally};
use tokio_postgres::{Client, Error};

use super::Isolation;
use super::call::Call;
use super::failed::{Failed, at_commit, before_commit};
use super::job::Job;
use super::sent::{Became, Sent};
use super::{arrays, columns, schema};
use crate::loaded::{Loaded, Missing};
use crate::settle::settle;

/// How one job ended, short of a failure of all.
pub(super) enum End {
    /// For good.
    Told(Committed),
    /// It decides on something that was not locked: again, with that.
    More(Missing),
}

/// What a batch came to.
pub(super) struct Done {
    /// How each job ended, in order.
    pub(super) ends: Vec<End>,
    /// Additions of its work.
    pub(super) tallies: Vec<Tally>,
}

/// What a transaction goes by.
pub(super) struct Rules<'a> {
    pub(super) sealer: &'a Sealer,
    pub(super) isolation: Isolation,
    /// Milliseconds by which an event's time may be away from the database's.
    pub(super) clocks: Option<u64>,
}

/// Runs jobs in one transaction. Each job's own decision is settled on what is locked, in order, so that works on
/// one record are folded into one change of its row. `unanswered` is the commit of the same jobs that was sent last,
/// if it was not answered: what became of it comes first.
pub(super) async fn run(
    client: &Client,
    rules: &Rules<'_>,
    jobs: &mut [Job],
    unanswered: &mut Option<Sent>,
) -> Result<Done, Failed> {
    if let Some(sent) = unanswered.take() {
        match sent.became(client).await {
            Ok(Became::Durable) => return Ok(sent.done),
            Ok(Became::RolledBack) => {}
            Ok(Became::Unfinished) => {
                *unanswered = Some(sent);
                return Err(Failed::Unfinished);
            }
            Err(error) => {
                *unanswered = Some(sent);
                return Err(before_commit(error));
            }
        }
    }
    let keys: BTreeSet<Key> = jobs.iter().flat_map(Job::keys).collect();
    let places: BTreeSet<ClaimKey> = jobs.iter().flat_map(Job::places).collect();
    let changing: BTreeSet<Key> = jobs.iter().flat_map(Job::changing).collect();
    let begun = begin(client, rules.isolation, &keys, &places, &changing).await;
    let (mut loaded, number, clock) = match begun {
        Ok(begun) => begun,
        Err(error) => return Err(roll_back(client, before_commit(error)).await),
    };
    let mut ends = Vec::with_capacity(jobs.len());
    for job in jobs.iter_mut() {
        let settled = settle(&mut loaded, &mut job.pending, rules.sealer);
        ends.push(settled.map_or_else(End::More, End::Told));
    }
    if loaded.is_unchanged() {
        let _ = client.batch_execute("ROLLBACK").await;
        return Ok(Done { ends, tallies: Vec::new() });
    }
    if let Some(away) = rules.clocks.and_then(|most| apart(jobs, &ends, clock, most)) {
        return Err(roll_back(client, Failed::Clocks(away)).await);
    }
    let committing = jobs.iter().zip(&ends).filter(|(_, end)| matches!(end, End::Told(Committed::Committed)));
    let events = committing.flat_map(|(job, _)| job.events().cloned()).collect();
    let tallies = std::mem::take(&mut loaded.tallies);
    let sent = Sent { number, events, done: Done { ends, tallies } };
    match commit(client, &loaded).await {
        Ok(()) => Ok(sent.done),
        Err(failed) => {
            *unanswered = matches!(failed, Failed::Unknown(_)).then_some(sent);
            Err(failed)
        }
    }
}

/// Locks and reads, in one round trip.
async fn begin(
    client: &Client,
    isolation: Isolation,
    keys: &BTreeSet<Key>,
    places: &BTreeSet<ClaimKey>,
    changing: &BTreeSet<Key>,
) -> Result<(Loaded, String, u64), Error> {
    let kinds: Vec<Kind> =
        Kind::ALL.into_iter().filter(|kind| keys.iter().any(|key| key.kind == *kind)).collect();
    let of = |kind: Kind| keys.iter().copied().filter(move |key| key.kind == kind);
    let mut calls = Vec::new();
    for kind in &kinds {
        let to_change = changing.iter().any(|key| key.kind == *kind);
        calls.push(arrays::keys(Call::new(schema::lock(*kind)), of(*kind)).flag(to_change));
    }
    // From here on other statements, which see what was committed while the locks were waited for.
    let all: Vec<Key> = keys.iter().copied().collect();
    calls.push(arrays::kinds_and_keys(Call::new(schema::PARTS), &all));
    if !places.is_empty() {
        calls.push(arrays::places(Call::new(schema::CLAIMS), places.iter()));
    }
    calls.push(Call::new(schema::CLOCK_AND_NUMBER));
    let begin = client.batch_execute(isolation.begin());
    let (begun, answers) =
        tokio::join!(biased; begin, join_all(calls.into_iter().map(|call| call.run(client))));
    begun?;
    let mut answers = answers.into_iter();
    let mut next = || answers.next().unwrap_or_else(|| Ok(Vec::new()));
    let mut loaded = Loaded::default();
    loaded.rows.extend(keys.iter().map(|key| (*key, None)));
    loaded.claims.extend(places.iter().map(|place| (*place, None)));
    for kind in &kinds {
        let answer = next()?;
        let (locked, old): (Vec<_>, Vec<_>) = answer.iter().partition(|row| columns::is_there(row, 2));
        let rows = locked.into_iter().filter_map(|row| columns::row(row, *kind, 0));
        loaded.rows.extend(rows.map(|(key, row)| (key, Some(row))));
        loaded.old.extend(old.into_iter().filter_map(|row| columns::key(row, *kind, 0)));
    }
    for (key, part) in next()?.iter().filter_map(|row| columns::part(row, 0)) {
        if let Some(Some(row)) = loaded.rows.get_mut(&key) {
            row.parts.push(part);
        }
    }
    if !places.is_empty() {
        let claims = next()?;
        let claims = claims.iter().filter_map(|row| columns::claim(row, 0));
        loaded.claims.extend(claims.map(|claim| (claim.0.place, Some(claim))));
    }
    let told = next()?;
    let clock = told.first().and_then(|row| columns::natural(row, 0)).unwrap_or_default();
    let number = told.first().and_then(|row| row.try_get(1).ok()).unwrap_or_default();
    Ok((loaded, number, clock))
}

/// By how much the furthest event's time is away from the database's, if that is too much. An event may be later
/// than the clock only because the last one was.
fn apart(jobs: &[Job], ends: &[End], clock: u64, most: u64) -> Option<u64> {
    let committed = jobs.iter().zip(ends).filter(|(_, end)| matches!(end, End::Told(Committed::Committed)));
    let times = committed.filter_map(|(job, _)| job.pending.draft().map(|draft| draft.context().at));
    times.map(Time::millis).map(|at| at.abs_diff(clock)).max().filter(|away| *away > most)
}

/// Writes and commits, in one round trip. A failed statement makes the commit a rollback.
async fn commit(client: &Client, loaded: &Loaded) -> Result<(), Failed> {
    let writes = join_all(arrays::writes(loaded).into_iter().map(|call| call.run(client)));
    let (written, committed) = tokio::join!(biased; writes, client.batch_execute("COMMIT"));
    match (written.into_iter().find_map(Result::err), committed) {
        (Some(error), Ok(())) => Err(before_commit(error)),
        (Some(error), Err(_)) | (None, Err(error)) => Err(at_commit(error)),
        (None, Ok(())) => Ok(()),
    }
}

/// The transaction is over, whatever goes wrong with saying so.
async fn roll_back(client: &Client, failed: Failed) -> Failed {
    let _ = client.batch_execute("ROLLBACK").await;
    failed
}
