//! Which database, and how it is known to be it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use postern_tls::Connecting;
use postern_tls::client::TlsStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};

use super::OpenError;

/// Which database. With an authority, every connection is TLS, and the server shows a certificate of that authority for
/// the host's name (`sslmode=verify-full`); whatever the connection string says of TLS does not count.
#[derive(Clone)]
pub struct Target {
    /// The connection string.
    pub url: String,
    /// The authority's certificates in PEM.
    pub authority: Option<Vec<u8>>,
}

impl From<&str> for Target {
    fn from(url: &str) -> Self {
        Self { url: url.to_owned(), authority: None }
    }
}

impl From<&String> for Target {
    fn from(url: &String) -> Self {
        Self::from(url.as_str())
    }
}

impl From<&Self> for Target {
    fn from(target: &Self) -> Self {
        target.clone()
    }
}

/// A target that can be connected to.
pub(super) struct Reached {
    pub(super) config: Config,
    pub(super) tls: Option<Verified>,
}

impl Reached {
    pub(super) fn new(target: &Target) -> Result<Self, OpenError> {
        let mut config = super::configured(&target.url)?;
        let tls = target.authority.as_deref().map(Connecting::new).transpose();
        let tls = tls.map_err(|fault| OpenError::Config(fault.to_string()))?.map(Verified);
        if tls.is_some() {
            config.ssl_mode(SslMode::Require);
        }
        Ok(Self { config, tls })
    }
}

/// Does the handshake, and verifies who answers.
#[derive(Clone)]
pub(super) struct Verified(Connecting);

/// A handshake with a host.
pub(super) struct Handshake {
    with: Connecting,
    host: String,
}

/// A connection after its handshake.
pub(super) struct Secured<S>(TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Verified {
    type Stream = Secured<S>;
    type TlsConnect = Handshake;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<Handshake, io::Error> {
        Ok(Handshake { with: self.0.clone(), host: host.to_owned() })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for Handshake {
    type Stream = Secured<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Secured<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move { self.with.connect(&self.host, stream).await.map(Secured) })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> tokio_postgres::tls::TlsStream for Secured<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Secured<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Secured<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
