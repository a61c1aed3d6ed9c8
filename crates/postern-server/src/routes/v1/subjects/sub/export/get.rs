//! `GET /v1/subjects/{sub}/export`: everything that is kept of a person.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_app::{PersonExport, Problem};
use postern_core::application::Scope;
use postern_core::ids::SubjectId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{Asked, At, Caller};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// After this event: a page's `next`. From the beginning if absent.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,19}$", example = "41")]
    after: Option<u64>,
    /// How many events at most: 1 to 500, 100 if absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// A page of what is kept of a person.
#[derive(Serialize, ToSchema)]
#[schema(as = PersonExport)]
pub(crate) struct Page {
    /// Whose.
    #[schema(example = "sub_00000000000000000000000000")]
    subject: String,
    /// The identity provider's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_id: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    owner: Option<String>,
    /// The person's events in log order. What is encrypted in the log (addresses, user agents, names) is under
    /// `personal`.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Map<String, Value>>,
    /// What to send as `after` for the next page; absent if this is the last one for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(export_subject))
        .with_key()
        .scope(Scope::SubjectsRead)
        .refused(&["not-found", "state-changed", "malformed-request", "invalid-value"])
        .route()
}

/// Export a subject
///
/// Everything that is kept of a person, readable, also of one who has left. Needs `subjects:read` and `events:read`.
#[utoipa::path(
    get,
    path = "/v1/subjects/{sub}/export",
    tag = "subjects",
    params(("sub" = String, Path, pattern = r"^sub_[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$", description = "The subject's `sub_…` id."), Which),
    responses((status = 200, description = "What is kept.", body = Page))
)]
async fn export_subject(
    State(service): State<Shared>,
    Caller(token): Caller,
    At(id): At<SubjectId>,
    Asked(which): Asked<Which>,
) -> Answer {
    let limit = which.limit.unwrap_or(100);
    if !(1..=500).contains(&limit) {
        return Err(Problem::InvalidValue("A limit is 1 to 500.").into());
    }
    let PersonExport { person, items, next } =
        service.app.export_subject(&token, id, which.after, limit).await?;
    let (external_id, owner) = person.map(|person| (person.external_id, person.owner)).unzip();
    let next = next.map(|index| index.to_string());
    let page = Page { subject: id.to_string(), external_id, owner: owner.flatten(), items, next };
    Ok(Json(page).into_response())
}
