//! The query of a list.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Refusal;

/// What the query asks for.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        let wrong = Refusal::MalformedRequest("The query is not what this route expects; see /openapi.json.");
        query.map(|Query(query)| Self(query)).map_err(|_| wrong)
    }
}
