//! A refusal as a response.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use postern_app::Problem;

use super::{ProblemBody, Refusal};

/// The media type of problem documents.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// When to come back after a short trouble.
const SOON: Duration = Duration::from_secs(1);

impl Refusal {
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::App(Problem::TooManyAttempts { after }) => *after,
            Self::App(Problem::TooManyRequests { after }) => Some(*after),
            Self::App(Problem::Unavailable | Problem::OutcomeUnknown) => Some(SOON),
            _ => None,
        }
    }
}

/// Whole seconds, rounded up, so that nobody comes back too early.
fn seconds(span: Duration) -> u64 {
    (span.as_secs() + u64::from(span.subsec_nanos() > 0)).max(1)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(ProblemBody::of(&self))).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(after) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds(after)));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        assert_eq!(seconds(Duration::from_millis(1)), 1);
        assert_eq!(seconds(Duration::from_secs(30)), 30);
        assert_eq!(seconds(Duration::from_millis(30_001)), 31);
        assert_eq!(seconds(Duration::ZERO), 1);
    }

    #[test]
    fn waiting_that_does_not_help_has_no_retry_after() {
        let response = Refusal::App(Problem::TooManyAttempts { after: None }).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(!response.headers().contains_key(RETRY_AFTER));
    }
}
