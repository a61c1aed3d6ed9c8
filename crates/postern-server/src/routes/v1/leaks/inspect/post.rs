//! `POST /v1/leaks/inspect`: where codes stand in a text, before somebody saves it.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::IntoResponse as _;
use postern_app::{Inspection, Problem};
use postern_core::application::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use crate::Limits;
use crate::extract::{Caller, NOT_EXPECTED, read};
use crate::openapi::Documented;
use crate::problem::Refusal;
use crate::scanners::Scanners;
use crate::service::{Answer, Shared};
use crate::wire::secret;

/// Bytes of a text.
const TEXT: usize = 1 << 20;
/// Bytes of a body: JSON may write a letter of two bytes as six.
const BODY: usize = 4 * TEXT;

/// A text to be looked through.
// No `Debug`: codes may stand in it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Inspection)]
pub(crate) struct Body {
    /// Up to 1 MiB in UTF-8.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, example = "Here are my notes of today.")]
    text: Zeroizing<String>,
}

/// Where codes stand.
#[derive(Serialize, ToSchema)]
pub(crate) struct Inspected {
    /// In the order of the text; none lies over another.
    items: Vec<Redaction>,
}

/// A range to take out.
#[derive(Serialize, ToSchema)]
pub(crate) struct Redaction {
    /// In bytes of UTF-8.
    bytes: Range,
    /// In characters (Unicode code points).
    characters: Range,
    /// The rule that found it.
    rule: String,
    /// `possible` (chance may explain it), `likely` or `certain`.
    #[schema(pattern = "^(possible|likely|certain)$")]
    confidence: &'static str,
}

/// From, and to but without.
#[derive(Serialize, ToSchema)]
pub(crate) struct Range {
    /// The first.
    start: usize,
    /// The one behind the last.
    end: usize,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(inspect_text))
        .with_key()
        .scope(Scope::Leaks)
        .with_body()
        .refused(&["too-many-requests"])
        .route()
}

/// Look for codes in a text before it is saved
///
/// For chat and ticket systems. The body is up to 4 MiB, the text up to 1 MiB. Nothing of it is stored, and nobody is asked
/// whose a code is: `POST /v1/leaks/check` says that.
#[utoipa::path(
    post,
    path = "/v1/leaks/inspect",
    tag = "leaks",
    request_body = Body,
    responses((status = 200, description = "Where codes stand.", body = Inspected))
)]
async fn inspect_text(State(service): State<Shared>, Caller(token): Caller, request: Request) -> Answer {
    // Before the body: only who may have a text looked through sends a long one.
    let inspection = service.app.begin_inspection(&token).await?;
    let (parts, body) = request.into_parts();
    let limits = Limits { body: BODY, ..service.limits };
    let bytes = read::read(&parts, body, &limits).await?;
    let body: Body = serde_json::from_slice(&bytes).map_err(|_| Refusal::MalformedRequest(NOT_EXPECTED))?;
    drop(bytes);
    if body.text.len() > TEXT {
        return Err(Refusal::BodyTooLarge);
    }
    let turn = inspection.turn().await?;
    let looked = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        items(&service.scanners, &inspection, &body.text)
    });
    let looked = looked.await;
    let items = looked.map_err(|_| Refusal::App(Problem::Unavailable))??;
    Ok(Json(Inspected { items }).into_response())
}

fn items(scanners: &Scanners, inspection: &Inspection, text: &str) -> Result<Vec<Redaction>, Refusal> {
    let scanner = scanners.of(&inspection.prefixes)?;
    let (mut at, mut before) = (0, 0);
    let mut characters = |to: usize| {
        before += text.get(at..to).map_or(0, |passed| passed.chars().count());
        at = to;
        before
    };
    let spans = scanner.spans(text).into_iter();
    Ok(spans
        .map(|span| Redaction {
            characters: Range { start: characters(span.start), end: characters(span.end) },
            bytes: Range { start: span.start, end: span.end },
            rule: span.rule.into_owned(),
            confidence: span.confidence.name(),
        })
        .collect())
}
