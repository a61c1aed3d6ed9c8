//! Who is at the other end of a connection.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;
use postern_core::application::Origin;

/// Who is at the other end, as the connection shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer {
    /// Its address; none on a Unix socket.
    pub(crate) address: Option<IpAddr>,
    /// SHA-256 of the public key behind the certificate that it showed, in hexadecimal.
    pub(crate) certificate: Option<String>,
    /// Whether the connection is encrypted.
    pub(crate) encrypted: bool,
}

/// What a listener's address type says of a peer.
pub(crate) trait Address {
    /// The peer's address, if it has one.
    fn ip(&self) -> Option<IpAddr>;
}

impl Address for SocketAddr {
    fn ip(&self) -> Option<IpAddr> {
        Some(Self::ip(self).to_canonical())
    }
}

impl Address for tokio::net::unix::SocketAddr {
    fn ip(&self) -> Option<IpAddr> {
        None
    }
}

/// What counts as one address: an IPv4 address, or the network of 64 bits that one IPv6 host has to itself.
pub(crate) fn one_place(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => IpAddr::V6(Ipv6Addr::from_bits(long.to_bits() & !u128::from(u64::MAX))),
    }
}

/// Headers in which a proxy says whom it stands for.
const FORWARDED: &str = "x-forwarded-for";

impl Peer {
    /// Whether it is one of these.
    pub(crate) fn is_among(&self, networks: &[IpNet]) -> bool {
        self.address.is_some_and(|address| is_among(address, networks))
    }

    /// Where a request comes from: from the peer, or, if that is a trusted proxy, from whom it names last that is not
    /// one itself. What a proxy says unreadably is not known. Of anybody else the header is not looked at.
    pub(crate) fn origin(&self, headers: &HeaderMap, proxies: &[IpNet]) -> Origin {
        let address = if self.is_among(proxies) { named(headers, proxies) } else { self.address };
        Origin { address, certificate: self.certificate.clone() }
    }
}

fn is_among(address: IpAddr, networks: &[IpNet]) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// The last address that proxies name and that is none of theirs.
fn named(headers: &HeaderMap, proxies: &[IpNet]) -> Option<IpAddr> {
    let lines: Vec<&str> =
        headers.get_all(FORWARDED).iter().map(|line| line.to_str().unwrap_or("?")).collect();
    for name in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let address = name.trim().parse::<IpAddr>().ok()?.to_canonical();
        if !is_among(address, proxies) {
            return Some(address);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(peer: &str, said: &[&str]) -> Option<String> {
        let peer = Peer { address: peer.parse().ok(), ..Peer::default() };
        let named = said.iter().map(|line| (FORWARDED.parse().unwrap(), line.parse().unwrap()));
        let proxies = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let headers: HeaderMap = named.collect();
        let mut all = HeaderMap::new();
        all.extend(headers);
        peer.origin(&all, &proxies).address.map(|address| address.to_string())
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_last_word() {
        let known = |address: &str| Some(address.to_owned());
        assert_eq!(origin("192.0.2.1", &["198.51.100.9"]), known("192.0.2.1"));
        assert_eq!(origin("10.0.0.1", &["198.51.100.9"]), known("198.51.100.9"));
        assert_eq!(origin("10.0.0.1", &["192.0.2.66, 198.51.100.9, 10.1.1.1"]), known("198.51.100.9"));
        assert_eq!(origin("fd00::1", &["2001:db8::7"]), known("2001:db8::7"));
        for unreadable in ["", "unknown", "198.51.100.9, _hidden", "198.51.100.9:80"] {
            assert_eq!(origin("10.0.0.1", &[unreadable]), None, "{unreadable}");
        }
        assert_eq!(origin("10.0.0.1", &[]), None);
    }

    #[test]
    fn a_host_of_ipv6_is_one_place() {
        let place = |text: &str| one_place(text.parse().unwrap());
        assert_eq!(place("2001:db8::1:2:3:4"), place("2001:db8::ffff:0:0:1"));
        assert_ne!(place("2001:db8:0:1::1"), place("2001:db8:0:2::1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
    }
}
