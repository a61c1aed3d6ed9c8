//! A subject as it is shown.

use postern_app::SubjectView;
use postern_core::Time;
use postern_core::ids::SetId;
use postern_core::subject::{SetState, SetStatus, SubjectKind};
use postern_core::tenant::Tier;
use postern_core::throttle::Class;
use serde::Serialize;
use utoipa::ToSchema;

use super::{KindName, StateName, TierName};

/// A subject.
#[derive(Serialize, ToSchema)]
#[schema(as = Subject)]
pub(crate) struct SubjectBody {
    /// Postern's id.
    #[schema(example = "sub_00000000000000000000000000")]
    subject: String,
    /// The identity provider's; `null` if it was erased.
    #[schema(example = "example-user-1")]
    external_id: Option<String>,
    /// Who answers for it, if somebody is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    owner: Option<String>,
    /// How well its recovery is guarded.
    #[schema(value_type = TierName)]
    tier: Tier,
    /// What it is.
    #[schema(value_type = KindName)]
    kind: SubjectKind,
    /// The set that works, or is to be replaced.
    active_set: Option<ActiveSet>,
    /// The set that waits to be confirmed.
    staged_set: Option<StagedSet>,
    /// Redemptions that are held; none in this release.
    #[schema(value_type = Vec<String>, max_items = 0)]
    holds: [String; 0],
    /// Waits that run, for codes of the formats `compact` and `numeric`.
    waits: Vec<Wait>,
    /// Attempts left per class; `null` for codes of the format `standard`, which need no such limit.
    attempts_left: Option<AttemptsLeft>,
}

/// A set that works, or is to be replaced.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActiveSet {
    /// Names it.
    set: String,
    /// Which of the subject's sets, from 1.
    generation: u32,
    /// A name to tell sheets apart by.
    name: String,
    /// Whether it works.
    #[schema(value_type = StateName)]
    state: SetState,
    /// When it was staged.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Time,
    /// How the holder was known then.
    route: String,
    /// Codes that it began with.
    total: u8,
    /// Codes that still work.
    remaining: u8,
    /// Which codes were used when.
    used: Vec<UsedCode>,
    /// When it ends by itself.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// When a code was last rehearsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    tested_at: Option<Time>,
}

/// A code that was used.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsedCode {
    /// Its number.
    slot: u8,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
}

/// A set that waits to be confirmed.
#[derive(Serialize, ToSchema)]
pub(crate) struct StagedSet {
    /// Names it.
    set: String,
    /// Which of the subject's sets.
    generation: u32,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    confirm_by: Time,
}

/// A wait that runs.
#[derive(Serialize, ToSchema)]
pub(crate) struct Wait {
    /// Whose attempts wait: `unknown`, `known` or `proof`.
    #[schema(value_type = String)]
    class: Class,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    until: Time,
}

/// Attempts left per class.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttemptsLeft {
    /// From a known device.
    known: u16,
    /// With an accepted proof.
    proof: u16,
    /// From anywhere else.
    unknown: u16,
}

impl From<SubjectView> for SubjectBody {
    fn from(view: SubjectView) -> Self {
        let named = |generation| SetId { subject: view.subject, generation }.to_string();
        let status = view.status;
        let staged = status.staged.map(|staged| StagedSet {
            set: named(staged.generation),
            generation: staged.generation,
            confirm_by: staged.confirm_by,
        });
        Self {
            subject: view.subject.to_string(),
            external_id: view.external_id,
            owner: view.owner,
            tier: view.tier,
            kind: view.kind,
            active_set: status.active.map(|set| active(named(set.generation), set)),
            staged_set: staged,
            holds: [],
            waits: status.waits.into_iter().map(|(class, until)| Wait { class, until }).collect(),
            attempts_left: status.attempts_left.map(|left| attempts_left(&left)),
        }
    }
}

fn active(set: String, status: SetStatus) -> ActiveSet {
    ActiveSet {
        set,
        generation: status.generation,
        name: status.name,
        state: status.state,
        issued_at: status.issued_at,
        route: status.route,
        total: status.total,
        remaining: status.remaining,
        used: status.used.iter().map(|used| UsedCode { slot: used.slot, at: used.at }).collect(),
        expires_at: status.expires_at,
        tested_at: status.tested_at,
    }
}

fn attempts_left(left: &[(Class, u16)]) -> AttemptsLeft {
    let of = |class| left.iter().find(|(of, _)| *of == class).map_or(0, |(_, left)| *left);
    AttemptsLeft { known: of(Class::Known), proof: of(Class::Proof), unknown: of(Class::Unknown) }
}
