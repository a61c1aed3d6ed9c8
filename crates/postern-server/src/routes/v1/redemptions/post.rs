//! `POST /v1/redemptions`: tries a code. Accepted, it is spent.

use axum::extract::State;
use http::StatusCode;
use postern_app::Redemption;
use postern_core::application::Scope;
use postern_core::subject::Purpose;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use super::accepted::Accepted;
use crate::extract::{Caller, IdempotencyKey, Sent};
use crate::openapi::Documented;
use crate::service::{Answer, Shared};
use crate::wire::{ClientBody, FirstFactor, PurposeName, SubjectRef, client, secret, wiped};

/// A code to redeem.
// No `Debug`: it holds what was typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Redemption)]
pub(crate) struct Body {
    /// Whose code.
    subject: SubjectRef,
    /// As it was typed.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, example = "made-up-code-for-this-page")]
    code: Zeroizing<String>,
    /// What for.
    #[schema(value_type = PurposeName)]
    purpose: Purpose,
    /// The caller's login transaction: 16 to 128 visible ASCII characters. The receipt carries it.
    #[schema(example = "example-login-0001", min_length = 16, max_length = 128, pattern = "^[!-~]+$")]
    txn: String,
    /// How the first factor was known.
    first_factor: Option<FirstFactor>,
    /// The person's device.
    client: Option<ClientBody>,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(redeem_code))
        .with_key()
        .scope(Scope::Redeem)
        .with_idempotency_key()
        .with_body()
        .refused(&["code-not-accepted", "code-mistyped", "several-codes", "other-service"])
        .refused(&["assurance-insufficient", "first-factor-required", "second-proof-required"])
        .refused(&["purpose-not-allowed", "restrictions-not-enforced", "already-answered"])
        .refused(&["state-changed", "idempotency-key-reused", "too-many-attempts", "too-many-requests"])
        .route()
}

/// Redeem a code
///
/// An accepted code is spent. The receipt is signed and can be checked without asking again. For an unknown
/// subject the answer is that of a wrong code.
#[utoipa::path(
    post,
    path = "/v1/redemptions",
    tag = "redemptions",
    request_body = Body,
    responses((status = 201, description = "Accepted, and spent.", body = Accepted))
)]
async fn redeem_code(
    State(service): State<Shared>,
    Caller(token): Caller,
    key: IdempotencyKey,
    sent: Sent<Body>,
) -> Answer {
    let request = key.with(sent.bytes()?);
    let body = sent.body;
    let redemption = Redemption {
        subject: body.subject.name()?,
        code: body.code,
        purpose: body.purpose,
        txn: body.txn,
        first_factor: body.first_factor.map(FirstFactor::proof).transpose()?,
        client: client(body.client),
        request,
    };
    let redeemed = service.app.redeem(&token, redemption).await;
    service.metrics.redeemed(redeemed.as_ref().err());
    wiped(StatusCode::CREATED, &Accepted::from(redeemed?))
}
