//! Provers: registered, listed, taken out of use.

use postern_core::assurance::Level;
use postern_core::encoding::from_base64url;
use postern_core::ids::{ProverId, TenantId};
use postern_core::kernel::{Held, Key, Kind, Want};
use postern_core::prover::{self, Changed, Prover, ProverKey};
use postern_core::tenant::Tenant;
use serde_json::{Value, json};

use super::Operator;
use super::command::Refused;
use super::tenants::{checked_name, no_tenant};

impl Operator<'_> {
    /// Registers a prover's public key.
    ///
    /// # Errors
    /// [`Refused`]: nothing was registered.
    pub async fn add_prover(
        &self,
        tenant: TenantId,
        name: String,
        issuer: String,
        key: ProverKey,
        most: Level,
    ) -> Result<ProverId, Refused> {
        let (name, issuer) = (checked_name(&name)?, checked_name(&issuer)?);
        check_key(&key)?;
        let random = self.app.random().map_err(|problem| Refused(problem.told().0.to_owned()))?;
        let id = ProverId::new(random);
        let record = Key::of(Kind::Prover, tenant, id);
        let changed = Changed { active: true, issuer, key, most, name };
        self.decided(&[Want::Key(Key::tenant(tenant)), Want::Key(record)], move |view, draft| {
            let owner: Held<Tenant> = view.held(Key::tenant(tenant))?;
            if owner.state().is_none() || tenant == TenantId::SYSTEM {
                return Ok(Err(no_tenant(tenant)));
            }
            draft.rely(&owner);
            let _ = prover::change(view.held(record)?, changed.clone(), draft);
            Ok(Ok(id))
        })
        .await
    }

    /// A tenant's provers.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer.
    pub async fn provers(&self, tenant: TenantId) -> Result<Value, Refused> {
        let mut items = Vec::new();
        for (key, held) in self.list::<Prover>(Some(tenant), None, usize::MAX).await? {
            let Some(state) = held.state() else { continue };
            items.push(json!({
                "prover": ProverId::new(key.id),
                "name": state.name,
                "issuer": state.issuer,
                "key": state.key,
                "most": state.most,
                "active": state.active,
            }));
        }
        Ok(json!({ "items": items, "audience": self.app.origin(tenant) }))
    }

    /// Takes a prover out of use.
    ///
    /// # Errors
    /// [`Refused`] if there is none.
    pub async fn revoke_prover(&self, tenant: TenantId, id: ProverId) -> Result<Value, Refused> {
        let key = Key::of(Kind::Prover, tenant, id);
        self.decided(&[Want::Key(key)], move |view, draft| {
            let held: Held<Prover> = view.held(key)?;
            let Some(state) = held.state().cloned() else {
                let text =
                    format!("There is no prover {id}. `postern prover list` shows those that there are.");
                return Ok(Err(Refused(text)));
            };
            let Prover { name, issuer, key, most, .. } = state;
            let _ = prover::change(held, Changed { active: false, issuer, key, most, name }, draft);
            Ok(Ok(json!({ "prover": id, "active": false })))
        })
        .await
    }
}

/// An Ed25519 or a P-256 public key, by the length of its coordinates.
fn check_key(key: &ProverKey) -> Result<(), Refused> {
    let long = |text: &str| from_base64url(text).is_some_and(|bytes| bytes.len() == 32);
    let fits = match key.algorithm.as_str() {
        "EdDSA" => long(&key.x) && key.y.is_none(),
        "ES256" => long(&key.x) && key.y.as_deref().is_some_and(long),
        _ => false,
    };
    let text = "A prover's key is EdDSA (Ed25519, x) or ES256 (P-256, x and y), coordinates in base64url.";
    fits.then_some(()).ok_or_else(|| Refused(text.to_owned()))
}
