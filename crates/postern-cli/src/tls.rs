//! The listener's certificate and key, and what it asks of clients: read from their files, and read again when these change.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postern_server::Metrics;
use postern_tls::{Listening, Material};
use tokio::signal::unix::Signal;
use zeroize::Zeroizing;

use crate::config::Tls;
use crate::failure::Failure;

/// The bytes of the files.
#[derive(PartialEq)]
struct Files {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    authority: Option<Vec<u8>>,
    revocations: Option<Vec<u8>>,
}

/// A listener's TLS, and what it was made from.
pub(crate) struct Kept {
    config: Tls,
    files: Files,
    pub(crate) listening: Arc<Listening>,
}

/// How often the files are looked at.
const LOOKS: Duration = Duration::from_secs(10);

/// The longest file, in bytes.
const MOST: u64 = 1024 * 1024;

impl Kept {
    /// Reads the files.
    pub(crate) fn read(config: &Tls) -> Result<Self, Failure> {
        let files = Files::read(config)?;
        let listening = Listening::new(&files.material(config)).map_err(Failure::refused)?;
        Ok(Self { config: config.clone(), files, listening: Arc::new(listening) })
    }

    /// Looks at the files now and then, and when the process is told to (SIGHUP). What is of no use is said and
    /// counted once, and what was before stays.
    pub(crate) async fn watch(mut self, mut told: Signal, metrics: Arc<Metrics>) {
        let mut refused = None;
        loop {
            let asked = tokio::select! { () = tokio::time::sleep(LOOKS) => false, _ = told.recv() => true };
            let now = Files::read(&self.config);
            match now {
                Ok(files) if files == self.files && !asked => refused = None,
                Ok(files) => match self.listening.replace(&files.material(&self.config)) {
                    Ok(()) => {
                        tracing::info!("the listener's certificate was read anew");
                        (self.files, refused) = (files, None);
                    }
                    Err(fault) => say(&mut refused, &fault.to_string(), asked, &metrics),
                },
                Err(fault) => say(&mut refused, &fault.to_string(), asked, &metrics),
            }
        }
    }
}

/// Says and counts a fault, if it is not the one that was said last.
fn say(before: &mut Option<String>, fault: &str, asked: bool, metrics: &Metrics) {
    if asked || before.as_deref() != Some(fault) {
        tracing::error!(fault, "the listener's new certificate is of no use; the one before stays");
        metrics.certificate_refused();
        *before = Some(fault.to_owned());
    }
}

impl Files {
    fn read(config: &Tls) -> Result<Self, Failure> {
        let key = config.key.place()?;
        let mode = std::fs::metadata(key.path()).map_err(|fault| unread(key.path(), &fault))?.mode();
        if mode & 0o007 != 0 {
            let shown = key.path().display();
            return Err(Failure::refused(format!(
                "everybody on this machine may read {shown}. chmod 0600 {shown}"
            )));
        }
        Ok(Self {
            certificate: bytes(&config.certificate)?,
            key: Zeroizing::new(bytes(key.path())?),
            authority: config.client_authority.as_deref().map(bytes).transpose()?,
            revocations: config.client_revocations.as_deref().map(bytes).transpose()?,
        })
    }

    fn material(&self, config: &Tls) -> Material<'_> {
        Material {
            certificate: &self.certificate,
            key: &self.key,
            client_authority: self.authority.as_deref(),
            client_revocations: self.revocations.as_deref(),
            require_client_certificate: config.require_client_certificate,
        }
    }
}

/// A whole file of PEM.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let length = std::fs::metadata(path).map_err(|fault| unread(path, &fault))?.len();
    if length > MOST {
        return Err(Failure::refused(format!("{} is too long to be a file of certificates", path.display())));
    }
    std::fs::read(path).map_err(|fault| unread(path, &fault))
}

fn unread(path: &Path, fault: &std::io::Error) -> Failure {
    Failure::refused(format!("{} could not be read: {fault}", path.display()))
}
