//! What keeps keys: nothing but a file's mode, a passphrase, a token or a transit engine.

use std::path::{Path, PathBuf};

use clap::Args;
use toml::Value;

use crate::failure::Failure;

#[derive(Args)]
pub(crate) struct Keeper {
    /// Seals the key file with the passphrase that is the first line of this file
    #[arg(long, value_name = "PASSPHRASE_FILE", conflicts_with = "token")]
    pub(crate) seal: Option<PathBuf>,
    /// Keeps the keys in the token with this label; the key file then has only those that are in no token
    #[arg(long, value_name = "LABEL", requires_all = ["module", "pin_file"])]
    pub(crate) token: Option<String>,
    /// The token's PKCS#11 module
    #[arg(long, requires = "token")]
    pub(crate) module: Option<PathBuf>,
    /// File whose first line is the PIN of the token's user
    #[arg(long, requires = "token")]
    pub(crate) pin_file: Option<PathBuf>,
    /// Keeps the keys in this transit engine of OpenBao or Vault, as https://bao.example:8200/v1/transit
    #[arg(long, value_name = "URL", requires = "token_file", conflicts_with_all = ["seal", "token"])]
    pub(crate) transit: Option<String>,
    /// File whose first line is the engine's token
    #[arg(long, requires = "transit")]
    pub(crate) token_file: Option<PathBuf>,
    /// File with the certificate authority of the engine's server
    #[arg(long, requires = "transit")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl Keeper {
    /// The settings in the section `[keys]` that say so, beside the key file's.
    pub(crate) fn settings(&self) -> Result<Vec<(&'static str, String)>, Failure> {
        let mut settings = Vec::new();
        if let Some(path) = &self.seal {
            settings.push(("passphrase_file", absolute(path)?.to_string()));
        }
        if let (Some(token), Some(module), Some(pin)) = (&self.token, &self.module, &self.pin_file) {
            let members = [
                ("module", absolute(module)?),
                ("token", Value::from(token.as_str())),
                ("pin_file", absolute(pin)?),
            ];
            let members = members.map(|(name, value)| format!("{name} = {value}")).join(", ");
            settings.push(("pkcs11", format!("{{ {members} }}")));
        }
        if let (Some(url), Some(token)) = (&self.transit, &self.token_file) {
            let authority = self.ca_file.as_deref().map(absolute).transpose()?;
            let mut members = vec![
                format!("url = {}", Value::from(url.as_str())),
                format!("token_file = {}", absolute(token)?),
            ];
            members.extend(authority.map(|path| format!("ca_file = {path}")));
            settings.push(("transit", format!("{{ {} }}", members.join(", "))));
        }
        Ok(settings)
    }
}

/// A path of the command line: one of a configuration is relative to the configuration's folder.
pub(crate) fn absolute(path: &Path) -> Result<Value, Failure> {
    let path = std::path::absolute(path).map_err(Failure::refused)?;
    Ok(Value::from(path.to_string_lossy().into_owned()))
}
