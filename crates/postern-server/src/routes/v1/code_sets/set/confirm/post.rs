//! `POST /v1/code-sets/{set}/confirm`: a staged set works once one of its codes was typed back.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_app::Confirmation;
use postern_core::Time;
use postern_core::application::Scope;
use postern_core::ids::SetId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use crate::extract::{At, Caller, IdempotencyKey, Sent};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::{ClientBody, client, secret};

/// One of the set's codes. It is not spent.
// No `Debug`: it holds what was typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Confirmation)]
pub(crate) struct Body {
    /// As it was typed.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, example = "made-up-code-for-this-page")]
    code: Zeroizing<String>,
    /// The person's device.
    client: Option<ClientBody>,
}

/// A set that works from now on.
#[derive(Serialize, ToSchema)]
pub(crate) struct Confirmed {
    /// Names it.
    set: String,
    /// Whose it is.
    #[schema(example = "sub_00000000000000000000000000")]
    subject: String,
    /// Until when it works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// The set that ended with this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    superseded: Option<String>,
    /// Whether this answer was given before with the same key; only then present.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    replayed: bool,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(confirm_code_set))
        .with_key()
        .scope(Scope::SetsStage)
        .with_idempotency_key()
        .with_body()
        .refused(&["not-found", "state-changed", "idempotency-key-reused"])
        .refused(&["code-not-accepted", "code-mistyped", "several-codes", "other-service"])
        .route()
}

/// Confirm a staged code set
#[utoipa::path(
    post,
    path = "/v1/code-sets/{set}/confirm",
    tag = "code sets",
    params(("set" = String, Path, pattern = r"^set_[0-9a-hjkmnp-tv-z]{27,34}$", description = "The set's `set_…` id.")),
    request_body = Body,
    responses((status = 200, description = "It works from now on; the set before has ended.", body = Confirmed))
)]
async fn confirm_code_set(
    State(service): State<Shared>,
    Caller(token): Caller,
    At(set): At<SetId>,
    key: IdempotencyKey,
    sent: Sent<Body>,
) -> Answer {
    let request = key.with(sent.bytes_with_path()?);
    let (code, client) = (sent.body.code, client(sent.body.client));
    let confirmation = Confirmation { set, code, client, request };
    let confirmed = service.app.confirm(&token, confirmation).await?;
    let body = Confirmed {
        set: confirmed.set.to_string(),
        subject: confirmed.set.subject.to_string(),
        expires_at: confirmed.expires_at,
        superseded: confirmed.superseded.map(|set| set.to_string()),
        replayed: confirmed.replayed,
    };
    Ok(Json(body).into_response())
}
