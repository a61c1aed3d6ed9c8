//! The problem document (RFC 9457).

use postern_app::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::Refusal;

/// What went wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// `urn:postern:problem:` and the problem's name: what a program looks at.
    #[schema(example = "urn:postern:problem:code-not-accepted")]
    r#type: String,
    /// The name in words.
    title: String,
    /// The status again.
    status: u16,
    /// A sentence for people. Never text of the request.
    detail: &'static str,
    /// With `code-not-accepted`: the check symbols do not fit, so it was probably mistyped.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "check-mismatch", nullable = false)]
    hint: Option<&'static str>,
    /// With `code-mistyped`: what is wrong, in a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    class: Option<&'static str>,
    /// With `code-mistyped`: the group to look at, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    group: Option<u8>,
}

impl ProblemBody {
    /// The document of a refusal.
    pub(crate) fn of(refusal: &Refusal) -> Self {
        let name = refusal.name();
        let (hint, class, group) = match refusal {
            Refusal::App(Problem::CodeNotAccepted { check_mismatch: true }) => {
                (Some("check-mismatch"), None, None)
            }
            Refusal::App(Problem::CodeMistyped { class, group }) => (None, Some(*class), *group),
            _ => (None, None, None),
        };
        Self {
            r#type: format!("urn:postern:problem:{name}"),
            title: title(name),
            status: refusal.status().as_u16(),
            detail: refusal.told(),
            hint,
            class,
            group,
        }
    }
}

/// `code-not-accepted` as `Code not accepted`.
fn title(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
