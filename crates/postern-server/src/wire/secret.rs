//! Secrets on their way in and out.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use postern_app::Problem;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
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

/// Reads a text that may have escapes. The reader of JSON would leave a copy of what it puts together from them, which
/// nothing wipes: so the text is taken as it is written, and each escape is read by itself.
pub(crate) fn escaped_secret<'de, D: Deserializer<'de>>(text: D) -> Result<Zeroizing<String>, D::Error> {
    let written = Zeroizing::new(String::from(Box::<str>::from(Box::<RawValue>::deserialize(text)?)));
    let no_text = || D::Error::custom("a text is expected");
    let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let mut rest = inner.ok_or_else(no_text)?;
    // Nothing is longer than it is written.
    let mut text = Zeroizing::new(String::with_capacity(rest.len()));
    while let Some((plain, _)) = rest.split_once('\\') {
        text.push_str(plain);
        let escapes = rest.get(plain.len()..).unwrap_or_default();
        let (escape, behind) = escapes.split_at_checked(escape_length(escapes)).ok_or_else(no_text)?;
        text.push_str(&serde_json::from_str::<String>(&format!("\"{escape}\"")).map_err(D::Error::custom)?);
        rest = behind;
    }
    text.push_str(rest);
    Ok(text)
}

/// How long the escape at the start is: two, six if it names a code unit, twelve if that is half of a character.
fn escape_length(text: &str) -> usize {
    match text.as_bytes() {
        [b'\\', b'u', b'd' | b'D', b'8'..=b'9' | b'a'..=b'b' | b'A'..=b'B', ..] => 12,
        [b'\\', b'u', ..] => 6,
        _ => 2,
    }
}

#[cfg(test)]
mod escaped_tests {
    use serde::Deserialize;
    use zeroize::Zeroizing;

    #[derive(Deserialize)]
    struct Body {
        #[serde(deserialize_with = "super::escaped_secret")]
        text: Zeroizing<String>,
    }

    #[test]
    fn escapes_are_read_as_json_has_them() {
        let texts =
            ["", "plain", "a\nb\t\"c\"\\ \u{8}", "ä€𝄞 and 𝄞", "\\u0041 is no A", "ends\\", "\u{0}\u{1f}"];
        for text in texts {
            for written in [serde_json::to_string(text).unwrap(), in_units(text)] {
                let body: Body = serde_json::from_str(&format!("{{\"text\":{written}}}")).unwrap();
                assert_eq!(body.text.as_str(), text, "{written}");
            }
        }
        for wrong in ["1", "null", "[\"a\"]", "\"\\ud834\"", "\"\\ud834x\\u0041\"", "\"\\udd1e\"", "\"\\x\""]
        {
            assert!(serde_json::from_str::<Body>(&format!("{{\"text\":{wrong}}}")).is_err(), "{wrong}");
        }
    }

    /// Every character as an escape.
    fn in_units(text: &str) -> String {
        let units = text.encode_utf16().map(|unit| format!("\\u{unit:04X}"));
        format!("\"{}\"", units.collect::<String>())
    }
}
