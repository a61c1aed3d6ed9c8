//! How the holder was known: reads what a request offers and has the core judge it.

use postern_core::Time;
use postern_core::assurance::{Asked, Assertion, BareClaim, Evidence, Offered};
use postern_core::ids::ProverId;
use postern_core::kernel::View;
use postern_core::prover::{self, About};
use postern_core::subject::Subject;
use postern_core::tenant::Tier;

use crate::app::App;
use crate::authorise::Gate;
use crate::request::RequestBytes;

/// What a request offers.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// A signed assertion.
    Assertion(String),
    /// The application's bare word.
    Bare(BareClaim),
}

/// What an offered proof is for.
pub(crate) struct For<'a> {
    pub(crate) operation: &'a str,
    pub(crate) request: &'a RequestBytes,
    /// Names that the subject goes by.
    pub(crate) subjects: &'a [String],
    pub(crate) asked: Asked,
    pub(crate) now: Time,
}

impl App {
    /// The prover that a proof names, not yet believed: so that it is looked at together with the rest.
    pub(crate) fn prover_of(&self, proof: Option<&Proof>) -> Option<ProverId> {
        match proof {
            Some(Proof::Assertion(text)) => self.ports.assertions.prover(text),
            Some(Proof::Bare(_)) | None => None,
        }
    }

    /// Judges what is offered; `None` if it is not enough.
    pub(crate) async fn judge(
        &self,
        gate: &Gate,
        view: &View,
        proof: &Proof,
        about: &For<'_>,
    ) -> Option<Evidence> {
        let offered = match proof {
            Proof::Bare(claim) => Offered::Bare(claim.clone()),
            Proof::Assertion(text) => Offered::Assertion(self.assertion(gate, view, text, about).await?),
        };
        offered.judge(about.asked, about.now)
    }

    async fn assertion(&self, gate: &Gate, view: &View, text: &str, about: &For<'_>) -> Option<Assertion> {
        let held = match gate.prover(view) {
            Ok(held) => held?,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return None;
            }
        };
        let prover = held.state()?;
        let claims = self.ports.assertions.verify(text, &prover.key)?;
        let about_this = About {
            audience: &self.origin(gate.tenant()),
            subjects: about.subjects,
            operation: about.operation,
            request: &about.request.digest(),
        };
        let id = ProverId::new(held.key().id);
        prover::check(gate.tenant(), id, prover, &claims, &about_this, about.now, self.local())
    }
}

/// Whether the application's bare word will do: registered for it, for the tier *standard* only, and for nobody who came
/// back under a name that was left.
pub(crate) fn bare_will_do(trusted_backend: bool, tier: Tier, subject: Option<&Subject>) -> bool {
    trusted_backend && tier == Tier::Standard && !subject.is_some_and(|subject| subject.returned)
}
