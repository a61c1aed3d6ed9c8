//! Caps: how many subjects an application may touch in an hour. Each takes a place that only one may take.

use std::time::Duration;

use postern_core::Time;
use postern_core::kernel::{ClaimKey, Draft, Key, Kind, Space, Want};

use crate::Problem;
use crate::app::App;
use crate::authorise::{Caller, Gate};

/// The next place under a cap, to be claimed with the decision.
#[derive(Clone)]
pub(crate) struct Capped {
    pub(crate) place: Option<ClaimKey>,
    pub(crate) until: Time,
    name: Vec<u8>,
    number: u32,
    /// How long until there are places again, if none is left.
    full: Option<Duration>,
}

impl Capped {
    /// The place, or a refusal if none is left.
    pub(crate) fn or_refused(self) -> Result<Self, Problem> {
        match self.full {
            None => Ok(self),
            Some(after) => Err(Problem::TooManyRequests { after }),
        }
    }

    /// Takes the place for what a draft records, or refuses it if none is left. What records nothing needs no place: an
    /// answer repeats at the cap as well.
    pub(crate) fn take(&self, owner: Key, draft: &mut Draft) -> Result<(), Problem> {
        match (self.full, self.place) {
            _ if draft.is_empty() => {}
            (Some(after), _) => return Err(Problem::TooManyRequests { after }),
            (None, Some(place)) => draft.claim_until(place, owner, self.until),
            (None, None) => {}
        }
        Ok(())
    }
}

/// The cap of every revocation, and of leaving, which revokes as well.
pub(crate) const REVOKE: &str = "revoke";

/// How often the next place is tried before the service says that it is busy.
pub(crate) const PLACES_TRIED: usize = 64;

impl App {
    /// The next place that may be free, or that none is. Places are taken in order, so after a start the first free one
    /// is found by halving.
    pub(crate) async fn capped(
        &self,
        gate: &Gate,
        caller: &Caller,
        operation: &str,
        now: Time,
    ) -> Result<Capped, Problem> {
        let hour = now.seconds() / 3600;
        let until = Time::from_millis((hour + 2) * 3_600_000);
        let caps = caller.application.state().and_then(|state| state.caps);
        let name =
            [gate.application().bytes().as_slice(), operation.as_bytes(), &hour.to_be_bytes()].concat();
        let Some(caps) = caps else { return Ok(Capped { place: None, until, name, number: 0, full: None }) };
        let most = if operation == "stage" { caps.stage } else { caps.revoke };
        let place = |number| self.local().cap(gate.tenant(), gate.application(), operation, hour, number);
        let number = match self.caps.known(&name) {
            Some(number) => number,
            None => self.first_free(most, place).await?,
        };
        let full = (number >= most).then(|| Duration::from_secs(3600 - now.seconds() % 3600));
        Ok(Capped { place: Some(place(number)), until, name, number, full })
    }

    async fn first_free(&self, most: u32, place: impl Fn(u32) -> ClaimKey) -> Result<u32, Problem> {
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = low + (high - low) / 2;
            let want = Want::Claim { place: place(middle), kind: Kind::Subject };
            if self.look(&[want]).await?.taken(place(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The place is taken now, by this request or another.
    pub(crate) fn taken(&self, capped: &Capped) {
        if capped.place.is_some() {
            self.caps.raise(&capped.name, capped.number + 1);
        }
    }
}

/// Whether a taken place was one under a cap: the next one may be free.
pub(crate) fn is_cap(place: ClaimKey) -> bool {
    place.space == Space::Cap
}
