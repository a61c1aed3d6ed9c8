//! Keys of an application: created, replaced, revoked.

use std::sync::Arc;
use std::time::Duration;

use postern_core::Time;
use postern_core::application::{self, NewKey, NoKey};
use postern_core::ids::{ApplicationId, TenantId};
use postern_core::kernel::{Key, Kind, Want};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Operator;
use super::command::Refused;

/// The longest that two keys of an application overlap.
pub const LONGEST_OVERLAP: Duration = Duration::from_secs(30 * 24 * 3600);

impl Operator<'_> {
    /// Makes another key, which may have an end.
    ///
    /// # Errors
    /// [`Refused`]: nothing was made.
    pub async fn create_key(
        &self,
        tenant: TenantId,
        id: ApplicationId,
        expires_at: Option<Time>,
    ) -> Result<Zeroizing<String>, Refused> {
        let new = self.new_key(expires_at)?;
        let key = Key::of(Kind::Application, tenant, id);
        let keys = Arc::clone(&self.app.ports.keys);
        let token = self
            .decided(&[Want::Key(key)], move |view, draft| {
                let made = application::make_key(view.held(key)?, new.clone(), keys.local(), draft);
                Ok(made.map_err(|no| no_key(no, id)))
            })
            .await?;
        Ok(token.text())
    }

    /// Makes a key in place of the one that there is, which works on for as long as `overlap`.
    ///
    /// # Errors
    /// [`Refused`]: nothing was made.
    pub async fn rotate_application_key(
        &self,
        tenant: TenantId,
        id: ApplicationId,
        overlap: Duration,
        expires_at: Option<Time>,
    ) -> Result<Value, Refused> {
        if overlap > LONGEST_OVERLAP {
            return Err(Refused("Two keys overlap for 30 days at most.".to_owned()));
        }
        let new = self.new_key(expires_at)?;
        let key = Key::of(Kind::Application, tenant, id);
        let keys = Arc::clone(&self.app.ports.keys);
        let (old, token, until) = self
            .decided(&[Want::Key(key)], move |view, draft| {
                let until = draft.context().at.plus(overlap);
                let rotated =
                    application::rotate_key(view.held(key)?, new.clone(), until, keys.local(), draft);
                Ok(rotated.map(|(old, token)| (old, token, until)).map_err(|no| no_key(no, id)))
            })
            .await?;
        let (number, token) = (token.key.number, token.text());
        Ok(json!({
            "application": id, "tenant": tenant, "key": token.as_str(), "number": number,
            "replaces": old, "replaced_works_until": until,
        }))
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

    fn new_key(&self, expires_at: Option<Time>) -> Result<NewKey, Refused> {
        if expires_at.is_some_and(|end| end <= self.app.now()) {
            return Err(Refused("A key's end lies ahead.".to_owned()));
        }
        let secret = self.app.random::<20>().map_err(|problem| Refused(problem.told().0.to_owned()))?;
        Ok(NewKey { secret: Zeroizing::new(secret), expires_at })
    }
}

pub(super) fn no_application(id: ApplicationId) -> Refused {
    Refused(format!("There is no application {id}. `postern application list` shows those that there are."))
}

pub(super) fn no_key(no: NoKey, id: ApplicationId) -> Refused {
    let why = match no {
        NoKey::NoApplication => return no_application(id),
        NoKey::TwoLive => {
            "The application has two live keys. Revoke one first: `postern application key revoke`."
        }
        NoKey::NoneLive => {
            "The application has no live key to replace. Make one: `postern application key create`."
        }
    };
    Refused(why.to_owned())
}
