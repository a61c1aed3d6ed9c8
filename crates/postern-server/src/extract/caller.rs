//! The application that calls.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use postern_app::Problem;
use postern_core::application::Token;

use crate::layers::Presented;
use crate::problem::Refusal;

/// A whole application key. Whether it is live is for the use case to decide.
pub(crate) struct Caller(pub(crate) Arc<Token>);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let presented = parts.extensions.get::<Presented>().and_then(|presented| presented.0.clone());
        presented.map(Self).ok_or(Refusal::App(Problem::KeyUnknown))
    }
}
