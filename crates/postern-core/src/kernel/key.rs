//! Keys of records: the unit of version, lock and partition.

use std::fmt;

use crate::encoding::base32;
use crate::ids::{Id, Named, TenantId, named};

/// What a record is. The number is part of seals and event ids: it never changes its meaning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A tenant, or the installation itself.
    Tenant,
    /// A calling application with its keys.
    Application,
    /// Who vouches that a holder was there.
    Prover,
    /// A holder of codes.
    Subject,
    /// A place where guesses for nobody are counted.
    Bucket,
}

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Tenant, Self::Application, Self::Prover, Self::Subject, Self::Bucket];

    /// The kind's number in seals and event ids.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Tenant => 1,
            Self::Application => 2,
            Self::Prover => 3,
            Self::Subject => 4,
            Self::Bucket => 5,
        }
    }

    /// The kind with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The kind's name: its table, and the word that messages use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Application => "application",
            Self::Prover => "prover",
            Self::Subject => "subject",
            Self::Bucket => "bucket",
        }
    }

    /// The prefix of the kind's ids.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Tenant => named::Tenant::PREFIX,
            Self::Application => named::Application::PREFIX,
            Self::Prover => named::Prover::PREFIX,
            Self::Subject => named::Subject::PREFIX,
            Self::Bucket => named::Bucket::PREFIX,
        }
    }
}

/// Names one record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Whose record it is.
    pub tenant: TenantId,
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: [u8; 16],
}

impl Key {
    /// The key of a record.
    #[must_use]
    pub const fn new(kind: Kind, tenant: TenantId, id: [u8; 16]) -> Self {
        Self { tenant, kind, id }
    }

    /// The key of a tenant's own record.
    #[must_use]
    pub const fn tenant(tenant: TenantId) -> Self {
        Self::new(Kind::Tenant, tenant, tenant.bytes())
    }

    /// The key of an object with a typed id.
    #[must_use]
    pub const fn of<N: Named>(kind: Kind, tenant: TenantId, id: Id<N>) -> Self {
        Self::new(kind, tenant, id.bytes())
    }
}

/// The object's id as text: `sub_…`, `app_…`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind.prefix(), base32(&self.id))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{self}", self.tenant)
    }
}
