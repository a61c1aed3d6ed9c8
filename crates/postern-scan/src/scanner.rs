//! One piece of content looked through: window after window, each in every reading, each by every detector.

use std::io::{self, Read};

use postern_codes::Prefix;
use zeroize::Zeroizing;

use crate::decode::{View, views};
use crate::detect::loose::Loose;
use crate::detect::others::{Others, RuleFault, Rules};
use crate::detect::prefixed::Prefixed;
use crate::detect::words::{Wanted, words};
use crate::detect::{Detector, Hit, Text, is_own};
use crate::document::{Document, Documents};
use crate::finding::{DigestKey, Finding, Masked};
use crate::held::Held;
use crate::overlap::{merged, without_ours};
use crate::place::{Origin, Place};
use crate::record::Record;
use crate::structure::Structure;
use crate::window::{Buffer, Stop, Window};

/// What is looked for.
pub struct Settings {
    /// Prefixes of own codes; the default one if there are none.
    pub prefixes: Vec<Prefix>,
    /// The key of the digests.
    pub key: DigestKey,
    /// Rules of other providers' codes.
    pub rules: Rules,
}

/// Why a scanner cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// More prefixes than a search can hold.
    #[error("there are too many prefixes to search for")]
    Prefixes(#[source] aho_corasick::BuildError),
    /// A rule that cannot be searched for.
    #[error("the rules cannot be searched for: {0}")]
    Rules(#[from] RuleFault),
}

/// Looks through content. One serves all threads.
pub struct Scanner {
    prefixed: Prefixed,
    /// Every other.
    detectors: Vec<Box<dyn Detector>>,
    wanted: Wanted,
    key: DigestKey,
    keep: Option<Keep>,
    /// What it looks for, in a digest.
    settings: String,
    documents: Option<Box<dyn Documents>>,
}

/// Takes a found code by its digest, to ask about it. It must be kept in memory that is wiped, and nowhere else.
pub type Keep = Box<dyn Fn(&str, Zeroizing<String>) + Send + Sync>;

impl Scanner {
    /// Makes one.
    ///
    /// # Errors
    /// [`Unfit`] if the settings cannot be searched for.
    pub fn new(settings: Settings) -> Result<Self, Unfit> {
        let default = [Prefix::default()];
        let prefixes = if settings.prefixes.is_empty() { &default[..] } else { &settings.prefixes };
        let prefixed = Prefixed::new(prefixes).map_err(Unfit::Prefixes)?;
        let named: Vec<&str> = prefixes.iter().map(Prefix::as_str).collect();
        let sought = format!("{} {} {}", env!("CARGO_PKG_VERSION"), named.join(" "), settings.rules.name());
        let others = Others::new(settings.rules)?;
        let detectors: Vec<Box<dyn Detector>> = vec![Box::new(Loose::new(prefixes)), Box::new(others)];
        let wants = detectors.iter().map(|detector| detector.wants());
        Ok(Self {
            wanted: wants.fold(Wanted::default(), Wanted::and),
            prefixed,
            detectors,
            settings: settings.key.digest("settings", &sought),
            key: settings.key,
            keep: None,
            documents: None,
        })
    }

    /// Has every own code given to `keep` when it is found.
    #[must_use]
    pub fn keeping(self, keep: Keep) -> Self {
        Self { keep: Some(keep), ..self }
    }

    /// Has somebody read documents for it that it does not read itself.
    #[must_use]
    pub fn with(self, documents: Box<dyn Documents>) -> Self {
        let read = Document::ALL.map(|document| documents.reads(document));
        // A file whose text was not read is not the same as one whose text was.
        let settings = self.key.digest("settings", &format!("{} {read:?}", self.settings));
        Self { settings, documents: Some(documents), ..self }
    }

    /// Who reads documents.
    pub(crate) fn documents(&self) -> Option<&dyn Documents> {
        self.documents.as_deref()
    }

    /// Looks for codes with a prefix alone: many times as fast.
    #[must_use]
    pub fn only_prefixed(self) -> Self {
        let settings = self.key.digest("settings", &format!("{} prefixed", self.settings));
        Self { detectors: Vec::new(), wanted: Wanted::default(), settings, ..self }
    }

    /// The name of the digests' key.
    #[must_use]
    pub fn key_name(&self) -> String {
        self.key.name()
    }

    /// Tells what it looks for, and under which key, from anything else.
    pub(crate) fn settings(&self) -> &str {
        &self.settings
    }

    /// The mark of a file as it is now.
    pub(crate) fn mark(&self, file: &[u8]) -> u64 {
        self.key.mark(file)
    }

    /// Looks through one piece of content, in memory that does not depend on its length.
    ///
    /// # Errors
    /// What reading it gave; what was found until then has been told.
    pub fn piece(
        &self,
        origin: &Origin,
        reader: &mut dyn Read,
        buffer: &mut Buffer,
        told: &mut dyn FnMut(Finding),
    ) -> io::Result<()> {
        let mut window = Window::over(reader, buffer);
        while let Some(stop) = window.next()? {
            self.stop(origin, &stop, Vec::new(), &mut |_, finding| told(finding));
        }
        Ok(())
    }

    /// The same for content that is in memory as a whole.
    pub(crate) fn whole(&self, origin: &Origin, bytes: &[u8], told: &mut dyn FnMut(Finding)) {
        self.stop(origin, &Stop::whole(bytes), Vec::new(), &mut |_, finding| told(finding));
    }

    /// The same for content of which is known how it is built: also what its records hold in pieces or in escapes of
    /// their own, and each finding with the name of its record.
    ///
    /// # Errors
    /// What reading it gave; what was found until then has been told.
    pub(crate) fn structured(
        &self,
        origin: &Origin,
        reader: &mut dyn Read,
        buffer: &mut Buffer,
        structure: &mut dyn Structure,
        told: &mut dyn FnMut(Finding),
    ) -> io::Result<()> {
        let mut window = Window::over(reader, buffer);
        let mut held = Held::default();
        let read = loop {
            let stop = match window.next() {
                Ok(Some(stop)) => stop,
                ended => break ended.map(|_| ()),
            };
            structure.read(stop.begin, stop.bytes);
            self.stop(origin, &stop, structure.views(), &mut |start, finding| {
                held.push(structure.record(stop.begin + start as u64), finding);
            });
            while let Some((record, finding)) = held.next() {
                told(self.named(record.as_deref(), finding));
            }
        };
        held.rest().for_each(|(record, finding)| told(self.named(record.as_deref(), finding)));
        read
    }

    /// Looks at one stop of the window, in these views and in those that every content has.
    fn stop(&self, origin: &Origin, stop: &Stop<'_>, known: Vec<View>, told: &mut dyn FnMut(usize, Finding)) {
        let mut places = stop.places();
        for hit in
            self.all_hits(origin, stop.bytes, known).into_iter().filter(|hit| stop.body.contains(&hit.start))
        {
            let (line, column) = places(hit.start);
            told(hit.start, self.finding(hit, Place { origin: origin.clone(), line, column }));
        }
    }

    /// What every detector sees in a short text that belongs to nothing, such as a name.
    pub(crate) fn hits(&self, text: &[u8]) -> Vec<Hit> {
        self.all_hits(&Origin::of(""), text, Vec::new())
    }

    /// What every detector sees in every reading of these bytes, in order. Merged here and not by body: a prefix may
    /// stand in one body and its code in the next.
    fn all_hits(&self, origin: &Origin, bytes: &[u8], known: Vec<View>) -> Vec<Hit> {
        // Where prefixes alone are looked for, most bytes have none in any reading.
        if self.detectors.is_empty() && known.is_empty() && !self.prefixed.may_be_in(bytes) {
            return Vec::new();
        }
        let mut hits = self.look(origin, bytes);
        for view in views(bytes, known) {
            let seen = self.look(origin, view.bytes()).into_iter();
            hits.extend(seen.map(|hit| Hit { start: view.source(hit.start), ..hit }));
        }
        hits.sort_by(|one, other| (one.start, other.confidence).cmp(&(other.start, one.confidence)));
        merged(without_ours(hits))
    }

    /// A finding with its record's name, in which no code stands.
    fn named(&self, record: Option<&Record>, mut finding: Finding) -> Finding {
        let hides = |name: &str| !self.hits(name.as_bytes()).is_empty();
        let names = record.map(|record| record.names(&hides)).unwrap_or_default();
        finding.place.origin.parts.extend(names);
        finding
    }

    /// Everything that the detectors see in these bytes.
    pub(crate) fn look(&self, origin: &Origin, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let words = if self.detectors.is_empty() { Vec::new() } else { words(bytes, self.wanted) };
        let text = Text { bytes, words: &words, origin };
        self.prefixed.look(&text, &mut hits);
        self.detectors.iter().for_each(|detector| detector.look(&text, &mut hits));
        hits
    }

    /// Masks and digests. The code is overwritten here, unless somebody keeps it.
    pub(crate) fn finding(&self, hit: Hit, place: Place) -> Finding {
        let (masked, digest) = (Masked::of(&hit.code), self.key.digest(&hit.label, &hit.code));
        if let Some(keep) = self.keep.as_ref().filter(|_| is_own(&hit.rule)) {
            keep(&digest, hit.code);
        }
        Finding {
            place,
            masked,
            digest,
            rule: hit.rule,
            confidence: hit.confidence,
            siblings: hit.siblings,
            standing: None,
        }
    }
}
