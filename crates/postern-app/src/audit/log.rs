//! Verifying one log: every event's bytes, MAC and columns; the tree; the checkpoint.

use std::collections::BTreeMap;
use std::sync::Arc;

use postern_core::encoding::base64url;
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, StoreFault};
use postern_log::{Walk, open_checkpoint_of};

use super::acts::Acts;
use super::looked::{Looked, Said};
use super::report::{Finding, LogReport};
use super::used::Use;
use crate::app::App;
use crate::operator::Refused;

/// Events that are read at once.
const PAGE: usize = 1000;

/// Every record that the log is about, as its events have it.
#[derive(Default)]
pub(super) struct Objects {
    /// Versions so far.
    pub(super) versions: BTreeMap<Key, u64>,
    /// Versions of records whose first events are thinned, as far as they are.
    pub(super) thinned: BTreeMap<Key, u64>,
    /// Assertions that were used.
    pub(super) assertions: Vec<Use>,
    /// What applications did in the last hour.
    pub(super) acts: Acts,
}

impl App {
    pub(super) async fn verify_log(
        self: &Arc<Self>,
        tenant: TenantId,
        beside: usize,
        findings: &mut Vec<Finding>,
    ) -> Result<(LogReport, Objects), Refused> {
        let mut find = |object: String, what: String| findings.push(Finding { tenant, object, what });
        let unreadable = |fault: StoreFault| Refused(fault.to_string());
        let origin = self.origin(tenant);
        let note = self.store().checkpoint(tenant).await.map_err(unreadable)?;
        let key = self.verifier_key(tenant);
        let opened = note.as_deref().map(|note| open_checkpoint_of(&origin, note, &key)).transpose();
        let checkpoint = opened.unwrap_or_else(|fault| {
            find("checkpoint".to_owned(), fault.to_string());
            None
        });
        // The log's size now is how far it is walked: what comes later is for the next time.
        let head = self.store().head(tenant).await;
        let size = head.as_ref().map_or(u64::MAX, |head| head.frontier.size());
        let mut walk = Walk::new(checkpoint.iter().map(|checkpoint| checkpoint.size));
        let mut objects = Objects::default();
        let mut from = self.walk_thinned(tenant, &mut walk, &mut objects, &mut find).await?;
        let thinned = from;
        loop {
            // A store's answers may be ready at once: others want the thread too.
            tokio::task::yield_now().await;
            let mut page = self.store().events(tenant, from, PAGE, None).await.map_err(unreadable)?;
            let last = page.last().map(|last| last.index);
            page.retain(|event| event.index < size);
            for Looked { event, leaf, said } in self.looked(tenant, page, beside).await? {
                self.works.verifying.pass(1);
                let stepped = match leaf {
                    Some(leaf) => walk.step_over(event.index, leaf),
                    None => walk.step(event.index, &event.bytes),
                };
                if let Err(fault) = stepped {
                    find(format!("event {}", event.index), fault.to_string());
                }
                let wrong = match said {
                    Ok(Said { used, act }) => {
                        let gap = objects.follows(event.key, event.version);
                        objects.assertions.extend(used);
                        act.into_iter().for_each(|act| objects.acts.add(event.key, act));
                        gap
                    }
                    Err(what) => Some(what.to_owned()),
                };
                if let Some(what) = wrong {
                    find(format!("event {}", event.index), what);
                }
            }
            match last {
                Some(last) if last < size => from = last + 1,
                Some(_) | None => break,
            }
        }
        if let Some(Err(fault)) = checkpoint.as_ref().map(|checkpoint| walk.check(checkpoint)) {
            find("checkpoint".to_owned(), fault.to_string());
        }
        match head {
            Ok(head) if head.frontier == *walk.frontier() => {
                if let Some(what) = self.longer_than_its_head(tenant, size).await? {
                    find("log head".to_owned(), what);
                }
            }
            Ok(_) => find("log head".to_owned(), "it differs from the tree of the events".to_owned()),
            Err(fault) => find("log head".to_owned(), fault.to_string()),
        }
        for object in self.store().put_aside(tenant).await.map_err(unreadable)? {
            find(object.to_string(), "an event of it was put aside: it is not as it was written".to_owned());
        }
        let (events, root) = (walk.frontier().size(), base64url(&walk.frontier().root()));
        let checkpoint = checkpoint.map(|checkpoint| checkpoint.size);
        Ok((LogReport { tenant, events, thinned, root, checkpoint }, objects))
    }

    /// Walks over what is left of thinned events; the index after the last one.
    async fn walk_thinned(
        &self,
        tenant: TenantId,
        walk: &mut Walk,
        objects: &mut Objects,
        find: &mut impl FnMut(String, String),
    ) -> Result<u64, Refused> {
        let mut from = 0;
        loop {
            tokio::task::yield_now().await;
            let page = self.store().thinned(tenant, from, PAGE).await;
            let page = page.map_err(|fault| Refused(fault.to_string()))?;
            for event in &page {
                let name = || format!("event {}", event.index);
                match event.genuine(self.local().sealer()).map(|leaf| walk.step_over(event.index, leaf)) {
                    None => find(name(), "what is left of it has a wrong MAC".to_owned()),
                    Some(Err(fault)) => find(name(), fault.to_string()),
                    Some(Ok(())) => {}
                }
                if let Some(what) = objects.follows(event.key, event.version) {
                    find(name(), what);
                }
                objects.thinned.insert(event.key, event.version);
            }
            let Some(last) = page.last() else { return Ok(from) };
            from = last.index.saturating_add(1);
        }
    }

    /// Whether there are events that the head does not cover, though nothing was committed meanwhile.
    async fn longer_than_its_head(&self, tenant: TenantId, size: u64) -> Result<Option<String>, Refused> {
        let unreadable = |fault: StoreFault| Refused(fault.to_string());
        let later = self.store().events(tenant, size, 1, None).await.map_err(unreadable)?;
        let still = self.store().head(tenant).await.is_ok_and(|head| head.frontier.size() == size);
        Ok((!later.is_empty() && still).then(|| "it does not cover every event".to_owned()))
    }
}

impl Objects {
    /// Takes a record's next version; what is wrong if it is another one.
    fn follows(&mut self, key: Key, version: u64) -> Option<String> {
        let seen = self.versions.entry(key).or_default();
        let before = std::mem::replace(seen, version);
        (version != before + 1).then(|| format!("{key} has version {version} after {before}"))
    }
}
