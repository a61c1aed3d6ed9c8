//! Sources: application and network of a request, as a pseudonym that rotates every quarter.

use std::net::IpAddr;

use postern_core::Time;
use postern_core::encoding::Fixed;
use postern_core::ids::{ApplicationId, TenantId};
use postern_core::local_keys::LocalKeys;

use crate::request::Client;

/// The pseudonym of a request's source: IPv4 /24, IPv6 /48; without an address one per application.
pub(crate) fn source(
    keys: &LocalKeys,
    tenant: TenantId,
    application: ApplicationId,
    client: &Client,
    now: Time,
) -> Fixed<8> {
    let quarter = u32::try_from(now.seconds() / (91 * 86_400)).unwrap_or(u32::MAX);
    Fixed(keys.source(tenant, application, &network(client.address), quarter))
}

/// The pseudonym of a known device: its own source, which no stranger can be in.
pub(crate) fn device_source(
    keys: &LocalKeys,
    tenant: TenantId,
    application: ApplicationId,
    minted: u32,
    now: Time,
) -> Fixed<8> {
    let quarter = u32::try_from(now.seconds() / (91 * 86_400)).unwrap_or(u32::MAX);
    let device = [b"device".as_slice(), &minted.to_be_bytes()].concat();
    Fixed(keys.source(tenant, application, &device, quarter))
}

fn network(address: Option<IpAddr>) -> Vec<u8> {
    match address.map(|address| address.to_canonical()) {
        None => Vec::new(),
        Some(IpAddr::V4(address)) => address.octets().into_iter().take(3).collect(),
        Some(IpAddr::V6(address)) => address.octets().into_iter().take(6).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_share_a_source_and_a_mapped_address_is_the_plain_one() {
        let net = |text: &str| network(Some(text.parse().unwrap()));
        assert_eq!(net("192.0.2.1"), net("192.0.2.250"));
        assert_eq!(net("192.0.2.1"), net("::ffff:192.0.2.9"));
        assert_ne!(net("192.0.2.1"), net("192.0.3.1"));
        assert_eq!(net("2001:db8:1::1"), net("2001:db8:1:ffff::1"));
        assert_ne!(net("2001:db8:1::1"), net("2001:db8:2::1"));
    }
}
