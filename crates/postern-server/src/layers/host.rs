//! Which host a request names. A page in somebody's browser can reach this machine under a name of its own
//! choosing (DNS rebinding); where that matters, only the machine's own names are answered.

use axum::extract::Request;
use http::header::HOST;
use http::uri::Authority;

/// Whether the request names this machine, by `Host` and in its target if that has a name.
pub(super) fn is_loopback(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    host.as_ref().is_some_and(names_loopback) && request.uri().authority().is_none_or(names_loopback)
}

fn names_loopback(authority: &Authority) -> bool {
    let host = authority.host();
    !authority.as_str().contains('@')
        && (host.eq_ignore_ascii_case("localhost") || host == "127.0.0.1" || host == "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_machines_own_names() {
        let named = |host: &str| names_loopback(&host.parse().unwrap());
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]:1", "[::1]"] {
            assert!(named(host), "{host}");
        }
        for host in ["example.org", "localhost.example.org", "127.0.0.1.example.org:80", "x@localhost"] {
            assert!(!named(host), "{host}");
        }
    }
}
