//! The engine over HTTP: one agent that keeps its connection, a token that is read anew for every call.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use ureq::http::Uri;
use ureq::{Agent, Error, RequestBuilder};
use zeroize::Zeroizing;

use super::TransitFault;
use crate::Place;
use crate::key_file::KeyFileError;
use crate::remote::{self, RemoteFault, Trust};

/// How long a call may take in all.
const PATIENCE: Duration = Duration::from_secs(3);
/// The same where the engine makes an RSA key first, which takes it some seconds of a core. Nobody waits at a door for that.
const MAKING: Duration = Duration::from_secs(60);
/// The longest answer that is read, in bytes.
const LONGEST: u64 = 256 * 1024;

/// A transit engine, and the token that it is asked with. No `Debug`, no `Serialize`.
#[derive(Clone)]
pub struct Transit {
    url: String,
    token: Place,
    agent: Agent,
}

impl Transit {
    /// The engine at an address, as `https://bao.example:8200/v1/transit`. The token is the first line of a file
    /// that something else may renew. `authority` is whose certificates are believed: nobody else's are.
    ///
    /// # Errors
    /// [`TransitFault`]. Nothing was asked yet.
    pub fn new(url: &str, token: Place, authority: Option<PathBuf>) -> Result<Self, TransitFault> {
        let url = url.trim_end_matches('/').to_owned();
        is_encrypted(&url).ok_or_else(|| TransitFault::Address(url.clone()))?;
        let trust = Trust { authority, client: None };
        let agent = remote::agent(&url, &trust, PATIENCE).map_err(of_address)?;
        Ok(Self { url, token, agent })
    }

    /// Reads.
    pub(super) fn get(&self, does: &'static str, path: &str) -> Result<Value, TransitFault> {
        self.call(does, || Ok(self.with_token(self.agent.get(self.address(path)))?.call()))
    }

    /// Reads what the engine may have to make first.
    pub(super) fn get_made(&self, does: &'static str, path: &str) -> Result<Value, TransitFault> {
        let ask = self.agent.get(self.address(path)).config().timeout_global(Some(MAKING)).build();
        self.call(does, || Ok(self.with_token(ask)?.call()))
    }

    /// Asks for something, or has something done.
    pub(super) fn post(&self, does: &'static str, path: &str, body: &Value) -> Result<Value, TransitFault> {
        let body = Zeroizing::new(body.to_string());
        let ask = self.agent.post(self.address(path)).content_type("application/json");
        self.call(does, || Ok(self.with_token(ask)?.send(body.as_bytes())))
    }

    /// Takes a key away.
    pub(super) fn delete(&self, does: &'static str, path: &str) -> Result<(), TransitFault> {
        self.call(does, || Ok(self.with_token(self.agent.delete(self.address(path)))?.call())).map(drop)
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }

    fn with_token<B>(&self, ask: RequestBuilder<B>) -> Result<RequestBuilder<B>, TransitFault> {
        let line = self.token.first_line().map_err(KeyFileError::from)?;
        let text = std::str::from_utf8(&line).ok().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| TransitFault::NoToken { path: self.token.path().to_owned() })?;
        Ok(ask.header("X-Vault-Token", text))
    }

    /// What stands under `data` in the answer; nothing if there is no answer's body.
    fn call(
        &self,
        does: &'static str,
        ask: impl FnOnce() -> Result<Result<ureq::http::Response<ureq::Body>, Error>, TransitFault>,
    ) -> Result<Value, TransitFault> {
        let away = |fault: Error| TransitFault::Away(fault.to_string());
        let mut answer = ask()?.map_err(away)?;
        match answer.status().as_u16() {
            200..=299 => {}
            401 | 403 => return Err(TransitFault::Denied(does)),
            429 | 502..=504 | 472 | 473 => return Err(TransitFault::Sealed),
            status => return Err(TransitFault::Refused { does, status }),
        }
        let read = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
        let bytes = Zeroizing::new(read.map_err(away)?);
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        let mut answer: Value = serde_json::from_slice(&bytes).map_err(|_| TransitFault::Odd)?;
        Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
    }
}

impl TransitFault {
    /// Whether the same call may be answered when it is made once more, at once.
    pub(super) const fn may_pass(&self) -> bool {
        // The connection that was kept may be one of before a restart; a version may have been retired meanwhile.
        matches!(self, Self::Away(_) | Self::Refused { .. })
    }
}

/// Whether an address is one of HTTPS; `None` if it is no address that keys may go to.
fn is_encrypted(url: &str) -> Option<bool> {
    let whole = url.parse::<Uri>().ok()?.path().starts_with("/v1/");
    remote::is_encrypted(url).filter(|_| whole)
}

fn of_address(fault: RemoteFault) -> TransitFault {
    match fault {
        RemoteFault::NoAuthority { path } => {
            let unnamed = path == Path::new("ca_file");
            TransitFault::NoAuthority { path: if unnamed { "keys.transit.ca_file".into() } else { path } }
        }
        RemoteFault::File(fault) => KeyFileError::from(fault).into(),
        other => TransitFault::Address(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_over_the_network_encrypted_or_not_at_all() {
        for (url, expected) in [
            ("https://bao.example:8200/v1/transit", Some(true)),
            ("https://bao.example/v1/team/transit", Some(true)),
            ("http://127.0.0.1:8200/v1/transit", Some(false)),
            ("http://[::1]:8200/v1/transit", Some(false)),
            ("http://bao.example:8200/v1/transit", None),
            ("http://localhost.example/v1/transit", None),
            ("http://127.0.0.1@bao.example/v1/transit", None),
            ("https://user:word@bao.example/v1/transit", None),
            ("https://bao.example/transit", None),
            ("https://bao.example/v1/transit?x=1", None),
            ("ftp://127.0.0.1/v1/transit", None),
            ("", None),
        ] {
            assert_eq!(is_encrypted(url), expected, "{url}");
        }
    }
}
