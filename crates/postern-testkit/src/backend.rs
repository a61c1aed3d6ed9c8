//! The calling application, as an actor: stages, confirms, redeems without a network between.

use std::sync::atomic::{AtomicU64, Ordering};

use postern_app::{
    Client, Confirmation, Idempotent, NewSubject, Problem, Proof, Redeemed, Redemption, RequestBytes,
    Special, StagedSet, Staging, SubjectName,
};
use postern_codes::Format;
use postern_core::assurance::{BareClaim, Level};
use postern_core::ids::{SetId, SubjectId};
use postern_core::ports::Clock as _;
use postern_core::subject::fact::StageReason;
use postern_core::subject::{Purpose, SubjectKind};
use zeroize::Zeroizing;

use crate::World;

/// A set as its holder has it on paper.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The set.
    pub set: SetId,
    /// Its codes as printed.
    pub codes: Vec<String>,
}

/// How a code is redeemed, where it matters.
#[derive(Clone, Debug, Default)]
pub struct Redeem {
    /// Device token.
    pub device: Option<String>,
    /// Network address.
    pub address: Option<String>,
    /// Idempotency key; a fresh one if absent.
    pub key: Option<String>,
}

static FRESH: AtomicU64 = AtomicU64::new(0);

/// A request with this idempotency key, or a fresh one.
#[must_use]
pub fn request(key: Option<String>, bytes: &str) -> Idempotent {
    let fresh = || format!("key-{}", FRESH.fetch_add(1, Ordering::SeqCst));
    Idempotent { key: key.unwrap_or_else(fresh), bytes: RequestBytes(bytes.as_bytes().to_vec()) }
}

impl World {
    /// Creates a subject, or finds it.
    pub async fn subject(&self, name: &str) -> SubjectId {
        let new =
            NewSubject { external_id: name.to_owned(), tier: None, kind: SubjectKind::Person, owner: None };
        self.app.create_subject(&self.token, new).await.unwrap().subject
    }

    /// The application's bare word.
    #[must_use]
    pub fn bare(&self, level: Level) -> Proof {
        Proof::Bare(BareClaim { at: self.clock.now(), level, method: "otp".to_owned() })
    }

    /// What staging a set asks for.
    #[must_use]
    pub fn staging(&self, name: &str, format: Format) -> Staging {
        Staging {
            subject: SubjectName::ExternalId(name.to_owned()),
            reason: StageReason::Renew,
            purposes: vec![Purpose::SecondFactor],
            proof: Some(self.bare(Level::Aal2)),
            format: Some(format),
            count: None,
            special: Special::default(),
            request: request(None, "stage"),
        }
    }

    /// Stages a set.
    ///
    /// # Errors
    /// The application's problem.
    pub async fn stage(&self, name: &str, format: Format) -> Result<StagedSet, Problem> {
        self.app.stage(&self.token, self.staging(name, format)).await
    }

    /// Confirms a set.
    ///
    /// # Errors
    /// The application's problem.
    pub async fn confirm(&self, set: SetId, code: &str) -> Result<postern_app::ConfirmedSet, Problem> {
        let confirmation = Confirmation {
            set,
            code: Zeroizing::new(code.to_owned()),
            client: Client::default(),
            request: request(None, "confirm"),
        };
        self.app.confirm(&self.token, confirmation).await
    }

    /// Stages and confirms.
    pub async fn issue(&self, name: &str, format: Format) -> Sheet {
        let staged = self.stage(name, format).await.unwrap();
        let codes: Vec<String> =
            staged.codes.unwrap().sheet.iter().map(|code| code.text.to_string()).collect();
        self.confirm(staged.set, &codes[0]).await.unwrap();
        Sheet { set: staged.set, codes }
    }

    /// Redeems a code.
    ///
    /// # Errors
    /// The application's problem.
    pub async fn redeem(&self, name: &str, code: &str, how: Redeem) -> Result<Redeemed, Problem> {
        self.app.redeem(&self.token, self.redemption(name, code, how)).await
    }

    /// What redeeming a code asks for.
    #[must_use]
    pub fn redemption(&self, name: &str, code: &str, how: Redeem) -> Redemption {
        Redemption {
            subject: SubjectName::ExternalId(name.to_owned()),
            code: Zeroizing::new(code.to_owned()),
            purpose: Purpose::SecondFactor,
            txn: "login-0123456789".to_owned(),
            first_factor: Some(self.bare(Level::Aal1)),
            client: Client {
                address: how.address.map(|address| address.parse().unwrap()),
                user_agent: None,
                device_token: how.device,
            },
            request: request(how.key, "redeem"),
        }
    }
}
