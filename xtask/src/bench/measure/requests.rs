//! The requests that are sent: what an application says at a login.

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::Done;
use crate::load::Ask;

static FRESH: AtomicU64 = AtomicU64::new(0);

/// A request with a key of its own.
fn ask(path: impl Into<String>, body: Value) -> Ask {
    Ask { path: path.into(), body, key: format!("bench-{:012}", fresh()) }
}

/// A number that nobody had before.
pub(crate) fn fresh() -> u64 {
    FRESH.fetch_add(1, Ordering::Relaxed)
}

/// Now, as interfaces write it.
pub(crate) fn now() -> Done<String> {
    let said = Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%SZ"]).output()?;
    Ok(String::from_utf8(said.stdout)?.trim().to_owned())
}

/// An address in a network of its own, so that no source is asked to wait for what another did.
fn address() -> String {
    let number = fresh();
    format!("10.{}.{}.1", number / 256 % 256, number % 256)
}

/// A subject that there was not.
pub(crate) fn create(name: &str) -> Ask {
    ask("/v1/subjects", json!({ "external_id": name }))
}

/// Its set. The request's key is the name, so that answers can be told apart.
pub(crate) fn stage(name: &str, now: &str) -> Ask {
    let assurance = json!({ "level": "aal2", "method": "otp", "at": now });
    let subject = json!({ "external_id": name });
    let body = json!({ "subject": subject, "format": "standard", "count": 10, "assurance": assurance });
    Ask { path: "/v1/code-sets".to_owned(), body, key: name.to_owned() }
}

/// One of the set's codes, typed back.
pub(crate) fn confirm(set: &str, code: &str) -> Ask {
    ask(format!("/v1/code-sets/{set}/confirm"), json!({ "code": code }))
}

/// A code, tried at a login.
pub(crate) fn redeem(name: &str, code: &str, now: &str) -> Ask {
    let body = json!({
        "subject": { "external_id": name },
        "code": code,
        "purpose": "second_factor",
        "txn": format!("bench-login-{:012}", fresh()),
        "first_factor": { "level": "aal1", "method": "pwd", "at": now },
        "client": { "address": address() },
    });
    ask("/v1/redemptions", body)
}
