//! What stands for a request about found words at one subject.

use postern_core::encoding::Fixed;
use postern_core::frame::frame;
use postern_core::recent::RequestMark;
use postern_core::verifier::Stretch;
use zeroize::Zeroizing;

use super::compare::Ready;
use super::record::Fresh;
use crate::app::App;

/// The operation's name in fingerprints.
const OPERATION: &str = "leaks-check";

impl App {
    /// What stands for the request at this subject. Words that need stretching are in it as they were stretched for it, so
    /// that nothing of them is stored that is quicker to guess.
    pub(super) fn leak_mark(&self, fresh: &Fresh<'_>, ready: &Ready) -> RequestMark {
        let application = fresh.gate.application();
        let places: Vec<[u8; 1]> = ready.words.iter().map(|word| [word.place]).collect();
        let words = ready.words.iter().map(|word| word.material.bytes());
        let parts: Vec<&[u8]> =
            places.iter().zip(words).flat_map(|(place, word)| [place.as_slice(), word]).collect();
        let framed = Zeroizing::new(frame(&parts));
        let bytes = &fresh.asked.request.bytes.0;
        let fingerprint = Fixed(self.local().fingerprint(OPERATION, application, bytes, &framed));
        let key = Fixed(self.local().idempotency_key(application, &fresh.asked.request.key));
        let stretches = ready.words.iter().map(|word| word.material.stretch);
        let stretch = stretches.into_iter().find(|stretch| *stretch != Stretch::None);
        RequestMark { fingerprint, key, stretch: stretch.unwrap_or(Stretch::None) }
    }
}
