//! `POST /v1/code-sets`: stages a set. The answer is the only one that ever holds codes.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use http::StatusCode;
use postern_app::{Problem, Special, StagedSet, Staging};
use postern_codes::Format;
use postern_core::application::Scope;
use postern_core::subject::Purpose;
use postern_core::subject::fact::StageReason;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::shown::{Shown, ShownBefore, shown};
use crate::extract::{Caller, IdempotencyKey, Sent};
use crate::openapi::Documented;
use crate::problem::Refusal;
use crate::service::{Answer, Shared};
use crate::wire::{Assurance, FormatName, PurposeName, StageReasonName, SubjectRef, one_proof, wiped};

/// A set to stage.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCodeSet)]
pub(crate) struct Body {
    /// For whom.
    subject: SubjectRef,
    /// `renew` if nothing is said, also for the first set. The others end the active set at once.
    #[schema(value_type = Option<StageReasonName>)]
    reason: Option<StageReason>,
    /// What the codes are for; `second_factor` if nothing is said.
    #[schema(value_type = Option<Vec<PurposeName>>, min_items = 1)]
    purposes: Option<Vec<Purpose>>,
    /// How the holder was known, signed: a compact JWS. Either this or `assurance`.
    assertion: Option<String>,
    /// How the holder was known, by the application's word.
    assurance: Option<Assurance>,
    /// Another format than the tier's.
    #[schema(value_type = Option<FormatName>)]
    format: Option<String>,
    /// Another number of codes than the tier's: 1 to 99, in the format `compact` to 31.
    #[schema(minimum = 1, maximum = 99)]
    count: Option<u8>,
    /// Canaries on top, at most 3: codes that never work and ring an alarm. They and the duress code need the scope
    /// `subjects:tier-raise` as well.
    #[schema(minimum = 0, maximum = 3)]
    canaries: Option<u8>,
    /// Whether one of the codes is a duress code: it works, and rings an alarm that nobody else sees.
    duress: Option<bool>,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(stage_code_set))
        .with_key()
        .scope(Scope::SetsStage)
        .with_idempotency_key()
        .with_body()
        .refused(&["not-found", "assurance-insufficient", "state-changed"])
        .refused(&["idempotency-key-reused", "too-many-requests"])
        .route()
}

/// Stage a code set
///
/// The codes are in this answer and in no other. The set works once one of them was typed back; until then
/// the set before works, unless the reason is `lost` or `compromised`.
#[utoipa::path(
    post,
    path = "/v1/code-sets",
    tag = "code sets",
    request_body = Body,
    responses(
        (status = 201, description = "Staged. The only time that the codes are shown.", body = Shown),
        (status = 200, description = "Staged before with this key; the codes were shown then.", body = ShownBefore)
    )
)]
async fn stage_code_set(
    State(service): State<Shared>,
    Caller(token): Caller,
    key: IdempotencyKey,
    sent: Sent<Body>,
) -> Answer {
    let request = key.with(sent.bytes()?);
    let body = sent.body;
    let staging = Staging {
        subject: body.subject.name()?,
        reason: body.reason.unwrap_or(StageReason::Renew),
        purposes: once_each(body.purposes),
        proof: one_proof(body.assertion, body.assurance)?,
        format: body.format.as_deref().map(format).transpose()?,
        count: body.count,
        special: Special {
            canaries: body.canaries.unwrap_or_default(),
            duress: body.duress.unwrap_or_default(),
        },
        request,
    };
    let staged: StagedSet = service.app.stage(&token, staging).await?;
    match shown(staged) {
        Ok(shown) => {
            service.metrics.staged();
            wiped(StatusCode::CREATED, &shown)
        }
        Err(before) => Ok(Json(before).into_response()),
    }
}

fn format(name: &str) -> Result<Format, Refusal> {
    let wrong = Problem::InvalidValue("A format is one of standard, compact and numeric.");
    Format::from_name(name).ok_or(Refusal::App(wrong))
}

/// The purposes, each once: a list that repeats itself says no more.
fn once_each(purposes: Option<Vec<Purpose>>) -> Vec<Purpose> {
    let mut once = Vec::new();
    for purpose in purposes.unwrap_or_else(|| vec![Purpose::SecondFactor]) {
        if !once.contains(&purpose) {
            once.push(purpose);
        }
    }
    once
}
