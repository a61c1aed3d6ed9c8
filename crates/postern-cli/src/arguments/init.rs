//! What an installation is made with, and the configuration that says so.

use std::path::{Path, PathBuf};

use clap::Args;
use toml::Value;

use crate::config::REFERENCE;
use crate::failure::Failure;

#[derive(Args)]
pub(crate) struct Init {
    /// Folder to make everything in
    pub(crate) folder: PathBuf,
    /// The installation's name in receipts and checkpoints: a host name, with a path if it needs one
    #[arg(long, default_value = "localhost")]
    pub(crate) name: String,
    /// An empty PostgreSQL database in place of the data folder, as a connection string
    #[arg(long)]
    pub(crate) postgres: Option<String>,
    /// Seals the key file with the passphrase that is the first line of this file
    #[arg(long, value_name = "PASSPHRASE_FILE", conflicts_with = "token")]
    pub(crate) seal: Option<PathBuf>,
    /// Makes the keys in the token with this label; the key file then has only those that are in no token
    #[arg(long, value_name = "LABEL", requires_all = ["module", "pin_file"])]
    pub(crate) token: Option<String>,
    /// The token's PKCS#11 module
    #[arg(long, requires = "token")]
    pub(crate) module: Option<PathBuf>,
    /// File whose first line is the PIN of the token's user
    #[arg(long, requires = "token")]
    pub(crate) pin_file: Option<PathBuf>,
    /// Makes the keys in this transit engine of OpenBao or Vault, as https://bao.example:8200/v1/transit
    #[arg(long, value_name = "URL", requires = "token_file", conflicts_with_all = ["seal", "token"])]
    pub(crate) transit: Option<String>,
    /// File whose first line is the engine's token
    #[arg(long, requires = "transit")]
    pub(crate) token_file: Option<PathBuf>,
    /// File with the certificate authority of the engine's server
    #[arg(long, requires = "transit")]
    pub(crate) ca_file: Option<PathBuf>,
}

impl Init {
    /// The reference with what was asked for.
    pub(crate) fn configuration(&self) -> Result<String, Failure> {
        let mut text = set(REFERENCE, "name", Value::from(self.name.as_str()));
        if let Some(url) = &self.postgres {
            text = set(&text, "postgres", Value::from(url.as_str()));
        }
        if let Some(path) = &self.seal {
            text = set(&text, "passphrase_file", absolute(path)?);
        }
        if let (Some(token), Some(module), Some(pin)) = (&self.token, &self.module, &self.pin_file) {
            let members = [
                ("module", absolute(module)?),
                ("token", Value::from(token.as_str())),
                ("pin_file", absolute(pin)?),
            ];
            let members = members.map(|(name, value)| format!("{name} = {value}")).join(", ");
            text = set(&text, "pkcs11", format!("{{ {members} }}"));
        }
        if let (Some(url), Some(token)) = (&self.transit, &self.token_file) {
            let authority = self.ca_file.as_deref().map(absolute).transpose()?;
            let mut members = vec![
                format!("url = {}", Value::from(url.as_str())),
                format!("token_file = {}", absolute(token)?),
            ];
            members.extend(authority.map(|path| format!("ca_file = {path}")));
            text = set(&text, "transit", format!("{{ {} }}", members.join(", ")));
        }
        Ok(text)
    }
}

/// A path of the command line: one of a configuration is relative to the configuration's folder.
fn absolute(path: &Path) -> Result<Value, Failure> {
    let path = std::path::absolute(path).map_err(Failure::refused)?;
    Ok(Value::from(path.to_string_lossy().into_owned()))
}

/// Gives a setting its value, also one whose line is a comment in the reference.
fn set(text: &str, name: &str, value: impl std::fmt::Display) -> String {
    let is_its = |line: &str| line.strip_prefix("# ").unwrap_or(line).starts_with(&format!("{name} = "));
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if let Some(line) = lines.iter_mut().find(|line| is_its(line)) {
        *line = format!("{name} = {value}");
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn everything_that_is_asked_for_stands_in_the_configuration() {
        let init = Init {
            folder: "x".into(),
            name: "postern.example".to_owned(),
            postgres: Some("host=/run/postgresql".to_owned()),
            seal: Some("/secret/passphrase".into()),
            token: Some("a \"token\"".to_owned()),
            module: Some("/module.so".into()),
            pin_file: Some("/secret/pin".into()),
            transit: Some("https://bao.example/v1/transit".to_owned()),
            token_file: Some("/secret/token".into()),
            ca_file: Some("/ca.pem".into()),
        };
        let config: Config = toml::from_str(&init.configuration().unwrap()).unwrap();
        assert_eq!(config.installation.name, "postern.example");
        assert_eq!(config.store.postgres.as_deref(), Some("host=/run/postgresql"));
        assert_eq!(config.keys.passphrase_file.unwrap().path(), Some(Path::new("/secret/passphrase")));
        let pkcs11 = config.keys.pkcs11.unwrap();
        assert_eq!((pkcs11.token.as_str(), pkcs11.module), ("a \"token\"", "/module.so".into()));
        assert_eq!(pkcs11.pin_file.path(), Some(Path::new("/secret/pin")));
        let transit = config.keys.transit.unwrap();
        assert_eq!(
            (transit.url.as_str(), transit.ca_file),
            ("https://bao.example/v1/transit", Some("/ca.pem".into()))
        );
        assert_eq!(transit.token_file.path(), Some(Path::new("/secret/token")));
    }
}
