//! Parts of the path.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use postern_app::Problem;
use postern_core::ids::{SetId, SubjectId};
use postern_log::Tile;
use serde::de::DeserializeOwned;

use crate::problem::Refusal;

/// What the path names. A name that cannot be one names nothing: `not-found`.
pub(crate) struct At<T>(pub(crate) T);

/// Something that a path can name.
pub(crate) trait InPath: Sized {
    /// Its parts as text.
    type Text: DeserializeOwned + Send;

    /// Reads them.
    fn read(text: Self::Text) -> Option<Self>;
}

impl InPath for SubjectId {
    type Text = String;

    fn read(text: String) -> Option<Self> {
        Self::parse(&text)
    }
}

impl InPath for SetId {
    type Text = String;

    fn read(text: String) -> Option<Self> {
        Self::parse(&text)
    }
}

/// A code by its number.
impl InPath for (SetId, u8) {
    type Text = (String, String);

    fn read((set, slot): (String, String)) -> Option<Self> {
        let slot = slot.parse::<u8>().ok().filter(|number| *number > 0 && number.to_string() == slot);
        Some((SetId::parse(&set)?, slot?))
    }
}

/// A tile: its level, and the rest of the path.
impl InPath for Tile {
    type Text = (String, String);

    fn read((level, index): (String, String)) -> Option<Self> {
        Self::parse(&format!("{level}/{index}"))
    }
}

impl<S: Send + Sync, T: InPath> FromRequestParts<S> for At<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let text = Path::<T::Text>::from_request_parts(parts, state).await.ok();
        text.and_then(|Path(text)| T::read(text)).map(Self).ok_or(Refusal::App(Problem::NotFound))
    }
}
