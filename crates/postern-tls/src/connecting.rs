//! A client's side: who answers is verified against an authority, and by its name.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::Fault;
use crate::material::{provider, roots};

/// Connects to who shows a certificate of this authority. There is no way to leave the check out.
#[derive(Clone)]
pub struct Connecting(Arc<ClientConfig>);

impl Connecting {
    /// Trusts this authority, in PEM, and no other.
    ///
    /// # Errors
    /// [`Fault`] if it is of no use.
    pub fn new(authority: &[u8]) -> Result<Self, Fault> {
        let settings = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(Fault::Library)?
            .with_root_certificates(roots(authority, "authority's file")?)
            .with_no_client_auth();
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
