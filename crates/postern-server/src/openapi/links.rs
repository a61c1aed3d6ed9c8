//! What can be done with what an answer gave (OpenAPI 3.1, Link Object): one table, applied to the whole document.

use serde_json::{Value, json};
use utoipa::openapi::link::{Link, LinkBuilder};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

/// An operation and a status of its, and the operation that goes on from there; what that one takes from this one's
/// answer or request, as parameters and in its body.
struct Next {
    from: (&'static str, &'static str),
    to: &'static str,
    parameters: &'static [(&'static str, &'static str)],
    body: Option<fn() -> Value>,
}

const SUBJECT: (&str, &str) = ("sub", "$response.body#/subject");
const SET: (&str, &str) = ("set", "$response.body#/set");
const REVISION: (&str, &str) = ("If-Match", "$response.header.ETag");
const CREATED: (&str, &str) = ("create_subject", "201");
const FOUND: (&str, &str) = ("look_up_subject", "200");
const STAGED: (&str, &str) = ("stage_code_set", "201");
const CONFIRMED: (&str, &str) = ("confirm_code_set", "200");

const NEXT: &[Next] = &[
    Next { from: CREATED, to: "get_subject", parameters: &[SUBJECT], body: None },
    Next { from: CREATED, to: "change_subject", parameters: &[SUBJECT, REVISION], body: None },
    Next { from: CREATED, to: "stage_code_set", parameters: &[], body: Some(staging) },
    Next {
        from: CREATED,
        to: "list_events",
        parameters: &[("subject", "$response.body#/subject")],
        body: None,
    },
    Next { from: CREATED, to: "export_subject", parameters: &[SUBJECT], body: None },
    Next { from: CREATED, to: "erase_subject", parameters: &[SUBJECT], body: None },
    Next { from: CREATED, to: "leave_subject", parameters: &[SUBJECT], body: None },
    Next { from: FOUND, to: "get_subject", parameters: &[SUBJECT], body: None },
    Next { from: FOUND, to: "stage_code_set", parameters: &[], body: Some(staging) },
    Next { from: STAGED, to: "confirm_code_set", parameters: &[SET], body: Some(first_code) },
    Next { from: STAGED, to: "discard_code_set", parameters: &[SET], body: None },
    Next { from: STAGED, to: "revoke_code_set", parameters: &[SET], body: None },
    Next { from: CONFIRMED, to: "redeem_code", parameters: &[], body: Some(confirmed_code) },
    Next { from: CONFIRMED, to: "rehearse_code", parameters: &[], body: Some(rehearsed_code) },
    Next { from: CONFIRMED, to: "revoke_code_set", parameters: &[SET], body: None },
    Next { from: CONFIRMED, to: "revoke_code", parameters: &[SET, ("slot", "1")], body: None },
    Next { from: CONFIRMED, to: "get_subject", parameters: &[SUBJECT], body: None },
];

/// When somebody signed in, as an example. A caller says when it was.
const SIGNED_IN: &str = "2026-01-31T09:00:00Z";

fn staging() -> Value {
    let assurance = json!({ "level": "aal2", "method": "otp", "at": SIGNED_IN });
    json!({ "subject": "$response.body#/subject", "assertion": null, "assurance": assurance })
}

fn first_code() -> Value {
    json!({ "code": "$response.body#/codes/0/code" })
}

/// Confirming spends nothing: the code that was typed back works.
fn confirmed_code() -> Value {
    let first_factor = json!({ "level": "aal1", "method": "pwd", "at": SIGNED_IN });
    json!({
        "subject": "$response.body#/subject",
        "code": "$request.body#/code",
        "purpose": "second_factor",
        "first_factor": first_factor,
    })
}

/// To try it needs a prover's assertion, which only a caller has.
fn rehearsed_code() -> Value {
    json!({ "subject": "$response.body#/subject", "code": "$request.body#/code" })
}

/// Puts the links into the document.
pub(super) fn add(document: &mut OpenApi) {
    for next in NEXT {
        let operations = document.paths.paths.values_mut().flat_map(operations);
        let named = |operation: &&mut Operation| operation.operation_id.as_deref() == Some(next.from.0);
        let Some(operation) = operations.into_iter().find(named) else { continue };
        if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(next.from.1) {
            response.links.insert(next.to.to_owned(), RefOr::T(next.link()));
        }
    }
}

impl Next {
    fn link(&self) -> Link {
        let link = LinkBuilder::new().operation_id(self.to).request_body(self.body.map(|body| body()));
        let add = |link: LinkBuilder, (name, from): &(&str, &str)| link.parameter(*name, *from);
        self.parameters.iter().fold(link, add).build()
    }
}

fn operations(item: &mut PathItem) -> Vec<&mut Operation> {
    let known = [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete];
    known.into_iter().filter_map(Option::as_mut).collect()
}

/// How many there are.
#[cfg(test)]
pub(crate) const fn count() -> usize {
    NEXT.len()
}
