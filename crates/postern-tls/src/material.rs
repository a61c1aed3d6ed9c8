//! Certificates and keys as PEM files have them.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// Why certificates or keys are of no use. Says which file, and nothing of what is in it.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// No certificate in a file that should have some.
    #[error("there is no certificate in the {0}")]
    NoCertificate(&'static str),
    /// No key.
    #[error("there is no private key in PEM in the key's file")]
    NoKey,
    /// Certificates that cannot be read as such.
    #[error("a certificate in the {0} cannot be read")]
    Unreadable(&'static str),
    /// The key is not the certificate's, or of a kind that is not known.
    #[error("certificate and key do not work together: {0}")]
    Mismatch(tokio_rustls::rustls::Error),
    /// The clients' authority is of no use.
    #[error("the clients' authority is of no use: {0}")]
    Authority(tokio_rustls::rustls::server::VerifierBuilderError),
    /// The library lacks what it should have.
    #[error("TLS cannot be set up: {0}")]
    Library(tokio_rustls::rustls::Error),
}

/// What a listener shows and asks for: the bytes of PEM files.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// Its certificate, and those up to the authority.
    pub certificate: &'a [u8],
    /// Its private key.
    pub key: &'a [u8],
    /// Whose certificates clients may show; they are not asked for one if absent.
    pub client_authority: Option<&'a [u8]>,
    /// Whether a client without a certificate is turned away in the handshake.
    pub require_client_certificate: bool,
}

/// HTTP/1.1 is what the server speaks.
const PROTOCOL: &[u8] = b"http/1.1";

impl Material<'_> {
    /// A server's settings.
    pub(crate) fn settings(&self) -> Result<ServerConfig, Fault> {
        let chain = certificates(self.certificate, "certificate's file")?;
        let key = PrivateKeyDer::from_pem_slice(self.key).map_err(|_| Fault::NoKey)?;
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(Fault::Library)?;
        let builder = match self.client_authority {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let roots = Arc::new(roots(authority, "clients' authority's file")?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
                let verifier =
                    if self.require_client_certificate { verifier } else { verifier.allow_unauthenticated() };
                builder.with_client_cert_verifier(verifier.build().map_err(Fault::Authority)?)
            }
        };
        let mut settings = builder.with_single_cert(chain, key).map_err(Fault::Mismatch)?;
        settings.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(settings)
    }
}

/// The one provider of algorithms.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The certificates of an authority.
pub(crate) fn roots(pem: &[u8], of: &'static str) -> Result<RootCertStore, Fault> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem, of)? {
        roots.add(certificate).map_err(|_| Fault::Unreadable(of))?;
    }
    Ok(roots)
}

pub(crate) fn certificates(pem: &[u8], of: &'static str) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let all = all.map_err(|_| Fault::Unreadable(of))?;
    if all.is_empty() { Err(Fault::NoCertificate(of)) } else { Ok(all) }
}
