//! A staged set as it is shown.

use postern_app::StagedSet;
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
    /// The codes.
    codes: Vec<CodeBody>,
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
        codes: codes.into_iter().map(|shown| CodeBody { slot: shown.slot, code: shown.text }).collect(),
        confirm_by: staged.confirm_by,
    })
}
