//! A listener's side: handshakes under settings that can be replaced while it listens.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::rustls::{CertificateError, Error, ServerConfig};
use tokio_rustls::server::{StartHandshake, TlsStream};

use crate::{Fault, Material};

/// What a listener shows and asks for now.
pub struct Listening(RwLock<Arc<ServerConfig>>);

/// A client that has said its first message (ClientHello, RFC 8446 §4.1.2).
pub struct Greeted<S>(StartHandshake<S>);

/// A connection after its handshake.
pub struct Secured<S> {
    /// What is read and written.
    pub stream: TlsStream<S>,
    /// SHA-256 of the public key of the certificate that the client showed and that its authority signed, in
    /// hexadecimal.
    pub certificate: Option<String>,
}

impl Listening {
    /// Listens with this.
    ///
    /// # Errors
    /// [`Fault`] if it is of no use.
    pub fn new(material: &Material<'_>) -> Result<Self, Fault> {
        Ok(Self(RwLock::new(Arc::new(material.settings()?))))
    }

    /// Shows and asks for this from the next handshake on; connections that there are go on.
    ///
    /// # Errors
    /// [`Fault`] if it is of no use: what was before stays.
    pub fn replace(&self, material: &Material<'_>) -> Result<(), Fault> {
        let settings = Arc::new(material.settings()?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = settings;
        Ok(())
    }

    /// Waits for a client's first message, which costs nothing yet. It has no end of its own: the caller sets one.
    ///
    /// # Errors
    /// If the client goes away, or says something else.
    pub async fn greeted<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> io::Result<Greeted<S>> {
        LazyConfigAcceptor::new(Acceptor::default(), stream).await.map(Greeted)
    }

    /// Does the rest of a handshake. It has no end of its own: the caller sets one.
    ///
    /// # Errors
    /// If the client does not agree, or shows a certificate that its authority did not sign or has revoked.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        client: Greeted<S>,
    ) -> io::Result<Secured<S>> {
        let settings = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        let stream = client.0.into_stream(settings).await?;
        let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let certificate = shown.map(fingerprint).transpose()?;
        Ok(Secured { stream, certificate })
    }
}

/// Whether a handshake failed because the revocation list is too old: something to mend here, not at the client.
#[must_use]
pub fn is_list_outdated(fault: &io::Error) -> bool {
    let fault = fault.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    matches!(
        fault,
        Some(Error::InvalidCertificate(
            CertificateError::ExpiredRevocationList | CertificateError::ExpiredRevocationListContext { .. }
        ))
    )
}

/// SHA-256 of a certificate's public key (its SubjectPublicKeyInfo) in hexadecimal: it outlives the certificate.
fn fingerprint(certificate: &CertificateDer<'_>) -> io::Result<String> {
    let read = webpki::EndEntityCert::try_from(certificate).map_err(io::Error::other)?;
    let digest = Sha256::digest(read.subject_public_key_info().as_ref());
    Ok(digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
