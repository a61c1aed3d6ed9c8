//! What an installation is made with, and the configuration that says so.

use std::path::PathBuf;

use clap::Args;
use toml::Value;

use super::Keeper;
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
    #[command(flatten)]
    pub(crate) keeper: Keeper,
}

impl Init {
    /// The reference with what was asked for.
    pub(crate) fn configuration(&self) -> Result<String, Failure> {
        let mut text = set(REFERENCE, "name", Value::from(self.name.as_str()));
        if let Some(url) = &self.postgres {
            text = set(&text, "postgres", Value::from(url.as_str()));
        }
        for (name, value) in self.keeper.settings()? {
            text = set(&text, name, value);
        }
        Ok(text)
    }
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
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    #[test]
    fn everything_that_is_asked_for_stands_in_the_configuration() {
        let init = Init {
            folder: "x".into(),
            name: "postern.example".to_owned(),
            postgres: Some("host=/run/postgresql".to_owned()),
            keeper: Keeper {
                seal: Some("/secret/passphrase".into()),
                token: Some("a \"token\"".to_owned()),
                module: Some("/module.so".into()),
                pin_file: Some("/secret/pin".into()),
                transit: Some("https://bao.example/v1/transit".to_owned()),
                token_file: Some("/secret/token".into()),
                ca_file: Some("/ca.pem".into()),
            },
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
