//! Caps: how many subjects an application may touch in an hour. Each takes a place that only one may take.

use std::time::Duration;

use postern_core::Time;
use postern_core::kernel::{ClaimKey, Space};

use crate::Problem;
use crate::app::App;
use crate::authorise::{Caller, Gate};

/// The next place under a cap, to be claimed with the decision.
pub(super) struct Capped {
    pub(super) place: Option<ClaimKey>,
    pub(super) until: Time,
}

impl App {
    /// The next place that may be free. Which ones are taken is known by trying: what this process remembers
    /// only saves tries.
    pub(super) fn capped(
        &self,
        gate: &Gate,
        caller: &Caller,
        operation: &str,
        now: Time,
    ) -> Result<Capped, Problem> {
        let hour = now.seconds() / 3600;
        let until = Time::from_millis((hour + 2) * 3_600_000);
        let caps = caller.application.state().and_then(|state| state.caps);
        let Some(caps) = caps else { return Ok(Capped { place: None, until }) };
        let most = if operation == "stage" { caps.stage } else { caps.revoke };
        let name =
            [gate.application().bytes().as_slice(), operation.as_bytes(), &hour.to_be_bytes()].concat();
        let number = self.caps.count(&name);
        if number >= most {
            return Err(Problem::TooManyRequests { after: Duration::from_secs(3600 - now.seconds() % 3600) });
        }
        let place = self.local().cap(gate.tenant(), gate.application(), operation, hour, number);
        Ok(Capped { place: Some(place), until })
    }
}

/// Whether a taken place was one under a cap: the next one may be free.
pub(super) fn is_cap(place: ClaimKey) -> bool {
    place.space == Space::Cap
}
