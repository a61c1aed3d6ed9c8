//! JSON that several routes share.

mod client;
mod names;
mod proof;
mod secret;
mod sets;
mod subject;
mod view;

pub(crate) use client::{ClientBody, client};
pub(crate) use names::Names;
pub(crate) use names::{
    FormatName, KindName, LevelName, PurposeName, RevokeReasonName, StageReasonName, StateName, TierName,
};
pub(crate) use proof::{Assurance, FirstFactor, one_proof};
pub(crate) use secret::{secret, secrets, wiped, written};
pub(crate) use subject::SubjectRef;
pub(crate) use view::SubjectBody;
