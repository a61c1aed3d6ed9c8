//! Texts that are looked at before they are saved. Nothing of them is kept, and nobody is asked whose a code is.

use std::sync::Arc;

use postern_codes::Prefix;
use postern_core::application::{Scope, Token};

use super::budget::Asked;
use super::turns::Place;
use crate::Problem;
use crate::app::App;

/// Leave to look through one text.
pub struct Inspection {
    /// The tenant's prefixes.
    pub prefixes: Vec<Prefix>,
    place: Place,
}

impl Inspection {
    /// Waits for a turn, when the text is there. It is given back with what is returned.
    ///
    /// # Errors
    /// [`Problem::Unavailable`].
    pub async fn turn(&self) -> Result<impl Send + 'static + use<>, Problem> {
        self.place.turn().await.ok_or(Problem::Unavailable)
    }
}

impl App {
    /// Leave to look through a text, counted like a request about words. Asked for before the text is read, which may be
    /// long.
    ///
    /// # Errors
    /// A [`Problem`].
    pub async fn begin_inspection(&self, token: &Arc<Token>) -> Result<Inspection, Problem> {
        let (gate, now) = (self.gate(token, Scope::Leaks), self.now());
        let caller = self.checked(&gate, &self.look(&gate.wants()).await?).await?;
        let place = self.leak_place(&gate, now)?;
        self.note_leaks(&gate, now, Asked { texts: 1, ..Asked::default() });
        let prefixes = caller.tenant.state().map(|tenant| tenant.prefixes()).unwrap_or_default();
        Ok(Inspection { prefixes, place })
    }
}
