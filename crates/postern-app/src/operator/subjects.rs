//! Subjects as an operator sees them, and revoking.

use postern_core::ids::{SetId, SubjectId, TenantId};
use postern_core::kernel::{Held, Key, Kind, Want};
use postern_core::subject::fact::RevokeReason;
use postern_core::subject::{self, Revoke, Revoked, Subject};
use postern_core::tenant::Tenant;
use serde_json::{Value, json};

use super::Operator;
use super::command::Refused;
use crate::request::SubjectName;
use crate::subjects::SubjectView;

impl Operator<'_> {
    /// One subject: sets and budgets, never a code.
    ///
    /// # Errors
    /// [`Refused`] if there is none.
    pub async fn show_subject(&self, tenant: TenantId, name: SubjectName) -> Result<Value, Refused> {
        let want = name.want(tenant, self.app.local());
        let own = Key::tenant(tenant);
        let view = self
            .app
            .store()
            .look(&[want, Want::Key(own)])
            .await
            .map_err(|fault| Refused(fault.to_string()))?;
        let held = match &name {
            SubjectName::Id(id) => view.held::<Subject>(Key::of(Kind::Subject, tenant, *id)).map(Some),
            SubjectName::ExternalId(id) => view.owner::<Subject>(self.app.local().external_id(tenant, id)),
        };
        let held = held.map_err(|tampered| Refused(format!("{tampered}. Run `postern audit verify`.")))?;
        let held = held.filter(|held| held.state().is_some());
        let held = held.ok_or_else(|| Refused("There is no such subject in this tenant.".to_owned()))?;
        let own = view.held::<Tenant>(own).map_err(|tampered| Refused(tampered.to_string()))?;
        let ended = own.state().map(Tenant::ended).unwrap_or_default();
        let shown = self.app.subject_view(&held, &ended, view.at(self.app.now())).await;
        shown.map(|shown| as_json(&shown)).map_err(|problem| Refused(problem.told().0.to_owned()))
    }

    /// Ids of a tenant's subjects.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer.
    pub async fn subjects(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Value, Refused> {
        let after = after.map(|text| {
            let id = SubjectId::parse(text)
                .ok_or_else(|| Refused("A subject's id looks like sub_….".to_owned()))?;
            Ok(Key::of(Kind::Subject, tenant, id))
        });
        let rows = self.list::<Subject>(Some(tenant), after.transpose()?, limit).await?;
        let items: Vec<Value> = rows
            .iter()
            .filter_map(|(key, held)| Some((SubjectId::new(key.id), held.state()?)))
            .map(|(id, state)| json!({ "subject": id, "tier": state.tier, "generation": state.generation }))
            .collect();
        let next = rows.last().filter(|_| rows.len() == limit).map(|(key, _)| SubjectId::new(key.id));
        Ok(json!({ "items": items, "next": next }))
    }

    /// Withdraws the request to erase a subject.
    ///
    /// # Errors
    /// [`Refused`] if there is none.
    pub async fn keep_subject(&self, tenant: TenantId, subject: &str) -> Result<Value, Refused> {
        let id = SubjectId::parse(subject);
        let id = id.ok_or_else(|| Refused("A subject's id looks like sub_….".to_owned()))?;
        let key = Key::of(Kind::Subject, tenant, id);
        self.decided(&[Want::Key(key)], move |view, draft| {
            let kept = subject::request_erasure(view.held(key)?, true, draft);
            Ok(kept.map(|_| json!({ "subject": id, "erase_at": null })).ok_or_else(|| {
                Refused("There is no such subject in this tenant, or it was erased.".to_owned())
            }))
        })
        .await
    }

    /// Revokes a set, or one code by number.
    ///
    /// # Errors
    /// [`Refused`] if there is none.
    pub async fn revoke(
        &self,
        tenant: TenantId,
        set: SetId,
        slot: Option<u8>,
        reason: RevokeReason,
    ) -> Result<Value, Refused> {
        let key = Key::of(Kind::Subject, tenant, set.subject);
        let random = |problem: crate::Problem| Refused(problem.told().0.to_owned());
        let epoch = self.app.random().map_err(random)?;
        self.decided(&[Want::Key(key)], move |view, draft| {
            let held: Held<Subject> = view.held(key)?;
            let revoked = match slot {
                Some(slot) => subject::revoke_code(held, set.generation, slot, reason, None, draft),
                None => {
                    let wanted = Revoke {
                        generation: set.generation,
                        reason,
                        epoch,
                        request: None,
                        many: None,
                        keeps_keys: false,
                        stages: None,
                    };
                    subject::revoke(held, &wanted, draft)
                }
            };
            Ok(match revoked {
                Revoked::Done => Ok(json!({ "set": set.to_string(), "slot": slot, "revoked": true })),
                Revoked::NotFound | Revoked::KeyReused => {
                    Err(Refused("There is no such set or code in this tenant.".to_owned()))
                }
            })
        })
        .await
    }
}

/// A subject's sets and budgets as JSON.
fn as_json(view: &SubjectView) -> Value {
    let set = |generation| SetId { subject: view.subject, generation }.to_string();
    let active = view.status.active.as_ref().map(|active| {
        json!({
            "set": set(active.generation),
            "generation": active.generation,
            "name": active.name,
            "state": active.state,
            "format": active.format.name(),
            "issued_at": active.issued_at,
            "expires_at": active.expires_at,
            "total": active.total,
            "remaining": active.remaining,
            "tested_at": active.tested_at,
        })
    });
    let staged = view.status.staged.map(|staged| {
        json!({ "set": set(staged.generation), "generation": staged.generation, "confirm_by": staged.confirm_by })
    });
    json!({
        "subject": view.subject,
        "external_id": view.external_id,
        "owner": view.owner,
        "tier": view.tier,
        "kind": view.kind,
        "active_set": active,
        "staged_set": staged,
    })
}
