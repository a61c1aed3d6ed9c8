//! One request to another host: bounded in time and bytes, and said in words that hold no address and no credential.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use postern_core::ports::{CellFault, CellValue, PlaceFault};
use ureq::http::{Response, Uri};
use ureq::tls::{ClientCert, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Error};
use zeroize::Zeroizing;

use super::RemoteFault;
use crate::file::{self, Sort};
use crate::{FileFault, Place};

/// The longest answer that is read, in bytes: a bundle of the longest events, an anchor of twelve thousand logs.
const LONGEST: u64 = 16 * 1024 * 1024;
/// The longest file of certificates that is read, in bytes.
const MOST_PEM: u64 = 1024 * 1024;

/// Whom the other side must be, and what it is shown.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The authority whose certificates are believed: nobody else's are.
    pub authority: Option<PathBuf>,
    /// What this side shows, if the other asks for it.
    pub client: Option<Client>,
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub struct Client {
    /// The certificate, and those up to the authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: Place,
}

/// An agent for an address: how long one call may take in all is `patience`.
pub(crate) fn agent(url: &str, trust: &Trust, patience: Duration) -> Result<Agent, RemoteFault> {
    let encrypted = is_encrypted(url).ok_or_else(|| RemoteFault::Address(url.to_owned()))?;
    let config = Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent("postern");
    let config = if encrypted { config.tls_config(tls(trust)?) } else { config };
    Ok(config.build().new_agent())
}

/// Whether an address is one of HTTPS; `None` if nothing may go there.
pub(crate) fn is_encrypted(url: &str) -> Option<bool> {
    let uri: Uri = url.parse().ok()?;
    let whole = uri.query().is_none() && !uri.authority()?.as_str().contains('@');
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let near = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str()? {
        "https" if whole => Some(true),
        "http" if whole && near => Some(false),
        _ => None,
    }
}

fn tls(trust: &Trust) -> Result<TlsConfig, RemoteFault> {
    let config = TlsConfig::builder()
        .root_certs(RootCerts::from(roots(trust)?))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    let client = trust.client.as_ref().map(shown).transpose()?;
    Ok(config.client_cert(client).build())
}

fn roots(trust: &Trust) -> Result<Vec<ureq::tls::Certificate<'static>>, RemoteFault> {
    let path = trust.authority.clone().unwrap_or_else(|| "ca_file".into());
    let none = || RemoteFault::NoAuthority { path: path.clone() };
    let pem = match file::read(&path, Sort::Public, MOST_PEM) {
        // Root's, where it is the system's: it may be read, and is no secret.
        Err(FileFault::Foreign { owner: 0, .. }) => std::fs::read(&path).map_err(|_| none())?,
        Err(FileFault::Missing { .. }) => return Err(none()),
        read => read?.to_vec(),
    };
    let found = certificates(&pem);
    if found.is_empty() { Err(none()) } else { Ok(found) }
}

fn shown(client: &Client) -> Result<ClientCert, RemoteFault> {
    let none = |path: &Path| RemoteFault::NoClient { path: path.to_owned() };
    let chain = certificates(&file::read(&client.certificate, Sort::Public, MOST_PEM)?);
    if chain.is_empty() {
        return Err(none(&client.certificate));
    }
    let pem = client.key.read(MOST_PEM)?;
    let key = ureq::tls::PrivateKey::from_pem(&pem).map_err(|_| none(client.key.path()))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

fn certificates(pem: &[u8]) -> Vec<ureq::tls::Certificate<'static>> {
    let items = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    items.collect()
}

/// A secret of one line, as a header has it.
pub(super) fn line(place: &Place) -> Result<Zeroizing<String>, CellFault> {
    let denied = |what: String| CellFault::Denied(what);
    let bytes = place.first_line().map_err(|fault| denied(fault.to_string()))?;
    let text = String::from_utf8(bytes.to_vec()).ok().map(Zeroizing::new);
    let text = text.filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()));
    text.ok_or_else(|| denied(format!("the first line of {} is no token", place.path().display())))
}

/// An answer, read whole.
pub(super) struct Answer {
    pub(super) status: u16,
    /// The entity tag, if it has one.
    pub(super) tag: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// Reads what came.
    pub(super) fn of(came: Result<Response<Body>, Error>) -> Result<Self, CellFault> {
        let mut came = came.map_err(away)?;
        let tag = came.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        let body = came.body_mut().with_config().limit(LONGEST).read_to_vec().map_err(away)?;
        Ok(Self { status: came.status().as_u16(), tag, body })
    }

    /// What a cell holds, by the answer to a read.
    pub(super) fn cell(self) -> Result<Option<CellValue>, CellFault> {
        match (self.status, &self.tag) {
            (200, Some(tag)) => Ok(Some(CellValue { tag: tag.clone(), bytes: self.body })),
            (200, None) => Err(CellFault::Away("its answer has no entity tag".to_owned())),
            (404, _) => Ok(None),
            _ => Err(self.fault()),
        }
    }

    /// What an answer means that is none of those expected.
    pub(super) fn fault(&self) -> CellFault {
        match self.status {
            401 | 403 => {
                CellFault::Denied("it refuses our credentials: look at the file and its rights there".into())
            }
            429 | 500..=599 => CellFault::Away(format!("it cannot answer now: status {}", self.status)),
            status => CellFault::Away(format!("it answers with status {status}, which was not expected")),
        }
    }
}

/// The header by which a cell is written only as it was seen.
pub(super) fn condition(from: Option<&CellValue>) -> (&'static str, &str) {
    from.map_or(("if-none-match", "*"), |from| ("if-match", from.tag.as_str()))
}

/// The same fault of a place.
pub(super) fn place(fault: CellFault) -> PlaceFault {
    PlaceFault(fault.to_string())
}

/// A name made of parts that a path keeps as they are.
pub(super) fn check_name(name: &str) -> Result<(), RemoteFault> {
    let fits = |part: &str| {
        !["", ".", ".."].contains(&part)
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    if name.split('/').all(fits) { Ok(()) } else { Err(RemoteFault::Name(name.to_owned())) }
}

fn away(fault: Error) -> CellFault {
    CellFault::Away(match fault {
        Error::Timeout(_) => "it does not answer in time".to_owned(),
        Error::BadUri(_) | Error::RequireHttpsOnly(_) => "its address is none".to_owned(),
        other => format!("it was not reached: {other}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_goes_encrypted_or_stays_on_this_machine() {
        for (url, expected) in [
            ("https://second.example:7443", Some(true)),
            ("https://second.example/space", Some(true)),
            ("http://127.0.0.1:9000", Some(false)),
            ("http://[::1]:9000", Some(false)),
            ("http://second.example:7443", None),
            ("http://localhost.example", None),
            ("http://127.0.0.1@second.example", None),
            ("https://user:word@second.example", None),
            ("https://second.example?x=1", None),
            ("ftp://127.0.0.1", None),
            ("", None),
        ] {
            assert_eq!(is_encrypted(url), expected, "{url}");
        }
    }

    #[test]
    fn names_lead_nowhere_else() {
        for name in ["a", "ten_a/entries/x001/000.p/7", "keyring/20000/ten_a/1-9"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "/a", "a/", "a//b", "..", "a/../b", "a b", "a?b", "a%2e", "ä"] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
