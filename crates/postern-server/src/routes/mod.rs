//! The routes: a folder is a path, a file is a method. Each file has its JSON types, what the document says,
//! and one short handler.

mod openapi;
pub(crate) mod v1;
mod well_known;

use std::time::Duration;

use utoipa_axum::router::OpenApiRouter;

use crate::service::Shared;

/// The route whose readers may wait.
pub(crate) const EVENTS: &str = "/v1/events";

/// The longest page of a list.
pub(crate) const LONGEST_LIST: usize = 500;

/// The longest that they may.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Every public route, with its document.
pub(crate) fn all() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(crate::openapi::empty())
        .routes(v1::get::route())
        .routes(v1::subjects::post::route())
        .routes(v1::subjects::lookup::post::route())
        .routes(v1::subjects::sub::get::route())
        .routes(v1::subjects::sub::patch::route())
        .routes(v1::subjects::sub::leave::post::route())
        .routes(v1::subjects::sub::erase::post::route())
        .routes(v1::subjects::sub::export::get::route())
        .routes(v1::code_sets::post::route())
        .routes(v1::code_sets::revoke::post::route())
        .routes(v1::code_sets::set::delete::route())
        .routes(v1::code_sets::set::confirm::post::route())
        .routes(v1::code_sets::set::revoke::post::route())
        .routes(v1::code_sets::set::codes::slot::revoke::post::route())
        .routes(v1::redemptions::post::route())
        .routes(v1::rehearsals::post::route())
        .routes(v1::leaks::check::post::route())
        .routes(v1::leaks::inspect::post::route())
        .routes(v1::events::get::route())
        .routes(v1::log::checkpoint::get::route())
        .routes(v1::log::proof::get::route())
        .routes(v1::log::tile::get::route())
        .routes(well_known::jwks::get::route())
        .routes(openapi::get::route())
}
