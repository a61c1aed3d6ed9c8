//! How the holder was known: reads what a request offers and has the core judge it.

use postern_core::Time;
use postern_core::assurance::{Asked, BareClaim, Evidence, Offered};
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Kind, Want};
use postern_core::prover::{self, About, Prover};
use postern_core::tenant::Tier;

use crate::Problem;
use crate::app::App;
use crate::request::RequestBytes;

/// What a request offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Proof {
    /// A signed assertion.
    Assertion(String),
    /// The application's bare word.
    Bare(BareClaim),
}

/// What an offered proof is for.
pub(crate) struct For<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) operation: &'a str,
    pub(crate) request: &'a RequestBytes,
    /// Names that the subject goes by.
    pub(crate) subjects: &'a [String],
    pub(crate) asked: Asked,
    pub(crate) now: Time,
}

impl App {
    /// Judges what is offered; `None` if it is not enough.
    pub(crate) async fn judge(&self, proof: &Proof, about: &For<'_>) -> Result<Option<Evidence>, Problem> {
        let offered = match proof {
            Proof::Bare(claim) => Some(Offered::Bare(claim.clone())),
            Proof::Assertion(text) => self.assertion(text, about).await?,
        };
        Ok(offered.and_then(|offered| offered.judge(about.asked, about.now)))
    }

    async fn assertion(&self, text: &str, about: &For<'_>) -> Result<Option<Offered>, Problem> {
        let Some(id) = self.ports.assertions.prover(text) else { return Ok(None) };
        let key = Key::of(Kind::Prover, about.tenant, id);
        let view = self.look(&[Want::Key(key)]).await?;
        let Ok(held) = view.held::<Prover>(key) else {
            self.note_rejected(key).await;
            return Ok(None);
        };
        let Some(prover) = held.state() else { return Ok(None) };
        let Some(claims) = self.ports.assertions.verify(text, &prover.key) else { return Ok(None) };
        let about_this = About {
            audience: &self.origin(about.tenant),
            subjects: about.subjects,
            operation: about.operation,
            request: &about.request.digest(),
        };
        let assertion =
            prover::check(about.tenant, id, prover, &claims, &about_this, about.now, self.local());
        Ok(assertion.map(Offered::Assertion))
    }
}

/// Whether the application's bare word will do: registered for it, and for the tier *standard* only.
pub(crate) fn bare_will_do(trusted_backend: bool, tier: Tier) -> bool {
    trusted_backend && tier == Tier::Standard
}
