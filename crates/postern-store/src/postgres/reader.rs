//! Readers: each has a connection and answers all looks that wait in one statement.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use postern_core::kernel::{ClaimKey, Key, Kind, PartRow, Row, Sealer, StoreFault, View, Want};
use postern_core::ports::SealedClaim;
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;
use tokio_postgres::Row as Columns;

use super::call::Call;
use super::connect::{Link, said};
use super::{arrays, columns, schema};
use crate::rows::{Reads, infallible, view};

/// A look that waits.
pub(super) enum Look {
    /// Records and places.
    View { wants: Vec<Want>, answer: oneshot::Sender<Result<View, StoreFault>> },
    /// A subject's wrapped key.
    Key { subject: Key, answer: oneshot::Sender<Result<Option<Vec<u8>>, StoreFault>> },
}

impl Look {
    fn is_withdrawn(&self) -> bool {
        match self {
            Self::View { answer, .. } => answer.is_closed(),
            Self::Key { answer, .. } => answer.is_closed(),
        }
    }

    fn wants(&self) -> &[Want] {
        match self {
            Self::View { wants, .. } => wants,
            Self::Key { .. } => &[],
        }
    }

    fn subject(&self) -> Option<Key> {
        match self {
            Self::View { .. } => None,
            Self::Key { subject, .. } => Some(*subject),
        }
    }

    fn tell(self, found: Result<&Seen, &StoreFault>, sealer: &Sealer) {
        let fault = |fault: &StoreFault| StoreFault(fault.0.clone());
        match self {
            Self::View { wants, answer } => {
                let found = found.map_err(fault);
                let _ = answer.send(found.map(|found| infallible(view(found, &wants, sealer))));
            }
            Self::Key { subject, answer } => {
                let found = found.map_err(fault);
                let _ = answer.send(found.map(|found| found.wrapped.get(&subject).cloned()));
            }
        }
    }
}

/// Looks that are answered at once.
const LOOKS: usize = 64;

/// Answers looks until nobody asks any more.
pub(super) async fn read(mut link: Link, sealer: Sealer, mut looks: Receiver<Look>) {
    while let Some(first) = looks.recv().await {
        let mut batch = vec![first];
        while batch.len() < LOOKS {
            let Ok(look) = looks.try_recv() else { break };
            batch.push(look);
        }
        batch.retain(|look| !look.is_withdrawn());
        let mut found = seen(&mut link, &batch).await;
        if found.is_err() {
            // A lost connection costs one more try: reading changes nothing.
            found = seen(&mut link, &batch).await;
        }
        for look in batch {
            look.tell(found.as_ref(), &sealer);
        }
    }
}

/// What was found for all looks of a batch, from one moment.
#[derive(Default)]
struct Seen {
    rows: HashMap<Key, Row>,
    claims: HashMap<ClaimKey, SealedClaim>,
    wrapped: HashMap<Key, Vec<u8>>,
}

impl Reads for Seen {
    type Fault = std::convert::Infallible;

    fn row(&self, key: Key) -> Result<Option<Row>, Self::Fault> {
        Ok(self.rows.get(&key).cloned())
    }

    fn claim(&self, place: &ClaimKey) -> Result<Option<SealedClaim>, Self::Fault> {
        Ok(self.claims.get(place).cloned())
    }
}

async fn seen(link: &mut Link, batch: &[Look]) -> Result<Seen, StoreFault> {
    let (mut places, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for want in batch.iter().flat_map(Look::wants) {
        match want {
            Want::Key(key) => {
                keys.insert(*key);
            }
            Want::Claim { place, .. } => {
                places.insert(*place);
            }
        }
    }
    let keys: Vec<Key> = keys.into_iter().collect();
    let call = arrays::places(Call::new(schema::VIEW), places.iter());
    let call = arrays::kinds_and_keys(call, &keys);
    let subjects: Vec<Key> = batch.iter().filter_map(Look::subject).collect();
    let wrapped = arrays::keys(Call::new(schema::KEYRING_GET), subjects.iter().copied());
    let client = link.client().await.map_err(|fault| StoreFault(fault.to_string()))?;
    let (rows, wrapped) = tokio::join!(
        biased;
        call.run_if(!(places.is_empty() && keys.is_empty()), client),
        wrapped.run_if(!subjects.is_empty(), client)
    );
    let failed = |fault: tokio_postgres::Error| StoreFault(said(&fault));
    let (rows, wrapped) = (rows.map_err(failed)?, wrapped.map_err(failed)?);
    let mut found = Seen::default();
    let key = |row: &Columns| Some((columns::key(row, Kind::Subject, 0)?, row.try_get(2).ok()?));
    found.wrapped.extend(wrapped.iter().filter_map(key));
    let mut parts: BTreeMap<Key, Vec<PartRow>> = BTreeMap::new();
    for columns in &rows {
        match columns::small(columns, 0) {
            Some(0) => found.claims.extend(columns::claim(columns, 1).map(|claim| (claim.0.place, claim))),
            Some(1) => {
                let kind = columns::small(columns, 9).and_then(Kind::from_number);
                found.rows.extend(kind.and_then(|kind| columns::row(columns, kind, 10)));
            }
            _ => {
                if let Some((key, part)) = columns::part(columns, 9) {
                    parts.entry(key).or_default().push(part);
                }
            }
        }
    }
    for (key, mut parts) in parts {
        parts.sort_by_key(|part| part.number);
        if let Some(row) = found.rows.get_mut(&key) {
            row.parts = parts;
        }
    }
    Ok(found)
}
