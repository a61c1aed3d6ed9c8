//! A second host where `postern keep` runs: the anchor as one resource, bundles as resources that are written once.

use std::time::Duration;

use postern_core::ports::{Cell, CellFault, CellValue, Place as Shipped, PlaceFault, Put};
use ureq::{Agent, RequestBuilder};

use super::RemoteFault;
use super::ask::{self, Answer, Trust, check_name, condition, place};
use super::names::Names;
use crate::Place;

/// Where a second host is, and who asks.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// Its address, as `https://second.example:7443`.
    pub url: String,
    /// The first line is the token.
    pub token: Place,
    /// Whom it must be, and what it is shown.
    pub trust: Trust,
}

/// A second host. No `Debug`, no `Serialize`.
pub struct SecondHost {
    url: String,
    token: Place,
    agent: Agent,
}

impl SecondHost {
    /// A host; one request takes at most `patience`. Nothing is asked yet.
    ///
    /// # Errors
    /// [`RemoteFault`]
    pub fn new(settings: HostSettings, patience: Duration) -> Result<Self, RemoteFault> {
        let HostSettings { url, token, trust } = settings;
        let url = url.trim_end_matches('/').to_owned();
        let agent = ask::agent(&url, &trust, patience)?;
        Ok(Self { url, token, agent })
    }

    fn address(&self, path: &str) -> Result<String, CellFault> {
        check_name(path).map_err(|fault| CellFault::Denied(fault.to_string()))?;
        Ok(format!("{}/{path}", self.url))
    }

    fn with_token<B>(&self, ask: RequestBuilder<B>) -> Result<RequestBuilder<B>, CellFault> {
        let token = ask::line(&self.token)?;
        let header = zeroize::Zeroizing::new(format!("Bearer {}", token.as_str()));
        Ok(ask.header("authorization", header.as_str()))
    }

    fn fetch(&self, path: &str) -> Result<Answer, CellFault> {
        Answer::of(self.with_token(self.agent.get(self.address(path)?))?.call())
    }

    fn store(&self, path: &str, bytes: &[u8], condition: (&str, &str)) -> Result<Answer, CellFault> {
        let ask = self.agent.put(self.address(path)?).header(condition.0, condition.1);
        Answer::of(self.with_token(ask)?.send(bytes))
    }

    /// Every name under a path, page by page.
    fn found(&self, under: &str) -> Result<Vec<String>, CellFault> {
        let mut names = Names::under(under);
        while let Some(query) = names.next_query()? {
            let address = format!("{}/bundles?{query}", self.url);
            let answer = Answer::of(self.with_token(self.agent.get(address))?.call())?;
            if answer.status != 200 {
                return Err(answer.fault());
            }
            names.take(&answer.body)?;
        }
        Ok(names.all())
    }
}

impl Shipped for SecondHost {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<Put, PlaceFault> {
        let answer = self.store(&format!("bundles/{name}"), bytes, condition(None)).map_err(place)?;
        match answer.status {
            200..=299 => Ok(Put::Kept),
            412 => Ok(Put::WasThere),
            _ => Err(place(answer.fault())),
        }
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceFault> {
        let answer = self.fetch(&format!("bundles/{name}")).map_err(place)?;
        match answer.status {
            200 => Ok(Some(answer.body)),
            404 => Ok(None),
            _ => Err(place(answer.fault())),
        }
    }

    fn list(&self, under: &str) -> Result<Vec<String>, PlaceFault> {
        self.found(under).map_err(place)
    }

    /// It gives nothing up, and removes by itself what is too old.
    fn remove(&self, _: &str) -> Result<(), PlaceFault> {
        Ok(())
    }

    fn gives_up(&self) -> bool {
        false
    }
}

/// The anchor on a second host.
pub struct HostCell {
    host: SecondHost,
    path: String,
}

impl HostCell {
    /// The anchor of a name.
    ///
    /// # Errors
    /// [`RemoteFault::Name`]
    pub fn new(host: SecondHost, name: &str) -> Result<Self, RemoteFault> {
        let path = format!("anchors/{name}");
        check_name(&path)?;
        Ok(Self { host, path })
    }
}

impl Cell for HostCell {
    fn place(&self) -> String {
        format!("{}/{}", self.host.url, self.path)
    }

    fn read(&self) -> Result<Option<CellValue>, CellFault> {
        self.host.fetch(&self.path)?.cell()
    }

    fn swap(&self, from: Option<&CellValue>, to: &[u8]) -> Result<bool, CellFault> {
        let answer = self.host.store(&self.path, to, condition(from))?;
        match answer.status {
            200..=299 => Ok(true),
            412 => Ok(false),
            409 => Err(CellFault::Kept(
                "the second host keeps its anchor, which the new one would set back. If events are lost and you resolve that, let it there: docs/operations/another-host.md says how".to_owned(),
            )),
            _ => Err(answer.fault()),
        }
    }
}
