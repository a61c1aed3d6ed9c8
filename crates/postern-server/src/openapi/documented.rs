//! A route with what the document says of it: what it needs, and how it may be refused.

use postern_core::application::Scope;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{RefOr, Required};
use utoipa_axum::router::UtoipaMethodRouter;

use super::{APPLICATION_KEY, problems};
use crate::service::Shared;

/// A key whose scopes are not looked at.
const NO_SCOPE: [&str; 0] = [];

/// A route and its description, which go to the router and to the document together.
pub(crate) struct Documented {
    route: UtoipaMethodRouter<Shared>,
    problems: Vec<&'static str>,
}

impl Documented {
    /// A route that anybody may ask.
    pub(crate) fn new(route: UtoipaMethodRouter<Shared>) -> Self {
        Self { route, problems: vec!["malformed-request", "unavailable"] }
    }

    /// It needs an application key.
    pub(crate) fn with_key(mut self) -> Self {
        let needed = SecurityRequirement::new(APPLICATION_KEY, NO_SCOPE);
        self.each(|operation| operation.security = Some(vec![needed.clone()]));
        self.refused(&["key-unknown", "scope-missing"])
    }

    /// The key needs this scope, a role as OpenAPI 3.1 has it. Said more than once: one of them.
    pub(crate) fn scope(mut self, scope: Scope) -> Self {
        self.each(|operation| {
            let before = operation.security.take().unwrap_or_default();
            let scoped =
                |one: &SecurityRequirement| *one != SecurityRequirement::new(APPLICATION_KEY, NO_SCOPE);
            let mut needed: Vec<_> = before.into_iter().filter(scoped).collect();
            needed.push(SecurityRequirement::new(APPLICATION_KEY, [scope.name()]));
            operation.security = Some(needed);
        });
        self
    }

    /// It takes a JSON body.
    pub(crate) fn with_body(self) -> Self {
        self.refused(&["malformed-request", "body-too-large", "unsupported-media-type", "invalid-value"])
    }

    /// It changes something, once per key.
    pub(crate) fn with_idempotency_key(mut self) -> Self {
        self.each(|operation| {
            operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
        });
        self.refused(&["idempotency-key-missing", "outcome-unknown"])
    }

    /// It may be refused so.
    pub(crate) fn refused(mut self, names: &[&'static str]) -> Self {
        self.problems.extend_from_slice(names);
        self
    }

    /// The route, with its refusals by status.
    pub(crate) fn route(mut self) -> UtoipaMethodRouter<Shared> {
        let responses = problems::responses(&self.problems);
        self.each(|operation| {
            let of = &mut operation.responses.responses;
            of.extend(responses.clone().into_iter().map(|(status, one)| (status, RefOr::T(one))));
        });
        self.route
    }

    fn each(&mut self, change: impl FnMut(&mut Operation)) {
        let items = self.route.1.paths.values_mut();
        items.flat_map(operations).for_each(change);
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let known = [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete];
    known.into_iter().filter_map(Option::as_mut)
}

fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]+$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some("New for each request, the same for its retries."))
        .schema(Some(text.build()))
        .build()
}
