//! What `issue`, `redeem` and `rehearse` share: they are HTTP clients, so no operator's way yields a code.

use std::path::Path;

use postern_core::Time;
use postern_core::encoding::base32;
use postern_core::ports::{Clock as _, Entropy as _};
use postern_outside::clock::SystemClock;
use postern_outside::entropy::SystemEntropy;
use postern_tls::Connecting;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::arguments::Remote;
use crate::client::Service;
use crate::failure::Failure;
use crate::prompt;

/// The service with the application's key: from a file, the environment, or a prompt.
pub(super) fn service(remote: &Remote) -> Result<Service, Failure> {
    let key = application_key(remote.key_file.as_deref())?;
    let key = key.map_or_else(|| prompt::secret("Application key"), Ok)?;
    service_at(&remote.url, remote.authority.as_deref(), key)
}

/// The application's key, if a file or the environment has it.
pub(super) fn application_key(file: Option<&Path>) -> Result<Option<Zeroizing<String>>, Failure> {
    let Some(path) = file else { return Ok(from_environment()) };
    let text = std::fs::read_to_string(path)
        .map_err(|fault| Failure::Usage(format!("{} could not be read: {fault}", path.display())))?;
    Ok(Some(Zeroizing::new(Zeroizing::new(text).trim().to_owned())))
}

/// The service at an address.
pub(super) fn service_at(
    url: &str,
    authority: Option<&Path>,
    key: Zeroizing<String>,
) -> Result<Service, Failure> {
    let authority = authority.map(crate::tls::bytes).transpose()?;
    let tls = authority.as_deref().map(Connecting::new).transpose().map_err(Failure::refused)?;
    Service::new(url, key, tls)
}

#[expect(clippy::disallowed_methods, reason = "this crate is where the environment is read")]
fn from_environment() -> Option<Zeroizing<String>> {
    std::env::var("POSTERN_APPLICATION_KEY").ok().map(Zeroizing::new)
}

/// How the holder was known: members to add to a body, under the names that the route gives them.
pub(super) fn proof(remote: &Remote) -> Result<Option<Proof>, Failure> {
    if let Some(path) = &remote.assertion {
        let text = std::fs::read_to_string(path)
            .map_err(|fault| Failure::Usage(format!("{} could not be read: {fault}", path.display())))?;
        return Ok(Some(Proof::Assertion(text.trim().to_owned())));
    }
    let Some(assurance) = &remote.assurance else { return Ok(None) };
    let (level, method) = assurance
        .split_once(':')
        .ok_or_else(|| Failure::Usage("--assurance is LEVEL:METHOD, such as aal2:otp".to_owned()))?;
    Ok(Some(Proof::Bare(json!({ "level": level, "method": method, "at": now() }))))
}

/// How the holder was known.
pub(super) enum Proof {
    Assertion(String),
    Bare(Value),
}

/// `sub_…`, or an external id.
pub(super) fn subject(text: &str) -> Value {
    match postern_core::ids::SubjectId::parse(text) {
        Some(id) => Value::from(id.to_string()),
        None => json!({ "external_id": text }),
    }
}

/// A fresh idempotency key or login transaction.
pub(super) fn fresh() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    SystemEntropy.fill(&mut bytes).map_err(Failure::refused)?;
    Ok(base32(&bytes))
}

fn now() -> Time {
    SystemClock.now()
}
