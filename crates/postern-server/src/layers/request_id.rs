//! Request ids: the caller's own, or one that is counted.

use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName};

/// The header that carries it, in requests and answers.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives ids to requests that bring none: the run's name and a number.
pub(crate) struct RequestIds {
    run: String,
    count: AtomicU64,
}

impl RequestIds {
    /// `run` tells one start of the service from another; characters that an id may not have are left out.
    pub(crate) fn new(run: String) -> Self {
        let run = run.chars().filter(|letter| letter.is_ascii() && allowed(*letter as u8)).take(32).collect();
        Self { run, count: AtomicU64::new(0) }
    }

    /// The id of a request.
    pub(super) fn of(&self, headers: &HeaderMap) -> String {
        let brought = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| fits(id));
        brought.map_or_else(|| self.next(), str::to_owned)
    }

    fn next(&self) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        if self.run.is_empty() { number.to_string() } else { format!("{}-{number}", self.run) }
    }
}

fn fits(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(allowed)
}

fn allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_fitting_id_is_kept_and_another_replaced() {
        let ids = RequestIds::new("r7".to_owned());
        let of = |id: &str| ids.of(&HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_str(id).unwrap())]));
        assert_eq!(of("a.b_c-9"), "a.b_c-9");
        assert_eq!(of("two words"), "r7-0");
        assert_eq!(of(&"x".repeat(65)), "r7-1");
        assert_eq!(of(""), "r7-2");
    }
}
