//! Preparing an attempt: the typed word, one call of the key service, at most one stretch.

use std::sync::Arc;

use postern_codes::{Code, Parsed, Prefix, Reading, Refusal, parse};
use postern_core::ids::{SubjectId, TenantId};
use postern_core::verifier::{Material, Prepared, Stretch};

use crate::Problem;
use crate::app::App;

/// A word that may be tested.
pub(crate) struct Word {
    pub(crate) code: Code,
    /// Position that was corrected, from 1.
    pub(crate) corrected: Option<u8>,
    /// Whether its check symbols did not fit as typed.
    pub(crate) check_mismatch: bool,
}

/// Reads what was typed.
pub(crate) fn read(typed: &str, prefixes: &[Prefix]) -> Result<Word, Problem> {
    match parse(typed, prefixes) {
        Parsed::Testable { code, reading } => {
            let corrected = match reading {
                Reading::Corrected { position } => Some(position + 1),
                Reading::AsTyped | Reading::Restored => None,
            };
            Ok(Word { code, corrected, check_mismatch: corrected.is_some() })
        }
        Parsed::Typo { group, .. } => Err(Problem::CodeMistyped { class: "typo", group }),
        Parsed::Refused(Refusal::SeveralCodes) => Err(Problem::SeveralCodes),
        Parsed::Refused(Refusal::OtherService) => Err(Problem::OtherService),
        Parsed::Refused(refusal) => {
            let group = match refusal {
                Refusal::ForeignSymbol { group, .. } => group,
                _ => None,
            };
            Err(Problem::CodeMistyped { class: class(refusal), group })
        }
    }
}

const fn class(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Empty => "empty",
        Refusal::TooLong => "too-long",
        Refusal::WrongLength => "wrong-length",
        Refusal::ForeignSymbol { .. } => "foreign-symbol",
        Refusal::SeveralCodes => "several-codes",
        Refusal::OtherService => "other-service",
    }
}

/// Whose keys and salts an attempt is made with.
pub(crate) struct Whose {
    pub(crate) tenant: TenantId,
    pub(crate) subject: SubjectId,
    pub(crate) epoch: Vec<u8>,
    pub(crate) salt: Vec<u8>,
    pub(crate) stretch: Stretch,
    /// The version of the pepper that the set was made under; none without one.
    pub(crate) version: Option<u16>,
}

impl App {
    /// Makes a word ready: the same work for every name and every word of a format.
    pub(crate) async fn prepare(&self, word: Word, whose: Whose) -> Result<Arc<Prepared>, Problem> {
        let Whose { tenant, subject, epoch, salt, stretch, version } = whose;
        let keys = self.subject_keys(tenant, subject, &epoch, version).await?;
        let material = self.material(Arc::new(word.code), stretch, salt).await?;
        Ok(Arc::new(Prepared { epoch, keys, material }))
    }

    /// A code's material; stretching runs off the async threads, a few at a time.
    pub(crate) async fn material(
        &self,
        code: Arc<Code>,
        stretch: Stretch,
        salt: Vec<u8>,
    ) -> Result<Material, Problem> {
        if stretch.for_format(code.format()) == Stretch::None {
            return Material::new(&code, stretch, &salt).ok_or(Problem::Unavailable);
        }
        let permit = Arc::clone(&self.stretching).acquire_owned().await;
        let permit = permit.map_err(|fault| Problem::unavailable(&fault))?;
        // The permit goes with the work: a caller who goes away does not make room for more of it.
        let made = tokio::task::spawn_blocking(move || {
            let made = Material::new(&code, stretch, &salt);
            drop(permit);
            made
        })
        .await;
        made.map_err(|fault| Problem::unavailable(&fault))?.ok_or(Problem::Unavailable)
    }
}
