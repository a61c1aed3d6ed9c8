//! Tenants: created, listed, changed.

use postern_codes::{Format, Prefix};
use postern_core::ids::TenantId;
use postern_core::kernel::{Held, Key, Want};
use postern_core::tenant::{self, Changed, LeakPolicy, LeakPolicyChanged, Tenant, Tier, TierSettings};
use postern_core::verifier::Stretch;
use serde_json::{Value, json};

use super::Operator;
use super::command::{Refused, TierChange};

impl crate::App {
    /// Whether the installation's own record opens with these keys and carries this installation's name.
    ///
    /// # Errors
    /// [`Refused`] if it does not: another key file, another data folder, or another name.
    pub async fn check_installation(&self) -> Result<(), Refused> {
        let system = Key::tenant(TenantId::SYSTEM);
        let view =
            self.store().look(&[Want::Key(system)]).await.map_err(|fault| Refused(fault.to_string()))?;
        let held: Held<Tenant> = view.held(system).map_err(|_| {
            Refused("This key file does not belong to this data folder, or the installation's own record was altered.".to_owned())
        })?;
        let Some(state) = held.state() else {
            return Err(Refused(
                "This data folder has no installation in it: `postern init` makes one.".to_owned(),
            ));
        };
        if state.name != self.settings.installation {
            return Err(Refused(format!(
                "This installation is called {:?}, and the configuration calls it {:?}. Receipts and checkpoints carry the name, so it cannot change.",
                state.name, self.settings.installation
            )));
        }
        self.check_peppers().await.map_err(Refused)
    }
}

impl Operator<'_> {
    /// Begins the installation's own log, if it has not begun.
    ///
    /// # Errors
    /// [`Refused`] if that was not possible.
    pub async fn open_log(&self) -> Result<(), Refused> {
        let system = Key::tenant(TenantId::SYSTEM);
        let installation = self.app.settings.installation.clone();
        self.decided(&[Want::Key(system)], move |view, draft| {
            tenant::open_log(view.held(system)?, &installation, draft);
            Ok(Ok(()))
        })
        .await
    }

    /// Creates a tenant: `{tenant, name, prefix}`.
    ///
    /// # Errors
    /// [`Refused`]: nothing was created.
    pub async fn create_tenant(&self, name: &str, prefix: Option<&str>) -> Result<Value, Refused> {
        let name = checked_name(name)?;
        let prefix = parse_prefix(prefix)?;
        let random = self.app.random().map_err(|problem| Refused(problem.told().0.to_owned()))?;
        let id = TenantId::new(random);
        let (system, key) = (Key::tenant(TenantId::SYSTEM), Key::tenant(id));
        let answer = json!({ "tenant": id, "name": name, "prefix": prefix.as_str() });
        self.decided(&[Want::Key(system), Want::Key(key)], move |view, draft| {
            tenant::create(view.held(system)?, view.held(key)?, &name, &prefix, draft);
            Ok(Ok(answer.clone()))
        })
        .await
    }

    /// All tenants but the installation itself.
    ///
    /// # Errors
    /// [`Refused`] if the store does not answer.
    pub async fn tenants(&self) -> Result<Value, Refused> {
        let mut items = Vec::new();
        for (key, held) in self.list::<Tenant>(None, None, usize::MAX).await? {
            let Some(state) = held.state().filter(|_| key.tenant != TenantId::SYSTEM) else { continue };
            items.push(json!({ "tenant": key.tenant, "name": state.name, "prefixes": state.prefixes }));
        }
        Ok(json!({ "items": items }))
    }

    /// Changes a tenant's prefix or a tier's settings.
    ///
    /// # Errors
    /// [`Refused`]: nothing was changed.
    pub async fn change_tenant(
        &self,
        tenant: TenantId,
        prefix: Option<String>,
        tier: Option<TierChange>,
        keeps_kinds: bool,
    ) -> Result<Value, Refused> {
        let prefix = prefix.map(|prefix| parse_prefix(Some(&prefix))).transpose()?;
        let key = Key::tenant(tenant);
        self.decided(&[Want::Key(key)], move |view, draft| {
            let held: Held<Tenant> = view.held(key)?;
            let Some(state) = held.state().filter(|_| tenant != TenantId::SYSTEM) else {
                return Ok(Err(no_tenant(tenant)));
            };
            let settings =
                match tier.as_ref().map(|change| changed(state.settings(change.tier), change)).transpose() {
                    Ok(settings) => settings,
                    Err(refused) => return Ok(Err(refused)),
                };
            let fact = Changed {
                keeps_kinds: keeps_kinds.then_some(true),
                prefix: prefix.as_ref().map(|prefix| prefix.as_str().to_owned()),
                settings,
                tier: tier.as_ref().map(|change| change.tier),
            };
            let changed = tenant::change(held, fact, draft);
            Ok(changed.then(|| json!({ "tenant": tenant })).ok_or_else(too_many_prefixes))
        })
        .await
    }

    /// Says what follows when a live code of a tier was found where it should not be.
    ///
    /// # Errors
    /// [`Refused`]: nothing was changed.
    pub async fn change_leak_policy(
        &self,
        tenant: TenantId,
        tier: Tier,
        policy: LeakPolicy,
    ) -> Result<Value, Refused> {
        let key = Key::tenant(tenant);
        self.decided(&[Want::Key(key)], move |view, draft| {
            let held: Held<Tenant> = view.held(key)?;
            let fact = LeakPolicyChanged { policy, tier };
            let changed = tenant != TenantId::SYSTEM && tenant::change_leak_policy(held, fact, draft);
            let answer = || json!({ "tenant": tenant, "tier": tier, "leaks": policy });
            Ok(changed.then(answer).ok_or_else(|| no_tenant(tenant)))
        })
        .await
    }

    /// Rows of a kind, opened; one that is not as it was written ends the list with its name.
    pub(super) async fn list<R: postern_core::kernel::Record>(
        &self,
        tenant: Option<TenantId>,
        mut after: Option<Key>,
        limit: usize,
    ) -> Result<Vec<(Key, Held<R>)>, Refused> {
        let sealer = self.app.local().sealer();
        let mut items = Vec::new();
        loop {
            let page = self.app.store().list(R::KIND, tenant, after, limit.min(500)).await;
            let page = page.map_err(|fault| Refused(fault.to_string()))?;
            let Some(last) = page.last().map(|listed| listed.key) else { return Ok(items) };
            for listed in page {
                let held = Held::open(listed.key, Some(&listed.row), sealer).map_err(|tampered| {
                    Refused(format!("{tampered}. Run `postern audit verify` to see what differs."))
                })?;
                items.push((listed.key, held));
                if items.len() >= limit {
                    return Ok(items);
                }
            }
            after = Some(last);
        }
    }
}

