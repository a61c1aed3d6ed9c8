//! A witness over HTTP (C2SP tlog-witness): `POST /add-checkpoint`.

use std::time::Duration;

use postern_core::ports::{Witness, WitnessFault, Witnessed};
use postern_log::WitnessKey;
use ureq::Agent;

use super::RemoteFault;
use super::ask::{self, Answer, Trust};

/// A witness.
pub struct HttpWitness {
    url: String,
    key: WitnessKey,
    agent: Agent,
}

impl HttpWitness {
    /// The witness at an address, whose cosignatures open with a key; one request takes at most `patience`.
    ///
    /// # Errors
    /// [`RemoteFault`]
    pub fn new(url: &str, key: WitnessKey, trust: &Trust, patience: Duration) -> Result<Self, RemoteFault> {
        let url = url.trim_end_matches('/').to_owned();
        let agent = ask::agent(&url, trust, patience)?;
        Ok(Self { url, key, agent })
    }
}

impl Witness for HttpWitness {
    fn key(&self) -> &WitnessKey {
        &self.key
    }

    fn add(&self, body: &str) -> Result<Witnessed, WitnessFault> {
        let asked = self.agent.post(format!("{}/add-checkpoint", self.url)).send(body.as_bytes());
        let answer = Answer::of(asked).map_err(|fault| WitnessFault(fault.to_string()))?;
        let text = || {
            String::from_utf8(answer.body.clone()).map_err(|_| WitnessFault("its answer is no text".into()))
        };
        match answer.status {
            200 => Ok(Witnessed::Cosigned(text()?)),
            409 => {
                let size = text()?.trim().parse().map_err(|_| WitnessFault("it names no size".into()))?;
                Ok(Witnessed::Knows(size))
            }
            422 => Ok(Witnessed::OtherHistory),
            403 => Err(WitnessFault(
                "it does not take this log's signature: give it the log's verifier key".into(),
            )),
            404 => Err(WitnessFault("it does not know this log: give it the log's verifier key".into())),
            _ => Err(WitnessFault(answer.fault().to_string())),
        }
    }
}
