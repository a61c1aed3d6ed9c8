//! Views: what a decision sees, read at one moment.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use super::seal::last_event;
use super::{Claim, ClaimKey, Held, Key, Kind, Record, Row, Sealer, Tampered};
use sha2::{Digest as _, Sha256};

use crate::Time;
use crate::frame::frame;

/// What a decision asks to see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Want {
    /// A record by its key.
    Key(Key),
    /// The record of `kind` that holds a place.
    Claim {
        /// The place.
        place: ClaimKey,
        /// What its owner is.
        kind: Kind,
    },
}

/// One wanted thing as it was found.
#[derive(Clone, Debug)]
struct Seen {
    want: Want,
    key: Option<Key>,
    row: Option<Row>,
    genuine: bool,
    /// The record, once somebody has opened it.
    opened: OnceLock<Arc<dyn Any + Send + Sync>>,
}

impl Seen {
    const fn new(want: Want, key: Option<Key>, row: Option<Row>, genuine: bool) -> Self {
        Self { want, key, row, genuine, opened: OnceLock::new() }
    }

    /// Opens the row the first time that it is asked for.
    fn open<R: Record>(&self, key: Key, sealer: &Sealer) -> Result<Held<R>, Tampered> {
        let opened = self.opened.get().and_then(|opened| opened.downcast_ref::<Held<R>>());
        if let Some(held) = opened {
            return Ok(held.clone());
        }
        let held = Held::open(key, self.row.as_ref(), sealer)?;
        // Whoever opened it at the same moment has the same.
        let _ = self.opened.set(Arc::new(held.clone()));
        Ok(held)
    }
}

/// The records that were wanted, all from one consistent moment, not yet opened.
#[derive(Clone)]
pub struct View {
    seen: Vec<Seen>,
    sealer: Sealer,
}

impl View {
    /// An empty view; a store fills it.
    #[must_use]
    pub const fn new(sealer: Sealer) -> Self {
        Self { seen: Vec::new(), sealer }
    }

    /// Adds a record that was wanted by key.
    pub fn found(&mut self, key: Key, row: Option<Row>) {
        self.seen.push(Seen::new(Want::Key(key), Some(key), row, true));
    }

    /// Adds what a wanted place led to: its claim with its seal, and the owner's row.
    pub fn followed(
        &mut self,
        place: ClaimKey,
        kind: Kind,
        claim: Option<(Claim, Vec<u8>)>,
        row: Option<Row>,
    ) {
        let want = Want::Claim { place, kind };
        let Some((claim, seal)) = claim else {
            // A place that nobody has costs what one costs that somebody has.
            let none = Claim { place, owner: Key::tenant(place.tenant), version: 0, until: None };
            let _ = std::hint::black_box(self.sealer.claim(&none));
            self.seen.push(Seen::new(want, None, None, true));
            return;
        };
        let genuine = self.sealer.claim_is_genuine(&claim, &seal) && claim.owner.kind == kind;
        self.seen.push(Seen::new(want, Some(claim.owner), row, genuine));
    }

    /// What was wanted, for reading it again.
    #[must_use]
    pub fn wants(&self) -> Vec<Want> {
        self.seen.iter().map(|seen| seen.want).collect()
    }

    /// Opens a record that was wanted by key. What was not wanted is [`Tampered`]: a decision may not go on
    /// as if it were absent.
    ///
    /// # Errors
    /// [`Tampered`] if the row is not as it was written.
    pub fn held<R: Record>(&self, key: Key) -> Result<Held<R>, Tampered> {
        let seen = self.seen.iter().find(|seen| seen.key == Some(key)).ok_or(Tampered { key })?;
        seen.open(key, &self.sealer)
    }

    /// Opens the record that holds a place; `None` if nobody does. The owner must name the place.
    ///
    /// # Errors
    /// [`Tampered`] if the claim or the row is not as it was written, or the owner does not name the place.
    pub fn owner<R: Record>(&self, place: ClaimKey) -> Result<Option<Held<R>>, Tampered> {
        let wanted = Want::Claim { place, kind: R::KIND };
        let Some(seen) = self.seen.iter().find(|seen| seen.want == wanted) else { return Ok(None) };
        let Some(key) = seen.key else { return Ok(None) };
        let held = seen.open::<R>(key, &self.sealer)?;
        let names = held.state().is_some_and(|state| state.claims(key.tenant).contains(&place));
        if seen.genuine && names { Ok(Some(held)) } else { Err(Tampered { key }) }
    }

