//! The OpenAPI document, made from the very routes that are served.

mod documented;
mod links;
mod problems;

pub(crate) use documented::Documented;
#[cfg(test)]
pub(crate) use links::count as links;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, Info, OpenApi, OpenApiBuilder};

use crate::problem::ProblemBody;

/// The name of the one way to be known.
pub(crate) const APPLICATION_KEY: &str = "application_key";

/// The OpenAPI 3.1 document as pretty JSON: the same bytes every time.
#[must_use]
pub fn openapi() -> String {
    let mut document = crate::routes::all().into_openapi();
    // The router marks a parameter that may have several elements; the document knows no such mark.
    let paths = std::mem::take(&mut document.paths.paths).into_iter();
    document.paths.paths = paths.map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    links::add(&mut document);
    // Its keys are strings and its values JSON, so it can always be written.
    document.to_pretty_json().unwrap_or_default()
}

/// What the document says beside its routes.
pub(crate) fn empty() -> OpenApi {
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("pstk_…")
        .description(Some("An application key. It names the tenant; its scopes say what it may do."))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme(APPLICATION_KEY, SecurityScheme::Http(key))
        .schema_from::<ProblemBody>()
        .build();
    let mut info = Info::new("Postern", "1");
    info.description = Some(ABOUT.to_owned());
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

const ABOUT: &str = "Backup MFA codes: staged, confirmed, rehearsed, redeemed, revoked.

Unknown members are refused. Times are RFC 3339 in UTC. Every error is a problem document (RFC 9457) whose \
`type` is `urn:postern:problem:` and a name of the closed list. A request that changes something carries an \
`Idempotency-Key`; its retries carry the same one.

What an assertion's `req` is the SHA-256 of: the RFC 8785 form of the body without `code`, `assertion` and \
`first_factor.assertion`; what held a removed member stays, if empty as `{}`.";
