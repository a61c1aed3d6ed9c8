//! Reading a body: JSON by its type, not too long, not too slow, into memory that is wiped.

use std::future::ready;
use std::pin::pin;

use axum::body::Body;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::BodyExt as _;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::Limits;
use crate::place::Place;
use crate::problem::Refusal;

/// A body that is wiped when it is dropped.
pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// Reads the body of a request. If it is not there yet, the request's [`Place`] is somebody else's until it is.
pub(crate) async fn read(parts: &Parts, body: Body, limits: &Limits) -> Result<Bytes, Refusal> {
    let headers = &parts.headers;
    if !is_json(headers) {
        return Err(Refusal::UnsupportedMediaType);
    }
    let said = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|length| length > limits.body) {
        return Err(Refusal::BodyTooLarge);
    }
    // Reserved at once: a buffer that moves leaves a copy behind.
    let room = said.unwrap_or(limits.body);
    let late = Refusal::MalformedRequest("The body did not arrive in time. Nothing was changed.");
    let mut reading = pin!(collect(body, room, limits.body));
    tokio::select! {
        biased;
        read = &mut reading => return read,
        () = ready(()) => {}
    }
    let place = parts.extensions.get::<Place>();
    place.inspect(|place| place.leave());
    let read = timeout(limits.body_time, reading).await.map_err(|_| late)??;
    place.map_or(Ok(()), Place::come_back)?;
    Ok(read)
}

async fn collect(mut body: Body, room: usize, limit: usize) -> Result<Bytes, Refusal> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    while let Some(frame) = body.frame().await {
        let broken = |_| Refusal::MalformedRequest("The body did not arrive whole. Nothing was changed.");
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Refusal::BodyTooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    // Who says it twice may mean either.
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else { return false };
    let said = only.to_str().unwrap_or_default();
    let (kind, parameters) = said.split_once(';').unwrap_or((said, ""));
    let parameters = parameters.trim();
    kind.trim().eq_ignore_ascii_case("application/json")
        && (parameters.is_empty()
            || parameters.eq_ignore_ascii_case("charset=utf-8")
            || parameters.eq_ignore_ascii_case("charset=\"utf-8\""))
        && !headers.contains_key(CONTENT_ENCODING)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn json_in_utf_8_and_nothing_else() {
        let of = |said: &'static str| {
            is_json(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(said))]))
        };
        assert!(of("application/json") && of("Application/JSON; charset=UTF-8"));
        for other in ["", "text/plain", "application/jsonp", "application/json; charset=utf-16"] {
            assert!(!of(other), "{other}");
        }
        let json = HeaderValue::from_static("application/json");
        let mut twice = HeaderMap::from_iter([(CONTENT_TYPE, json.clone())]);
        twice.append(CONTENT_TYPE, json);
        assert!(!is_json(&twice) && !is_json(&HeaderMap::new()));
    }
}
