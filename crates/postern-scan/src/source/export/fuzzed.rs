//! An export read in pieces, and all that was made of it: for the fuzzers.

use super::known::{Known, all};
use super::{Export, Form};
use crate::structure::Structure as _;

/// What was made of it.
#[derive(PartialEq, Eq)]
pub(crate) struct Reading {
    /// Texts, and where each byte of them comes from.
    pub(crate) texts: Vec<(Vec<u8>, Vec<usize>)>,
    /// The names of the records that each byte is in, from where it was not forgotten.
    pub(crate) records: Vec<Option<Vec<String>>>,
    pub(crate) fault: Option<String>,
}

/// Reads bytes as the first kind of export of that form which has records in records, cut at these places; in the end
/// what lies before a place is forgotten.
pub(crate) fn read(form: Form, bytes: &[u8], cuts: &[usize], begin: usize) -> Reading {
    let of_form = |known: &&Known| known.form == form;
    let known = all().filter(of_form).max_by_key(|known| known.levels.len());
    let Some(mut export) = known.map(|known| Export::of(known, bytes)) else {
        return Reading { texts: Vec::new(), records: Vec::new(), fault: None };
    };
    for end in cuts.iter().copied().chain([bytes.len()]) {
        export.read(0, bytes.get(..end).unwrap_or_default());
    }
    export.read(begin as u64, bytes.get(begin..).unwrap_or_default());
    let texts = export.views().into_iter().map(|view| {
        let sources = (0..view.bytes().len()).map(|at| view.source(at) + begin);
        (view.bytes().to_vec(), sources.collect())
    });
    let texts = texts.collect();
    let fault = export.end();
    let name = |at: usize| export.record(at as u64).map(|record| record.names(&|_| false));
    Reading { texts, records: (begin..bytes.len()).map(name).collect(), fault }
}
