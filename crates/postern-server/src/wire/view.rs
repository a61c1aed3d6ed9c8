//! A subject as it is shown.

use postern_app::SubjectView;
use postern_core::Time;
use postern_core::ids::SetId;
use postern_core::subject::SubjectKind;
use postern_core::tenant::Tier;
use postern_core::throttle::Class;
use serde::Serialize;
use utoipa::ToSchema;

use super::sets::{ActiveSet, StagedSet};
use super::{KindName, TierName};

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
        Self {
            subject: view.subject.to_string(),
            external_id: view.external_id,
            owner: view.owner,
            tier: view.tier,
            kind: view.kind,
            active_set: status.active.map(|active| ActiveSet::of(named(active.generation), active)),
            staged_set: status.staged.map(|staged| StagedSet::of(named(staged.generation), staged)),
            holds: [],
            waits: status.waits.into_iter().map(|(class, until)| Wait { class, until }).collect(),
            attempts_left: status.attempts_left.map(|left| attempts_left(&left)),
        }
    }
}

fn attempts_left(left: &[(Class, u16)]) -> AttemptsLeft {
    let of = |class| left.iter().find(|(of, _)| *of == class).map_or(0, |(_, left)| *left);
    AttemptsLeft { known: of(Class::Known), proof: of(Class::Proof), unknown: of(Class::Unknown) }
}
