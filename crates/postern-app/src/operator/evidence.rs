//! Evidence for others: proofs, and a log's checkpoint and entries. Read only.

use postern_core::encoding::base64url;
use postern_core::ids::TenantId;
use postern_core::kernel::EventHead;
use postern_log::TILE_WIDTH;
use serde_json::{Value, json};

use super::Operator;
use super::command::Refused;
use super::tenants::no_tenant;
use crate::Problem;
use crate::tree::{EventName, Most};

impl Operator<'_> {
    /// The proof that an event is in its log: `{event, index, proof, verifier_key}`.
    ///
    /// # Errors
    /// [`Refused`] if there is no such event, or it is not as it was written.
    pub async fn prove(&self, tenant: TenantId, event: &str) -> Result<Value, Refused> {
        self.app.running().map_err(refused)?;
        let name = EventName::parse(event).ok_or_else(no_name)?;
        let proof = self.app.prove(tenant, name, Most::OPERATOR).await.map_err(|problem| match problem {
            Problem::NotFound => Refused(format!("The log of {tenant} has no event {event}.")),
            other => refused(other),
        })?;
        let id = EventHead::read(&proof.event).map_err(|fault| Refused(fault.to_string()))?.id;
        let (index, text) = (proof.index, proof.to_string());
        Ok(
            json!({ "event": id, "index": index, "proof": text, "verifier_key": self.app.verifier_key(tenant) }),
        )
    }

    /// The newest checkpoint of a log that a witness cosigned, or of the log as it is now if none did: `{checkpoint, size, verifier_key}`.
    ///
    /// # Errors
    /// [`Refused`] if there is no such log, or the store does not answer.
    pub async fn checkpoint(&self, tenant: TenantId) -> Result<Value, Refused> {
        self.app.running().map_err(refused)?;
        let head = self.app.store().head(tenant).await.map_err(|fault| Refused(fault.to_string()))?;
        if head.frontier.size() == 0 {
            return Err(no_tenant(tenant));
        }
        let key = self.app.verifier_key(tenant);
        // One that a witness has seen is worth more than one that is a second newer.
        let kept = self.app.store().checkpoint(tenant).await.map_err(|fault| Refused(fault.to_string()))?;
        let seen = kept.filter(|note| postern_log::is_cosigned(note));
        if let Some((note, seen)) =
            seen.and_then(|note| postern_log::open_checkpoint(&note, &key).ok().map(|seen| (note, seen)))
        {
            return Ok(json!({ "checkpoint": note, "size": seen.size, "verifier_key": key }));
        }
        let (note, head) = self.app.sign_checkpoint(tenant).await.map_err(refused)?;
        Ok(json!({ "checkpoint": note, "size": head.size(), "verifier_key": key }))
    }

    /// Events as they are in the log, at most a bundle of them: `{entries}`, or of thinned ones `{leaves}`, hashes in
    /// base64url one behind the other.
    ///
    /// # Errors
    /// [`Refused`] if they are not all there as they were written.
    pub async fn entries(&self, tenant: TenantId, from: u64, count: u64) -> Result<Value, Refused> {
        self.app.running().map_err(refused)?;
        let range = from..from.saturating_add(count.min(TILE_WIDTH));
        let events = match self.app.entries(tenant, range.clone()).await {
            Err(Problem::NoLongerKept) => {
                let leaves = self.app.thinned_leaves(tenant, range).await.map_err(refused)?;
                return Ok(json!({ "leaves": base64url(leaves.as_flattened()) }));
            }
            events => events.map_err(refused)?,
        };
        let entries = events.into_iter().map(|event| String::from_utf8(event.bytes));
        let entries: Vec<String> =
            entries.collect::<Result<_, _>>().map_err(|fault| Refused(fault.to_string()))?;
        Ok(json!({ "entries": entries }))
    }
}

fn no_name() -> Refused {
    Refused("An event is named by its evt_… id or by its index in the log.".to_owned())
}

fn refused(problem: Problem) -> Refused {
    match problem {
        Problem::Unavailable => Refused(
            "The log could not be read, or is not as it was written: see what the service logged, and run `postern audit verify`.".to_owned(),
        ),
        other => Refused(other.told().0.to_owned()),
    }
}
