//! Where an application's keys work: from which networks, behind which certificates.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::Created;

/// Where a request with a key comes from, as the server saw it. What is not known fits no bound.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Origin {
    /// The address of who asks.
    pub address: Option<IpAddr>,
    /// SHA-256 of the public key of the certificate that it showed and that was verified, in hexadecimal.
    pub certificate: Option<String>,
}

/// Where keys work. Free by default: from everywhere, without a certificate.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Bound {
    /// Networks; everywhere if none.
    pub addresses: Vec<IpNet>,
    /// SHA-256 of public keys in hexadecimal, one of which must stand behind the connection; none needed if none.
    pub certificates: Vec<String>,
}

impl Bound {
    /// How many fields it has in a row.
    pub(super) const FIELDS: usize = 2;

    /// What an application's settings say.
    pub(super) fn of(settings: &Created) -> Self {
        Self { addresses: settings.addresses.clone(), certificates: settings.certificates.clone() }
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.addresses.is_empty() && self.certificates.is_empty()
    }

    /// Whether keys work from there.
    #[must_use]
    pub fn admits(&self, origin: &Origin) -> bool {
        let near = |address: IpAddr| {
            let address = address.to_canonical();
            self.addresses.iter().any(|network| network.contains(&address))
        };
        let shown = |certificate: &String| self.certificates.contains(certificate);
        (self.addresses.is_empty() || origin.address.is_some_and(near))
            && (self.certificates.is_empty() || origin.certificate.as_ref().is_some_and(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_fits_no_bound() {
        let bound = |addresses: &[&str], certificates: &[&str]| Bound {
            addresses: addresses.iter().map(|network| network.parse().unwrap()).collect(),
            certificates: certificates.iter().map(|one| (*one).to_owned()).collect(),
        };
        let from = |address: &str, certificate: Option<&str>| Origin {
            address: address.parse().ok(),
            certificate: certificate.map(str::to_owned),
        };
        assert!(bound(&[], &[]).admits(&Origin::default()));
        let near = bound(&["192.0.2.0/24", "2001:db8::/32"], &[]);
        assert!(near.admits(&from("192.0.2.7", None)) && near.admits(&from("::ffff:192.0.2.7", None)));
        assert!(near.admits(&from("2001:db8::1", None)));
        assert!(!near.admits(&from("192.0.3.7", None)) && !near.admits(&Origin::default()));
        let both = bound(&["192.0.2.0/24"], &["aa", "bb"]);
        assert!(both.admits(&from("192.0.2.7", Some("bb"))));
        assert!(!both.admits(&from("192.0.2.7", Some("cc"))) && !both.admits(&from("192.0.2.7", None)));
        assert!(!both.admits(&from("192.0.3.7", Some("bb"))));
    }
}
