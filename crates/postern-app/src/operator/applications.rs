//! Applications: created, bound, listed.

use ipnet::IpNet;
use postern_core::Time;
use postern_core::application::{self, Application, Bound, Caps, Created, Grant, NewKey, Scope};
use postern_core::ids::{ApplicationId, TenantId};
use postern_core::kernel::{Held, Key, Kind, Want};
use postern_core::receipt::RESTRICTIONS;
use postern_core::tenant::{Tenant, Tier};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

use super::Operator;
use super::application_keys::{no_application, no_key};
use super::command::Refused;
use super::tenants::{checked_name, no_tenant};
use crate::authorise::{APPLICATION_USED, KEY_USED, key_dimension};

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
    /// Where its keys work.
    pub bound: Bound,
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
        let first = NewKey { secret, expires_at: None };
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
                Ok(application::make_key(held, first.clone(), keys.local(), draft)
                    .map_err(|no| no_key(no, id)))
            })
            .await?;
        Ok((id, token.text()))
    }

    /// Says anew where an application's keys work; what is absent stays.
    ///
    /// # Errors
    /// [`Refused`]: nothing was changed.
    pub async fn bind_application(
        &self,
        tenant: TenantId,
        id: ApplicationId,
        addresses: Option<Vec<IpNet>>,
        certificates: Option<Vec<String>>,
    ) -> Result<Value, Refused> {
        let key = Key::of(Kind::Application, tenant, id);
        self.decided(&[Want::Key(key)], move |view, draft| {
            let held: Held<Application> = view.held(key)?;
            let Some(state) = held.state() else { return Ok(Err(no_application(id))) };
            let changed = Created {
                addresses: addresses.clone().unwrap_or_else(|| state.bound.addresses.clone()),
                caps: state.caps,
                certificates: certificates.clone().unwrap_or_else(|| state.bound.certificates.clone()),
                enforces: state.enforces.clone(),
                grants: state.grants.clone(),
                name: state.name.clone(),
                trusted_backend: state.trusted_backend,
            };
            let answer = json!({
                "application": id, "addresses": &changed.addresses, "certificates": &changed.certificates,
            });
            let _ = application::change(held, changed, draft);
            Ok(Ok(answer))
        })
        .await
    }

    /// A tenant's applications.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer.
    pub async fn applications(&self, tenant: TenantId) -> Result<Value, Refused> {
        let before = self.last_used(tenant, APPLICATION_USED).await?;
        let used = self.last_used(tenant, KEY_USED).await?;
        let mut items = Vec::new();
        for (key, held) in self.list::<Application>(Some(tenant), None, usize::MAX).await? {
            let Some(state) = held.state() else { continue };
            let of_key = |number| used.get(&key_dimension(ApplicationId::new(key.id), number)).copied();
            let keys: Vec<Value> = state
                .keys
                .iter()
                .map(|key| {
                    json!({
                        "number": key.number,
                        "created_at": key.created_at,
                        "ends_at": state.end_of(key.number),
                        "last_used_in_the_hour_from": of_key(key.number),
                    })
                })
                .collect();
            let ever = (1..=state.keys_made).filter_map(of_key).chain(before.get(&key.id).copied()).max();
            items.push(json!({
                "application": ApplicationId::new(key.id),
                "name": state.name,
                "grants": state.grants,
                "enforces": state.enforces,
                "caps": state.caps,
                "trusted_backend": state.trusted_backend,
                "addresses": state.bound.addresses,
                "certificates": state.bound.certificates,
                "keys": keys,
                "last_used_in_the_hour_from": ever,
            }));
        }
        Ok(json!({ "items": items }))
    }

    /// The beginning of the hour in which each dimension of a sum was last added to.
    async fn last_used(
        &self,
        tenant: TenantId,
        measure: &'static str,
    ) -> Result<BTreeMap<[u8; 16], Time>, Refused> {
        let used = self.app.store().tallies(tenant, measure, 0).await;
        let mut last = BTreeMap::new();
        for tally in used.map_err(|fault| Refused(fault.to_string()))? {
            let hour = Time::from_millis(u64::from(tally.hour) * 3_600_000);
            last.entry(tally.dimension).and_modify(|at: &mut Time| *at = hour.max(*at)).or_insert(hour);
        }
        Ok(last)
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
    let Bound { addresses, certificates } = new.bound;
    let (caps, enforces, trusted_backend) = (new.caps, new.enforces, new.trusted_backend);
    Ok(Created { addresses, caps, certificates, enforces, grants, name, trusted_backend })
}
