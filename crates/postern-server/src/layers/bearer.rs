//! The application key: taken out of the request before anything could write it down.

use std::sync::Arc;

use axum::extract::Request;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use ipnet::IpNet;
use postern_core::application::Token;

use crate::peer::Peer;

/// The whole key that a request brought, if it did.
#[derive(Clone)]
pub(crate) struct Presented(pub(crate) Option<Arc<Token>>);

/// Moves the key from its header to the request's extensions, with where it came from.
pub(super) fn take(request: &mut Request, peer: &Peer, proxies: &[IpNet]) {
    let origin = peer.origin(request.headers(), proxies);
    let token = read(request.headers()).map(|token| token.coming_from(origin));
    request.headers_mut().remove(AUTHORIZATION);
    request.extensions_mut().insert(Presented(token.map(Arc::new)));
}

fn read(headers: &HeaderMap) -> Option<Token> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (only, None) = (values.next()?, values.next()) else { return None };
    let (scheme, token) = HeaderValue::to_str(only).ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") { Token::parse(token.trim_start_matches(' ')) } else { None }
}
