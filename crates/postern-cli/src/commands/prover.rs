//! `postern prover`: provers and their public keys.

use std::path::Path;

use postern_app::operator::Command;
use postern_core::assurance::Level;
use postern_core::ids::ProverId;
use postern_core::prover::ProverKey;
use serde_json::Value;

use super::operate::{id, operate, word};
use crate::arguments::ProverCommand;
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(command: ProverCommand, json: bool) -> Result<(), Failure> {
    let answer = match command {
        ProverCommand::Add { name, tenant, issuer, key, most, configured } => {
            let (key, most) = (public_key(&key)?, word::<Level>("level", &most)?);
            operate(&configured, Command::ProverAdd { tenant: id(&tenant)?, name, issuer, key, most }).await?
        }
        ProverCommand::List { tenant, configured } => {
            operate(&configured, Command::ProverList { tenant: id(&tenant)? }).await?
        }
        ProverCommand::Revoke { prover, tenant, configured } => {
            let prover: ProverId = id(&prover)?;
            operate(&configured, Command::ProverRevoke { tenant: id(&tenant)?, prover }).await?
        }
    };
    output::answer(&answer, json);
    Ok(())
}

/// Reads a public JSON Web Key.
fn public_key(path: &Path) -> Result<ProverKey, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|fault| Failure::Usage(format!("{} could not be read: {fault}", path.display())))?;
    let key: Value = serde_json::from_str(&text)
        .map_err(|fault| Failure::Usage(format!("{} is not a JSON Web Key: {fault}", path.display())))?;
    let member = |name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    if key.get("d").is_some() {
        return Err(Failure::Usage(format!(
            "{} holds a private key. Give the public one, without \"d\"",
            path.display()
        )));
    }
    let algorithm = match (member("kty").as_deref(), member("crv").as_deref()) {
        (Some("OKP"), Some("Ed25519")) => "EdDSA",
        (Some("EC"), Some("P-256")) => "ES256",
        _ => return Err(Failure::Usage("a prover's key is OKP Ed25519 or EC P-256".to_owned())),
    };
    let x = member("x").ok_or_else(|| Failure::Usage("the key has no member x".to_owned()))?;
    Ok(ProverKey { algorithm: algorithm.to_owned(), x, y: member("y") })
}
