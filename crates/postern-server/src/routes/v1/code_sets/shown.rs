//! A staged set as it is shown.

use postern_app::{ShownCode, StagedSet};
use postern_core::Time;
use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::wire::written;

/// A staged set with its codes.
#[derive(Serialize, ToSchema)]
#[schema(as = NewlyStaged)]
pub(crate) struct Shown {
    /// Names it.
    set: String,
    /// Whose it is.
    #[schema(example = "sub_00000000000000000000000000")]
    subject: String,
    /// Which of the subject's sets, from 1.
    generation: u32,
    /// A name to tell sheets apart by.
    name: String,
    /// The codes of the sheet.
    codes: Vec<CodeBody>,
    /// The duress code, if one was asked for: keep it apart from the sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    duress: Option<CodeBody>,
    /// The canaries, if any were asked for. Their numbers are not unique.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    canaries: Vec<CodeBody>,
    /// Until when it may be confirmed.
    #[schema(value_type = String, format = DateTime)]
    confirm_by: Time,
}

/// One code of a set.
#[derive(Serialize, ToSchema)]
#[schema(as = Code)]
pub(crate) struct CodeBody {
    /// Its number, from 1.
    slot: u8,
    /// As it is printed. Give it to the holder and keep it nowhere.
    #[serde(serialize_with = "written")]
    #[schema(value_type = String, example = "made-up-code-for-this-page")]
    code: Zeroizing<String>,
}

impl CodeBody {
    fn of(shown: ShownCode) -> Self {
        Self { slot: shown.slot, code: shown.text }
    }
}

/// A set whose codes were shown before.
#[derive(Serialize, ToSchema)]
#[schema(as = StagedBefore)]
pub(crate) struct ShownBefore {
    /// Names it.
    set: String,
    /// Always true.
    shown: bool,
}

/// What is shown of a staged set: its codes once, and only its name afterwards.
pub(super) fn shown(staged: StagedSet) -> Result<Shown, ShownBefore> {
    let set = staged.set.to_string();
    let Some(codes) = staged.codes else { return Err(ShownBefore { set, shown: true }) };
    Ok(Shown {
        set,
        subject: staged.set.subject.to_string(),
        generation: staged.generation,
        name: staged.name,
        codes: codes.sheet.into_iter().map(CodeBody::of).collect(),
        duress: codes.duress.map(CodeBody::of),
        canaries: codes.canaries.into_iter().map(CodeBody::of).collect(),
        confirm_by: staged.confirm_by,
    })
}
