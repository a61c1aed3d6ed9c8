//! `POST /v1/leaks/check`: whether words that were found are codes, without spending one.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_app::{LeakCursor, LeakOutcome, LeakQuestion, Problem};
use postern_core::application::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use crate::extract::{Caller, IdempotencyKey, Sent};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::{SubjectRef, secrets};

/// Words that were found, and whose they may be.
// No `Debug`: it holds what was found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeakCheck)]
pub(crate) struct Body {
    /// 1 to 100 words, as they were found.
    #[serde(deserialize_with = "secrets")]
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 100, example = json!(["made-up-code-for-this-page"]))]
    codes: Vec<Zeroizing<String>>,
    /// Up to 100 subjects whose codes they may be: then only theirs are looked at. Compact and numeric words are compared
    /// with named subjects only, and such words times subjects are at most 100. With them, `after` says nothing.
    #[serde(default)]
    #[schema(required = false, max_items = 100)]
    subjects: Vec<SubjectRef>,
    /// The `next` of the answer before.
    #[schema(pattern = "^[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]$", example = "AAAAAAAAAAA")]
    after: Option<String>,
}

/// What the words are.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeaksChecked {
    /// One for each word, in the order of the request.
    items: Vec<Checked>,
    /// What to send as `after`, with the words that are `undecided`; absent if every subject was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// What one word is.
#[derive(Serialize, ToSchema)]
#[schema(as = LeakChecked)]
pub(crate) struct Checked {
    /// `live` (a code of a set that has not ended, not used up), `spent` (used up, or revoked by number), `old` (of an ended
    /// set), `not_ours`, `needs_subject` (compact and numeric words without `subjects`) or `undecided` (not among the
    /// subjects of this page; there is a `next`).
    #[schema(pattern = "^(live|spent|old|not_ours|needs_subject|undecided)$")]
    outcome: &'static str,
    /// That the set of a live one was revoked for it, by the tenant's policy; only then present.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    revoked: bool,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(check_leaks))
        .with_key()
        .scope(Scope::Leaks)
        .with_idempotency_key()
        .with_body()
        .refused(&["idempotency-key-reused", "too-many-requests"])
        .route()
}

/// Ask whether found words are codes
///
/// Nothing is spent, and no guess is counted. The set of a live code is revoked, or that it was found is only recorded, by
/// the tenant's policy for the tier. Whose code it is is not said: the events say it. Codes of other tenants, of tiers that
/// the scope is not for, of subjects that have left, and words that are no codes are answered alike.
#[utoipa::path(
    post,
    path = "/v1/leaks/check",
    tag = "leaks",
    request_body = Body,
    responses((status = 200, description = "What they are.", body = LeaksChecked))
)]
async fn check_leaks(
    State(service): State<Shared>,
    Caller(token): Caller,
    key: IdempotencyKey,
    sent: Sent<Body>,
) -> Answer {
    let request = key.with(sent.bytes()?);
    let Body { codes: words, subjects, after } = sent.body;
    let subjects = subjects.into_iter().map(SubjectRef::name).collect::<Result<_, _>>()?;
    let no_cursor = Problem::InvalidValue("An `after` is the `next` of the answer before.");
    let after = after.map(|text| LeakCursor::parse(&text).ok_or(no_cursor)).transpose()?;
    let answer = service.app.check_leaks(&token, &LeakQuestion { words, subjects, after, request }).await?;
    let items = answer.items.into_iter().map(checked).collect();
    Ok(Json(LeaksChecked { items, next: answer.next.map(LeakCursor::text) }).into_response())
}

const fn checked(outcome: LeakOutcome) -> Checked {
    let (outcome, revoked) = match outcome {
        LeakOutcome::Live { revoked } => ("live", revoked),
        LeakOutcome::Spent => ("spent", false),
        LeakOutcome::Old => ("old", false),
        LeakOutcome::NotOurs => ("not_ours", false),
        LeakOutcome::NeedsSubject => ("needs_subject", false),
        LeakOutcome::Undecided => ("undecided", false),
    };
    Checked { outcome, revoked }
}
