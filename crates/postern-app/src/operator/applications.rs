//! Applications and their keys: created, listed, revoked.

use postern_core::Time;
use postern_core::application::{self, Application, Caps, Created, Grant, NoKey, Scope};
use postern_core::ids::{ApplicationId, TenantId};
use postern_core::kernel::{Held, Key, Kind, Want};
use postern_core::receipt::RESTRICTIONS;
use postern_core::tenant::{Tenant, Tier};
use serde_json::{Value, json};
use std::sync::Arc;
use zeroize::Zeroizing;

use super::Operator;
use super::command::Refused;
use super::tenants::{checked_name, no_tenant};
use crate::authorise::APPLICATION_USED;

/// An application to be created.
pub struct NewApplication {
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// To which tiers.
    pub tiers: Vec<Tier>,
    /// Restrictions that it enforces.
    pub enforces: Vec<String>,
    /// Caps per hour; none only in a demonstration.
    pub caps: Option<Caps>,
    /// Whether its bare word is taken; only in a demonstration.
    pub trusted_backend: bool,
}

impl Operator<'_> {
    /// Creates an application with its first key; the key's text is returned this once.
    ///
    /// # Errors
    /// [`Refused`]: nothing was created.
    pub async fn create_application(
        &self,
        tenant: TenantId,
        new: NewApplication,
    ) -> Result<(ApplicationId, Zeroizing<String>), Refused> {
        let created = created(new)?;
        let random = |problem: crate::Problem| Refused(problem.told().0.to_owned());
        let id = ApplicationId::new(self.app.random().map_err(random)?);
        let secret = Zeroizing::new(self.app.random::<20>().map_err(random)?);
        let key = Key::of(Kind::Application, tenant, id);
        let keys = Arc::clone(&self.app.ports.keys);
        let token = self
            .decided(&[Want::Key(Key::tenant(tenant)), Want::Key(key)], move |view, draft| {
                let owner: Held<Tenant> = view.held(Key::tenant(tenant))?;
                if owner.state().is_none() || tenant == TenantId::SYSTEM {
                    return Ok(Err(no_tenant(tenant)));
                }
                draft.rely(&owner);
                let held = application::create(view.held(key)?, created.clone(), draft);
                Ok(application::make_key(held, secret.clone(), keys.local(), draft).map_err(|_| two_keys()))
            })
            .await?;
        Ok((id, token.text()))
    }

    /// Makes another key.
    ///
    /// # Errors
    /// [`Refused`]: nothing was made.
    pub async fn create_key(
        &self,
        tenant: TenantId,
        id: ApplicationId,
    ) -> Result<Zeroizing<String>, Refused> {
        let secret = self.app.random::<20>().map_err(|problem| Refused(problem.told().0.to_owned()))?;
        let secret = Zeroizing::new(secret);
        let key = Key::of(Kind::Application, tenant, id);
        let keys = Arc::clone(&self.app.ports.keys);
        let token = self
            .decided(&[Want::Key(key)], move |view, draft| {
                let made = application::make_key(view.held(key)?, secret.clone(), keys.local(), draft);
                Ok(made.map_err(|no| match no {
                    NoKey::NoApplication => no_application(id),
                    NoKey::TwoLive => two_keys(),
                }))
            })
            .await?;
        Ok(token.text())
    }

    /// Revokes a key.
    ///
    /// # Errors
    /// [`Refused`] if it is not live.
    pub async fn revoke_key(
        &self,
        tenant: TenantId,
        id: ApplicationId,
        number: u32,
    ) -> Result<Value, Refused> {
        let key = Key::of(Kind::Application, tenant, id);
        self.decided(&[Want::Key(key)], move |view, draft| {
            let revoked = application::revoke_key(view.held(key)?, number, draft);
            let answer = json!({ "application": id, "revoked": number });
            Ok(revoked.then_some(answer).ok_or_else(|| {
                Refused(format!("{id} has no live key {number}. `postern application list` shows its keys."))
            }))
        })
        .await
    }

    /// A tenant's applications.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer.
    pub async fn applications(&self, tenant: TenantId) -> Result<Value, Refused> {
        let used = self.app.store().tallies(tenant, APPLICATION_USED, 0).await;
        let used = used.map_err(|fault| Refused(fault.to_string()))?;
        let last_used = |key: Key| {
            let hour = used.iter().filter(|tally| tally.dimension == key.id).map(|tally| tally.hour).max()?;
            Some(Time::from_millis(u64::from(hour) * 3_600_000))
        };
        let mut items = Vec::new();
        for (key, held) in self.list::<Application>(Some(tenant), None, usize::MAX).await? {
            let Some(state) = held.state() else { continue };
            let keys: Vec<Value> = state
                .keys
                .iter()
                .map(|key| json!({ "number": key.number, "created_at": key.created_at }))
                .collect();
            items.push(json!({
                "application": ApplicationId::new(key.id),
                "name": state.name,
                "grants": state.grants,
                "enforces": state.enforces,
                "caps": state.caps,
                "trusted_backend": state.trusted_backend,
                "keys": keys,
                "last_used_in_the_hour_from": last_used(key),
            }));
        }
        Ok(json!({ "items": items }))
    }
}

fn created(new: NewApplication) -> Result<Created, Refused> {
    let unknown = new.enforces.iter().find(|one| !RESTRICTIONS.contains(&one.as_str()));
    if let Some(unknown) = unknown {
        let known = RESTRICTIONS.join(", ");
        return Err(Refused(format!("There is no restriction {unknown:?}. This release knows: {known}.")));
    }
    let grants = new.scopes.iter().map(|scope| Grant { scope: *scope, tiers: new.tiers.clone() }).collect();
    let name = checked_name(&new.name)?;
    Ok(Created { caps: new.caps, enforces: new.enforces, grants, name, trusted_backend: new.trusted_backend })
}

fn no_application(id: ApplicationId) -> Refused {
    Refused(format!("There is no application {id}. `postern application list` shows those that there are."))
}

fn two_keys() -> Refused {
    Refused(
        "The application has two live keys. Revoke one first: `postern application key revoke`.".to_owned(),
    )
}
