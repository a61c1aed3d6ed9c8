//! Refusals in the document: one response a status, one example a name.

use std::collections::BTreeMap;

use http::StatusCode;
use utoipa::ToSchema as _;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Header, Ref, Response, ResponseBuilder};

use crate::problem::{PROBLEM_JSON, ProblemBody, Refusal, samples};

/// The responses of these refusals, by status.
pub(super) fn responses(names: &[&'static str]) -> BTreeMap<String, Response> {
    let mut by_status: BTreeMap<u16, Vec<Refusal>> = BTreeMap::new();
    for refusal in samples().into_iter().filter(|refusal| names.contains(&refusal.name())) {
        by_status.entry(refusal.status().as_u16()).or_default().push(refusal);
    }
    by_status
        .into_iter()
        .map(|(status, refusals)| (status.to_string(), response(status, &refusals)))
        .collect()
}

fn response(status: u16, refusals: &[Refusal]) -> Response {
    let names: Vec<_> = refusals.iter().map(|refusal| format!("`{}`", refusal.name())).collect();
    let examples = refusals.iter().map(|refusal| (refusal.name(), example(refusal)));
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ProblemBody::name())))
        .examples_from_iter(examples)
        .build();
    let response = ResponseBuilder::new().description(names.join(", ")).content(PROBLEM_JSON, content);
    let waits = [StatusCode::TOO_MANY_REQUESTS.as_u16(), StatusCode::SERVICE_UNAVAILABLE.as_u16()];
    if waits.contains(&status) {
        response.header("Retry-After", retry_after()).build()
    } else {
        response.build()
    }
}

fn example(refusal: &Refusal) -> Example {
    ExampleBuilder::new().value(serde_json::to_value(ProblemBody::of(refusal)).ok()).build()
}

fn retry_after() -> Header {
    let seconds = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer)).build();
    HeaderBuilder::new()
        .schema(Some(seconds))
        .description(Some("Seconds, rounded up. Absent where waiting does not help."))
        .build()
}
