//! Secrets on their way in and out.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use postern_app::Problem;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::problem::Refusal;

/// Bytes that an answer with 99 codes fits into, so that the text is never moved and left behind where nothing wipes it.
const ROOM: usize = 16 * 1024;

/// A JSON answer with secrets in it: its bytes are wiped once they are sent.
pub(crate) fn wiped(status: StatusCode, answer: &impl Serialize) -> Result<Response, Refusal> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
    // What was decided is recorded: who asks again with the same key is told.
    serde_json::to_writer(&mut *bytes, answer).map_err(|_| Refusal::App(Problem::OutcomeUnknown))?;
    let json = HeaderValue::from_static("application/json");
    Ok((status, [(CONTENT_TYPE, json)], Body::from(Bytes::from_owner(bytes))).into_response())
}

/// Reads a text into memory that is wiped when it is dropped.
pub(crate) fn secret<'de, D: Deserializer<'de>>(text: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(text).map(Zeroizing::new)
}

/// Reads texts into such memory.
pub(crate) fn secrets<'de, D: Deserializer<'de>>(texts: D) -> Result<Vec<Zeroizing<String>>, D::Error> {
    /// One of them, wiped also if another is none.
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct One(#[serde(deserialize_with = "secret")] Zeroizing<String>);
    let texts = Vec::<One>::deserialize(texts)?;
    Ok(texts.into_iter().map(|one| one.0).collect())
}

/// Writes such a text.
pub(crate) fn written<S: Serializer>(text: &Zeroizing<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(text)
}
