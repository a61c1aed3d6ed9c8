//! What an export is told by and what its records are named by: one descriptor each, and nothing else about it.

mod chats;
mod tables;
mod tickets;
mod vaults;

use crate::record::Level;

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Xml,
    /// Rows under a line of names.
    Table,
}

/// One kind of export.
#[derive(Debug)]
pub(super) struct Known {
    /// What people call it.
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// What it begins with, if only one thing will do.
    pub(super) begins: Option<u8>,
    /// One of these, whole, is among the first names: members of objects, the first element, columns.
    pub(super) signs: &'static [&'static [&'static str]],
    /// The attribute that names an element better than its own name.
    pub(super) named_by: Option<&'static str>,
    /// Its records, outermost first. Those of a table have one level.
    pub(super) levels: &'static [Level],
    /// Whether it is what a password manager gives.
    pub(super) is_vault: bool,
}

impl Known {
    /// One that is no vault and whose names are its own.
    pub(super) const fn new(
        name: &'static str,
        form: Form,
        signs: &'static [&'static [&'static str]],
        levels: &'static [Level],
    ) -> Self {
        Self { name, form, begins: None, signs, named_by: None, levels, is_vault: false }
    }

    /// The same, if it begins so.
    pub(super) const fn beginning(self, byte: u8) -> Self {
        Self { begins: Some(byte), ..self }
    }

    /// The same, where an attribute says what an element is.
    pub(super) const fn named_by(self, attribute: &'static str) -> Self {
        Self { named_by: Some(attribute), ..self }
    }

    /// The same, of a password manager.
    pub(super) const fn vault(self) -> Self {
        Self { is_vault: true, ..self }
    }

    /// The level of records of this name.
    pub(super) fn level(&self, name: &str) -> Option<(usize, &'static Level)> {
        self.levels.iter().enumerate().find(|(_, level)| level.within.contains(&name))
    }

    /// A name as it is spelled here, if it tells anything about a record.
    pub(super) fn spelled(&self, name: &[u8]) -> Option<&'static str> {
        let within = self.levels.iter().flat_map(|level| level.within.iter().copied());
        let fields = self.levels.iter().flat_map(|level| level.fields).flat_map(|(path, _)| path.split('/'));
        within.chain(fields).find(|known| known.as_bytes() == name)
    }

    /// The export of this form that these first names are of.
    pub(super) fn by(form: Form, first: u8, names: &[&[u8]]) -> Option<&'static Self> {
        let has = |sign: &&str| names.contains(&sign.as_bytes());
        all().find(|known| {
            known.form == form
                && known.begins.is_none_or(|begins| begins == first)
                && known.signs.iter().any(|signs| signs.iter().all(has))
        })
    }
}

/// Every kind. The first that fits is meant: those with the most signs come first.
pub(super) fn all() -> impl Iterator<Item = &'static Known> {
    vaults::ALL.iter().chain(&chats::ALL).chain(&tickets::ALL).chain(&tables::ALL)
}
