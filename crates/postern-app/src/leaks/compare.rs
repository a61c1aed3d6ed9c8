//! Found words and one subject after the other, compared off the async threads.

use std::sync::Arc;

use postern_core::Time;
use postern_core::campaign::Selection;
use postern_core::kernel::{Held, Key};
use postern_core::kinds::Secrecy;
use postern_core::ports::SubjectKeys;
use postern_core::subject::{FoundWord, FoundWords, Subject, found_among};

use crate::Problem;
use crate::app::App;

/// A subject, or what stands in for nobody, and the words made ready for it.
pub(super) struct Candidate {
    pub(super) key: Key,
    /// None for nobody.
    pub(super) subject: Option<Held<Subject>>,
    /// Whether the application may know of it. If not, the work is the same, and nothing comes of it.
    pub(super) reached: bool,
    pub(super) ready: Ready,
}

/// Everything slow about one subject.
pub(super) struct Ready {
    /// The epoch for which the keys were made.
    pub(super) epoch: Vec<u8>,
    pub(super) keys: SubjectKeys,
    pub(super) words: Arc<Vec<FoundWord>>,
}

impl Ready {
    /// The words as a decision takes them.
    pub(super) fn words<'a>(&'a self, ended: &'a [Selection], secrecy: Secrecy<'a>) -> FoundWords<'a> {
        FoundWords { words: &self.words, keys: &self.keys, epoch: &self.epoch, ended, secrecy }
    }
}

impl App {
    /// Those of whom something was found and who are within reach.
    pub(super) async fn compare(
        &self,
        candidates: Vec<Candidate>,
        ended: Vec<Selection>,
        at: Time,
    ) -> Result<Vec<(Key, Ready)>, Problem> {
        let keys = Arc::clone(&self.ports.keys);
        let compared = tokio::task::spawn_blocking(move || {
            let is_found = |one: &Candidate| {
                let secrecy = Secrecy { keys: keys.local(), nonce: [0; 8] };
                let state = one.subject.as_ref().and_then(Held::state);
                let (found, _) = found_among(one.key, state, &one.ready.words(&ended, secrecy), at);
                one.reached & !found.is_empty()
            };
            let found = candidates.into_iter().filter(is_found);
            found.map(|one| (one.key, one.ready)).collect()
        });
        compared.await.map_err(|fault| Problem::unavailable(&fault))
    }
}
