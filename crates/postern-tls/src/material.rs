//! Certificates and keys as PEM files have them.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
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
    /// No list, or one that cannot be read.
    #[error("there is no certificate revocation list in PEM in the list's file")]
    NoRevocations,
    /// The clients' authority, or its list of revoked certificates, is of no use.
    #[error("the clients' authority or its revocation list is of no use: {0}")]
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
    /// Which of them are revoked: the lists of that authority and of those between. While a list is too old
    /// (`nextUpdate`), or says nothing of who signed a certificate, that certificate is not accepted.
    pub client_revocations: Option<&'a [u8]>,
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
            Some(authority) => builder.with_client_cert_verifier(self.clients(authority)?),
        };
        let mut settings = builder.with_single_cert(chain, key).map_err(Fault::Mismatch)?;
        settings.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(settings)
    }

    /// Whose certificates are accepted.
    fn clients(&self, authority: &[u8]) -> Result<Arc<dyn ClientCertVerifier>, Fault> {
        let roots = Arc::new(roots(authority, "clients' authority's file")?);
        let mut verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
        if let Some(pem) = self.client_revocations {
            verifier = verifier.with_crls(revocations(pem)?).enforce_revocation_expiration();
        }
        if !self.require_client_certificate {
            verifier = verifier.allow_unauthenticated();
        }
        verifier.build().map_err(Fault::Authority)
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

fn revocations(pem: &[u8]) -> Result<Vec<CertificateRevocationListDer<'static>>, Fault> {
    let all: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(pem).collect();
    all.ok().filter(|lists| !lists.is_empty()).ok_or(Fault::NoRevocations)
}
