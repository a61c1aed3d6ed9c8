//! Revisions as entity tags (RFC 9110 §8.8.3): what a change is based on.

use axum::extract::FromRequestParts;
use http::header::IF_MATCH;
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use postern_app::Problem;

use crate::problem::Refusal;

/// The revision that `If-Match` names. `*` names none, so it is asked for again; a tag that Postern never
/// gave matches nothing.
pub(crate) struct Revision(pub(crate) u64);

/// A revision's tag.
pub(crate) fn etag(revision: u64) -> HeaderValue {
    // Digits in quotes are always a header's value.
    HeaderValue::from_str(&format!("\"{revision}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

impl<S: Sync> FromRequestParts<S> for Revision {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        read(&parts.headers)
    }
}

fn read(headers: &HeaderMap) -> Result<Revision, Refusal> {
    let tag = headers.get(IF_MATCH).ok_or(Refusal::PreconditionRequired)?.to_str().unwrap_or_default().trim();
    if tag == "*" {
        return Err(Refusal::PreconditionRequired);
    }
    let digits = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let revision = digits.and_then(|digits| digits.parse::<u64>().ok());
    // Other spellings of the number are other tags.
    let exact = revision.filter(|revision| etag(*revision).as_bytes() == tag.as_bytes());
    exact.map(Revision).ok_or(Refusal::App(Problem::VersionMismatch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_exact_tag_names_a_revision() {
        let of = |tag: &str| {
            let headers = HeaderMap::from_iter([(IF_MATCH, HeaderValue::from_str(tag).unwrap())]);
            read(&headers).map(|revision| revision.0).map_err(|refusal| refusal.name())
        };
        assert_eq!(of("\"12\""), Ok(12));
        assert_eq!(of("*"), Err("precondition-required"));
        for other in ["W/\"12\"", "12", "\"012\"", "\"+12\"", "\"\"", "\"12\", \"13\""] {
            assert_eq!(of(other), Err("version-mismatch"), "{other}");
        }
        assert_eq!(
            read(&HeaderMap::new()).err().map(|refusal| refusal.name()),
            Some("precondition-required")
        );
    }
}
