//! Other hosts that keep something: an object store, or a host where `postern keep` runs.

use std::path::{Path, PathBuf};

use postern_log::WitnessKey;
use postern_outside::remote::{Client, HostSettings, S3Settings, Trust};
use serde::{Deserialize, Serialize};

use super::Source;
use crate::failure::Failure;

/// A bucket of an object store that speaks S3.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct S3 {
    /// Its address, without the bucket.
    pub(crate) endpoint: String,
    /// The bucket.
    pub(crate) bucket: String,
    /// The region that signatures name.
    #[serde(default = "region")]
    pub(crate) region: String,
    /// What every name begins with.
    #[serde(default)]
    pub(crate) prefix: String,
    /// The file with the access key's id and the secret, a line each.
    pub(crate) credentials_file: Source,
    /// The file with the certificate authority of its server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
}

/// A host where `postern keep` runs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Host {
    /// Its address.
    pub(crate) url: String,
    /// The file with the token that it is asked with.
    pub(crate) token_file: Source,
    /// The file with the certificate authority of its server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The certificate that it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<PathBuf>,
    /// The certificate's private key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<Source>,
}

/// Who else vouches for the logs.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Evidence {
    /// Who cosigns checkpoints.
    pub(crate) witnesses: Vec<Witness>,
}

/// Somebody who cosigns checkpoints.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Witness {
    /// Its address.
    pub(crate) url: String,
    /// Its verifier key.
    pub(crate) key: String,
    /// The file with the certificate authority of its server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl Witness {
    /// Whom its cosignatures open with.
    pub(crate) fn key(&self) -> Result<WitnessKey, Failure> {
        WitnessKey::parse(&self.key).map_err(|_| {
            Failure::Usage(format!(
                "{:?} is no verifier key of a witness: it looks like name+id+key, and its key is one of cosignature/v1",
                self.key
            ))
        })
    }
}

fn region() -> String {
    "us-east-1".to_owned()
}

impl S3 {
    /// Paths that are relative are so to `folder`.
    pub(super) fn within(&mut self, folder: &Path) {
        self.credentials_file.within(folder);
        self.ca_file.iter_mut().for_each(|path| *path = folder.join(&*path));
    }

    /// As it is asked.
    pub(crate) fn settings(&self) -> Result<S3Settings, Failure> {
        Ok(S3Settings {
            endpoint: self.endpoint.clone(),
            bucket: self.bucket.clone(),
            region: self.region.clone(),
            prefix: self.prefix.clone(),
            credentials: self.credentials_file.place()?,
            trust: Trust { authority: self.ca_file.clone(), client: None },
        })
    }
}

impl Host {
    /// Paths that are relative are so to `folder`.
    pub(super) fn within(&mut self, folder: &Path) {
        self.token_file.within(folder);
        self.key.iter_mut().for_each(|source| source.within(folder));
        for path in [&mut self.ca_file, &mut self.certificate].into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }

    /// As it is asked.
    pub(crate) fn settings(&self) -> Result<HostSettings, Failure> {
        let client = match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => {
                Some(Client { certificate: certificate.clone(), key: key.place()? })
            }
            (None, None) => None,
            _ => return Err(Failure::Usage("certificate and key of a host go together".to_owned())),
        };
        Ok(HostSettings {
            url: self.url.clone(),
            token: self.token_file.place()?,
            trust: Trust { authority: self.ca_file.clone(), client },
        })
    }
}
