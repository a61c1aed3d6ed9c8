//! Subjects: created, found, read, changed.

mod create;
mod export;
mod leave;
mod patch;
mod read;

pub use create::NewSubject;
pub use export::PersonExport;
pub use patch::SubjectPatch;
use postern_core::ids::SubjectId;
use postern_core::subject::{Status, SubjectKind};
use postern_core::tenant::Tier;

/// A subject as an application sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct SubjectView {
    /// Postern's id.
    pub subject: SubjectId,
    /// The identity provider's name; absent if its key is gone.
    pub external_id: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// How well its recovery is guarded.
    pub tier: Tier,
    /// What it is.
    pub kind: SubjectKind,
    /// Its `ETag`.
    pub revision: u64,
    /// Its sets and budgets.
    pub status: Status,
    /// Whether it was created by this request.
    pub created: bool,
}
