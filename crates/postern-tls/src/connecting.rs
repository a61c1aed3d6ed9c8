//! A client's side: who answers is verified against an authority, and by its name.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WantsClientCert;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ConfigBuilder};

use crate::Fault;
use crate::material::{certificates, provider, roots};

/// Connects to who shows a certificate of this authority. There is no way to leave the check out.
#[derive(Clone)]
pub struct Connecting(Arc<ClientConfig>);

impl Connecting {
    /// Trusts this authority, in PEM, and no other.
    ///
    /// # Errors
    /// [`Fault`] if it is of no use.
    pub fn new(authority: &[u8]) -> Result<Self, Fault> {
        Ok(Self(Arc::new(trusting(authority)?.with_no_client_auth())))
    }

    /// The same, and shows a certificate of its own, in PEM with its key, to who asks for one.
    ///
    /// # Errors
    /// [`Fault`] if any of them is of no use.
    pub fn showing(authority: &[u8], certificate: &[u8], key: &[u8]) -> Result<Self, Fault> {
        let chain = certificates(certificate, "certificate's file")?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Fault::NoKey)?;
        let settings = trusting(authority)?.with_client_auth_cert(chain, key).map_err(Fault::Mismatch)?;
        Ok(Self(Arc::new(settings)))
    }

    /// Does a handshake with who should have this name, which is a host name or an address.
    ///
    /// # Errors
    /// If the other side does not agree, or is not who it should be.
    pub async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        name: &str,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        TlsConnector::from(Arc::clone(&self.0)).connect(name, stream).await
    }
}

fn trusting(authority: &[u8]) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, Fault> {
    Ok(ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(Fault::Library)?
        .with_root_certificates(roots(authority, "authority's file")?))
}