    /// Whether somebody holds a wanted place.
    #[must_use]
    pub fn taken(&self, place: ClaimKey) -> bool {
        let wanted = |want: &Want| matches!(want, Want::Claim { place: asked, .. } if *asked == place);
        self.seen.iter().any(|seen| wanted(&seen.want) && seen.key.is_some())
    }

    /// SHA-256 over a row as it was found, for evidence about one that was altered.
    #[must_use]
    pub fn digest(&self, key: Key) -> [u8; 32] {
        let row = self.seen.iter().find(|seen| seen.key == Some(key)).and_then(|seen| seen.row.as_ref());
        let parts = row.map(|row| {
            let due = row.due.unwrap_or_default().to_be_bytes();
            frame(&[&row.version.to_be_bytes(), &row.body, &row.seal, row.state.as_bytes(), &due])
        });
        Sha256::digest(parts.unwrap_or_default()).into()
    }

    /// Time for a decision on this view: the clock's, or the last event's of anything seen if that is
    /// later, so that event time never goes back.
    #[must_use]
    pub fn at(&self, clock: Time) -> Time {
        let lasts = self.seen.iter().filter_map(|seen| last_event(seen.row.as_ref()?));
        lasts.fold(clock, Time::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TenantId;
    use crate::kernel::Image;

    const TENANT: TenantId = TenantId::new([1; 16]);

    fn sealer() -> Sealer {
        Sealer::new(&[1; 32], &[2; 32])
    }

    fn key(number: u8) -> Key {
        Key::new(Kind::Bucket, TENANT, [number; 16])
    }

    /// A row whose last event was then.
    fn row(key: Key, last: Time) -> Row {
        let columns = crate::kernel::Columns { state: "counting", due: None };
        let image =
            Image { last, layout: 1, record: Vec::new(), parts: Vec::new(), columns, claims: Vec::new() };
        let sealed = sealer().seal(key, 1, Some(&image));
        let (body, seal) = (sealed.body, sealed.seal.to_vec());
        Row { version: 1, body, seal, state: "counting".to_owned(), due: None, parts: Vec::new() }
    }

    #[test]
    fn a_decision_is_never_earlier_than_what_it_sees() {
        let [early, late] = [1_000, 2_000].map(Time::from_millis);
        let mut view = View::new(sealer());
        assert_eq!(view.at(early), early);
        view.found(key(1), Some(row(key(1), late)));
        view.found(key(2), None);
        assert_eq!(view.at(early), late);
        assert_eq!(view.at(late.plus(std::time::Duration::from_secs(1))), Time::from_millis(3_000));
    }

    #[test]
    fn evidence_is_about_the_row_that_was_altered() {
        let mut view = View::new(sealer());
        let nothing = view.digest(key(1));
        view.found(key(1), None);
        view.found(key(2), Some(row(key(2), Time::START)));
        view.found(key(3), Some(row(key(3), Time::START)));
        assert_eq!(view.digest(key(1)), nothing);
        assert_ne!(view.digest(key(2)), nothing);
        assert_ne!(view.digest(key(3)), view.digest(key(2)));
    }

    #[test]
    fn a_place_is_taken_if_somebody_has_it() {
        let place = |number| ClaimKey { tenant: TENANT, space: crate::kernel::Space::Cap, key: [number; 32] };
        let claim = Claim { place: place(1), owner: key(1), version: 1, until: None };
        let mut view = View::new(sealer());
        view.followed(place(1), Kind::Bucket, Some((claim, sealer().claim(&claim).to_vec())), None);
        view.followed(place(2), Kind::Bucket, None, None);
        assert_eq!([1, 2, 3].map(|number| view.taken(place(number))), [true, false, false]);
    }
}
