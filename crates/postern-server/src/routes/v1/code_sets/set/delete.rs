//! `DELETE /v1/code-sets/{set}`: discards a staged set.

use axum::extract::State;
use axum::response::IntoResponse as _;
use http::StatusCode;
use postern_core::ids::SetId;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{At, Caller};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use postern_core::application::Scope;

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(discard_code_set))
        .with_key()
        .scope(Scope::SetsStage)
        .refused(&["not-found", "state-changed", "outcome-unknown"])
        .route()
}

/// Discard a staged code set
///
/// Repeatable: a discarded set stays discarded.
#[utoipa::path(
    delete,
    path = "/v1/code-sets/{set}",
    tag = "code sets",
    params(("set" = String, Path, pattern = r"^set_[0-9a-hjkmnp-tv-z]{27,34}$", description = "The set's `set_…` id.")),
    responses((status = 204, description = "Discarded."))
)]
async fn discard_code_set(
    State(service): State<Shared>,
    Caller(token): Caller,
    At(set): At<SetId>,
) -> Answer {
    service.app.discard(&token, set).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
