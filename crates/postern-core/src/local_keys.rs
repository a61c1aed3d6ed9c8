//! Keys that work inside the process: unwrapped once at start, typed by what they are for.

mod security;

use zeroize::Zeroizing;

use self::security::Security;
use crate::frame::frame;
use crate::ids::{ApplicationId, SubjectId, TenantId};
use crate::kernel::{ClaimKey, Sealer, Space, mac};

/// Labels of the local keys, in the order of [`LocalKeys::new`]'s map. A label is part of the key file.
pub const LABELS: [&str; 9] = [
    "application-keys",
    "devices",
    "events",
    "external-ids",
    "idempotency",
    "rows",
    SECURITY,
    "sources",
    "subjects",
];

/// The label of the key that kinds and alarms are sealed under. Older key files lack it: there its first version is
/// made of `subjects`, and its own key is the second.
pub const SECURITY: &str = "security";

/// The local keys. No `Debug`, no `Serialize`.
pub struct LocalKeys {
    application_keys: Secret,
    devices: Secret,
    external_ids: Secret,
    idempotency: Secret,
    security: Security,
    sources: Secret,
    subjects: Secret,
    sealer: Sealer,
}

type Secret = Zeroizing<[u8; 32]>;

impl LocalKeys {
    /// The keys and their versions, each asked for by its label; `None` if one is missing. Only [`SECURITY`] may be.
    pub fn new(mut by_label: impl FnMut(&str) -> Option<(u16, Secret)>) -> Option<Self> {
        let security = by_label(SECURITY);
        let mut by_label = |label| by_label(label).map(|(_, key)| key);
        let (rows, events) = (by_label("rows")?, by_label("events")?);
        let subjects = by_label("subjects")?;
        let security = Security::new(security, &subjects);
        Some(Self {
            application_keys: by_label("application-keys")?,
            devices: by_label("devices")?,
            external_ids: by_label("external-ids")?,
            idempotency: by_label("idempotency")?,
            sources: by_label("sources")?,
            security,
            subjects,
            sealer: Sealer::new(&rows, &events),
        })
    }

    /// Seals rows and events.
    #[must_use]
    pub const fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// The key that shipped events are encrypted under. It is derived and not one of its own: who restores needs the
    /// whole key file anyway, and every key file that there is has what it is derived from.
    pub(crate) fn shipping(&self) -> Secret {
        Zeroizing::new(mac(&self.subjects, &[b"postern/shipping-key/v1"]))
    }

    /// The key under which subjects' own keys are wrapped.
    pub(crate) fn subjects(&self) -> &[u8; 32] {
        &self.subjects
    }

    /// What is stored of an application key's secret.
    #[must_use]
    pub fn application_key(&self, application: ApplicationId, number: u32, secret: &[u8]) -> [u8; 32] {
        let parts: [&[u8]; 4] =
            [b"postern/application-key/v1", &application.bytes(), &number.to_be_bytes(), secret];
        mac(&self.application_keys, &parts)
    }

    /// The place of an external id within its tenant.
    #[must_use]
    pub fn external_id(&self, tenant: TenantId, external_id: &str) -> ClaimKey {
        let parts: [&[u8]; 3] = [b"postern/external-id/v1", &tenant.bytes(), external_id.as_bytes()];
        ClaimKey { tenant, space: Space::ExternalId, key: mac(&self.external_ids, &parts) }
    }

    /// Deterministic bytes that stand in for a subject who does not exist: which bucket, which tag, which
    /// identity its keys and salts would have. The same name always gives the same stand-in.
    #[must_use]
    pub fn nobody(&self, tenant: TenantId, name: &str) -> [u8; 32] {
        let parts: [&[u8]; 3] = [b"postern/nobody/v1", &tenant.bytes(), name.as_bytes()];
        mac(&self.external_ids, &parts)
    }

    /// The place of an assertion that may be used once.
    #[must_use]
    pub fn assertion(&self, tenant: TenantId, prover: &str, jti: &str) -> ClaimKey {
        let parts: [&[u8]; 4] = [b"postern/assertion/v1", &tenant.bytes(), prover.as_bytes(), jti.as_bytes()];
        ClaimKey { tenant, space: Space::Assertion, key: mac(&self.external_ids, &parts) }
    }

    /// The `number`th place that an application has for `operation` in an hour.
    #[must_use]
    pub fn cap(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        operation: &str,
        hour: u64,
        number: u32,
    ) -> ClaimKey {
        let parts: [&[u8]; 6] = [
            b"postern/cap/v1",
            &tenant.bytes(),
            &application.bytes(),
            operation.as_bytes(),
            &hour.to_be_bytes(),
            &number.to_be_bytes(),
        ];
        ClaimKey { tenant, space: Space::Cap, key: mac(&self.external_ids, &parts) }
    }

    /// A source's pseudonym: bound to the tenant and to a quarter, so that it cannot be followed for ever.
    #[must_use]
    pub fn source(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        network: &[u8],
        quarter: u32,
    ) -> [u8; 8] {
        let parts: [&[u8]; 5] =
            [b"postern/source/v1", &tenant.bytes(), &application.bytes(), network, &quarter.to_be_bytes()];
        first_eight(mac(&self.sources, &parts))
    }

    /// What is stored of an idempotency key.
    #[must_use]
    pub fn idempotency_key(&self, application: ApplicationId, key: &str) -> [u8; 8] {
        let parts: [&[u8]; 3] = [b"postern/idempotency-key/v1", &application.bytes(), key.as_bytes()];
        first_eight(mac(&self.idempotency, &parts))
    }

    /// What is stored of a request: operation, application, the request without the code, and the code's
    /// material, so that another code under the same key is another request.
    #[must_use]
    pub fn fingerprint(
        &self,
        operation: &str,
        application: ApplicationId,
        request: &[u8],
        material: &[u8],
    ) -> [u8; 8] {
        let framed = frame(&[operation.as_bytes(), &application.bytes(), request, material]);
        first_eight(mac(&self.idempotency, &[b"postern/fingerprint/v1", &framed]))
    }

    /// The MAC of a device token.
    #[must_use]
    pub fn device(
        &self,
        subject: SubjectId,
        application: ApplicationId,
        minted: u32,
        epoch: u32,
    ) -> [u8; 16] {
        let parts: [&[u8]; 5] = [
            b"postern/device/v1",
            &subject.bytes(),
            &application.bytes(),
            &minted.to_be_bytes(),
            &epoch.to_be_bytes(),
        ];
        let mut short = [0; 16];
        short.iter_mut().zip(mac(&self.devices, &parts)).for_each(|(to, from)| *to = from);
        short
    }
}

fn first_eight(mac: [u8; 32]) -> [u8; 8] {
    let mut short = [0; 8];
    short.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
    short
}