pub(super) fn no_tenant(tenant: TenantId) -> Refused {
    Refused(format!("There is no tenant {tenant}. `postern tenant list` shows those that there are."))
}

fn too_many_prefixes() -> Refused {
    Refused("A tenant has at most eight prefixes, ever: old sheets carry them. Use one of those.".to_owned())
}

pub(super) fn checked_name(name: &str) -> Result<String, Refused> {
    let fits = !name.trim().is_empty() && name.len() <= 100 && !name.chars().any(char::is_control);
    if fits {
        Ok(name.to_owned())
    } else {
        Err(Refused("A name has 1 to 100 bytes and no control characters.".to_owned()))
    }
}

fn parse_prefix(prefix: Option<&str>) -> Result<Prefix, Refused> {
    prefix.map_or_else(
        || Ok(Prefix::default()),
        |prefix| {
            Prefix::new(prefix)
                .map_err(|fault| Refused(format!("The prefix {prefix:?} will not do: {fault}.")))
        },
    )
}

fn changed(before: TierSettings, change: &TierChange) -> Result<TierSettings, Refused> {
    let format = match change.format.as_deref() {
        None => before.format,
        Some(name) => Format::from_name(name)
            .ok_or_else(|| Refused("A format is standard, compact or numeric.".to_owned()))?,
    };
    let count = change.count.unwrap_or(before.count);
    if count == 0 || count > format.most_codes() {
        return Err(Refused(format!("A {} set has 1 to {} codes.", format.name(), format.most_codes())));
    }
    let lifetime_days = change.lifetime_days.unwrap_or(before.lifetime_days);
    if !(1..=3650).contains(&lifetime_days) {
        return Err(Refused("A set works 1 to 3650 days.".to_owned()));
    }
    let stretch = match change.stretch.as_deref() {
        None => before.stretch,
        Some("argon2id") => Stretch::ARGON2ID,
        Some("pbkdf2") => Stretch::PBKDF2,
        Some(_) => return Err(Refused("Stretching is argon2id or pbkdf2.".to_owned())),
    };
    let low_stock = change.low_stock.unwrap_or(before.low_stock);
    Ok(TierSettings { count, format, lifetime_days, low_stock, stretch })
}
