//! What stands for a request: the bytes that a prover's assertion is bound to (its `req` is their SHA-256)
//! and that an idempotency key is remembered with.
//!
//! A client computes them like this:
//!
//! 1. Take the JSON body that is sent. Remove the members `code` and `codes`; remove the member `assertion`, and in the
//!    member `first_factor` the member `assertion`. What held a removed member stays, if empty as `{}`.
//! 2. `POST /v1/code-sets`, `/v1/redemptions` and `/v1/rehearsals`: the bytes are the RFC 8785 form of that.
//! 3. Confirming and revoking, where the path says what is meant: the RFC 8785 form of
//!    `{"body": <that>, "path": "<the path as sent>"}`. No assertion is bound to these.
//! 4. Numbers are integers within ±(2⁵³ − 1). A member that is sent as `null` stays.
//!
//! ```text
//! {"txn":"a-login-transaction","code":"…","subject":"sub_…","purpose":"second_factor","first_factor":{"assertion":"…"}}
//! {"first_factor":{},"purpose":"second_factor","subject":"sub_…","txn":"a-login-transaction"}
//! ```
//!
//! So a retry may bring a fresh assertion, and what was typed is compared by its verifier and never by its
//! letters. The code does not pass through here: it is skipped before anything is copied.

use std::collections::BTreeMap;

use postern_app::RequestBytes;
use postern_log::canonical_value;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// The member that holds what was typed.
const CODE: &str = "code";
/// The member that holds what was found.
const CODES: &str = "codes";
/// The member that holds a signed assertion.
const ASSERTION: &str = "assertion";
/// The member that may hold one further in.
const FIRST_FACTOR: &str = "first_factor";

/// The body without code and assertions; `None` if it is no JSON object.
#[must_use]
pub fn stripped(body: &[u8]) -> Option<Value> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(body).ok()?;
    let mut said = Map::new();
    for (name, raw) in members {
        if name == CODE || name == CODES || name == ASSERTION {
            continue;
        }
        let mut value: Value = serde_json::from_str(raw.get()).ok()?;
        if name == FIRST_FACTOR
            && let Value::Object(members) = &mut value
        {
            members.remove(ASSERTION);
        }
        said.insert(name, value);
    }
    Some(Value::Object(said))
}

/// The bytes of a request that its body says in full.
#[must_use]
pub fn plain(said: &Value) -> Option<RequestBytes> {
    canonical_value(said).ok().map(RequestBytes)
}

/// The bytes of a request that its path says a part of.
#[must_use]
pub fn with_path(said: &Value, path: &str) -> Option<RequestBytes> {
    plain(&json!({ "body": said, "path": path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(body: &str) -> Option<String> {
        plain(&stripped(body.as_bytes())?).map(|bytes| String::from_utf8(bytes.0).unwrap())
    }

    #[test]
    fn code_and_assertions_are_left_out_and_order_is_none() {
        let one = r#"{"txn":"t","code":"SECRET","first_factor":{"assertion":"a.b.c"},"subject":"sub_1"}"#;
        let other = "{ \"subject\":\"sub_1\", \"first_factor\":{\"assertion\":\"d\"}, \"txn\":\"t\", \"c\\u006fde\":\"X\" }";
        let expected = r#"{"first_factor":{},"subject":"sub_1","txn":"t"}"#;
        assert_eq!(bytes(one).as_deref(), Some(expected));
        assert_eq!(bytes(other).as_deref(), Some(expected));
        assert_eq!(bytes(r#"{"assertion":"x","b":1,"a":[1,2]}"#).as_deref(), Some(r#"{"a":[1,2],"b":1}"#));
    }

    #[test]
    fn what_is_no_object_of_integers_has_no_bytes() {
        for body in ["[]", "1", "", "{\"a\":1.5}", "{\"a\":9007199254740992}", "{\"a\":1"] {
            assert_eq!(bytes(body), None, "{body}");
        }
    }

    #[test]
    fn a_path_is_part_of_the_bytes() {
        let said = stripped(br#"{"reason":"lost","code":"x"}"#).unwrap();
        let bytes = with_path(&said, "/v1/code-sets/set_1/revoke").unwrap();
        assert_eq!(bytes.0, br#"{"body":{"reason":"lost"},"path":"/v1/code-sets/set_1/revoke"}"#);
    }
}
