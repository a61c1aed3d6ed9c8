//! Asking about found words.

use std::sync::Arc;

use postern_core::application::{Scope, Token};

use super::budget::Asked;
use super::words::Words;
use super::{LeakAnswer, LeakOutcome, LeakQuestion};
use crate::Problem;
use crate::app::App;

impl App {
    /// Says of each word whether it is a code, and of what sort. Nothing is spent and no guess is counted. By the tenant's
    /// policy the set of a live one is revoked, or that it was found is only recorded.
    ///
    /// # Errors
    /// A [`Problem`]. Some of what was found may have been recorded: ask again with the same key.
    pub async fn check_leaks(&self, token: &Arc<Token>, asked: &LeakQuestion) -> Result<LeakAnswer, Problem> {
        asked.check()?;
        let (gate, now) = (self.gate(token, Scope::Leaks), self.now());
        let caller = self.checked(&gate, &self.look(&gate.wants()).await?).await?;
        let place = self.leak_place(&gate, now)?;
        let _turn = place.turn().await.ok_or(Problem::Unavailable)?;
        let prefixes = caller.tenant.state().map(|tenant| tenant.prefixes()).unwrap_or_default();
        let mut words = Words::read(&asked.words, &prefixes);
        let next = if asked.subjects.is_empty() {
            words.say(LeakOutcome::NeedsSubject, |code| code.format().stretched());
            self.walk(&gate, &caller, asked, &mut words, now).await?
        } else {
            self.check_named(&gate, &caller, asked, &mut words, now).await?;
            None
        };
        let items = words.outcomes;
        let unfound = [LeakOutcome::NotOurs, LeakOutcome::NeedsSubject, LeakOutcome::Undecided];
        let found = items.iter().filter(|outcome| !unfound.contains(outcome)).count();
        let count = |of: usize| u32::try_from(of).unwrap_or(u32::MAX);
        let sum = Asked { found: count(found), requests: 1, words: count(items.len()), ..Asked::default() };
        self.note_leaks(&gate, now, sum);
        Ok(LeakAnswer { items, next })
    }
}
