//! Redeeming, step by step.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::assurance::{Asked, Evidence, Level};
use postern_core::encoding::Fixed;
use postern_core::ids::ApplicationId;
use postern_core::limits;
use postern_core::receipt::RESTRICTIONS;
use postern_core::recent::RequestMark;
use postern_core::subject::Purpose;
use postern_core::verifier::Prepared;

use super::attempt::{Attempt, Person, Standing, delayed};
use super::step::{Found, Run};
use super::{Redeemed, Redemption};
use crate::Problem;
use crate::alarms;
use crate::app::App;
use crate::prepare::{Word, read};
use crate::proof::{For, Proof, bare_will_do};
use crate::work::{Ended, TRIES};

/// The operation's name in assertions and fingerprints.
const OPERATION: &str = "redeem";

/// Words of one source and minute that may be no code at all.
const TYPOS: u32 = 30;

impl App {
    /// Redeems a code.
    ///
    /// # Errors
    /// A [`Problem`]: nothing was spent.
    pub async fn redeem(&self, token: &Arc<Token>, asked: Redemption) -> Result<Redeemed, Problem> {
        asked.subject.check()?;
        check_txn(&asked.txn)?;
        let gate = self.gate(token, Scope::Redeem).vouched(self.prover_of(asked.first_factor.as_ref()));
        for _ in 0..TRIES {
            let attempt = self.attempt(gate.clone(), &asked.subject).await?;
            match self.redeem_once(attempt, &asked).await? {
                Some(redeemed) => return Ok(redeemed),
                None => continue,
            }
        }
        Err(Problem::Unavailable)
    }

    async fn redeem_once(&self, attempt: Attempt, asked: &Redemption) -> Result<Option<Redeemed>, Problem> {
        let standing = self.standing(&attempt, &asked.client);
        let application = attempt.gate.application();
        let key = Fixed(self.local().idempotency_key(application, &asked.request.key));
        let known = attempt.known(key);
        self.repeats(known, attempt.at)?;
        let word = match self.read_word(&attempt, standing, &asked.code) {
            Ok(word) => word,
            Err(problem) => return Err(self.mistyped(&attempt, standing, asked, problem).await),
        };
        if asked.purpose == Purpose::AccountRecovery {
            return Err(Problem::SecondProofRequired);
        }
        enforces(&attempt)?;
        // Who was answered before proves nothing anew: the answer is repeated, never decided again.
        let evidence = match known {
            Some(_) => None,
            None => Some(self.first_factor(&attempt, asked).await?),
        };
        let _place = self.enter(&attempt, standing)?;
        let delay = if known.is_some() { None } else { attempt.judge(standing).err() };
        if let Some(delay) = delay {
            let problem = delayed(delay, attempt.at);
            return Err(self.not_tested(&attempt, standing, problem).await);
        }
        let (corrected, check_mismatch) = (word.corrected, word.check_mismatch);
        let prepared = self.prepare(word, attempt.whose(known)).await?;
        let mark = self.mark(OPERATION, application, key, asked, &prepared);
        let wanted = Wanted { prepared, corrected, check_mismatch, evidence, standing, mark, asked };
        match &attempt.person {
            Person::Subject(_) => self.redeem_subject(attempt, wanted).await,
            Person::Nobody { .. } => self.redeem_nobody(attempt, wanted).await.map(|never| match never {}),
        }
    }

    fn mark(
        &self,
        operation: &str,
        application: ApplicationId,
        key: Fixed<8>,
        asked: &Redemption,
        prepared: &Prepared,
    ) -> RequestMark {
        let material = prepared.material.bytes();
        let fingerprint = self.local().fingerprint(operation, application, &asked.request.bytes.0, material);
        RequestMark { fingerprint: Fixed(fingerprint), key, stretch: prepared.material.stretch }
    }

    /// The answer for what is no code. Only a caller with a first factor leaves a trace at the subject.
    async fn mistyped(
        &self,
        attempt: &Attempt,
        standing: Standing,
        asked: &Redemption,
        problem: Problem,
    ) -> Problem {
        if self.first_factor(attempt, asked).await.is_ok() {
            return self.not_tested(attempt, standing, problem).await;
        }
        problem
    }

    /// Reads the typed word under the tenant's prefixes. What is no code has a budget per source and minute: it
    /// costs no attempt, so it could be sent for ever. A code is never refused for it.
    pub(crate) fn read_word(
        &self,
        attempt: &Attempt,
        standing: Standing,
        typed: &str,
    ) -> Result<Word, Problem> {
        let prefixes = attempt.caller.tenant.state().map(|tenant| tenant.prefixes()).unwrap_or_default();
        read(typed, &prefixes).map_err(|problem| {
            let minute = attempt.now.seconds() / 60;
            let budget = [standing.source.0.as_slice(), &minute.to_be_bytes()].concat();
            if self.typos.count(&budget) < TYPOS {
                return problem;
            }
            let after = std::time::Duration::from_secs(60 - attempt.now.seconds() % 60);
            Problem::TooManyRequests { after }
        })
    }

    async fn first_factor(&self, attempt: &Attempt, asked: &Redemption) -> Result<Evidence, Problem> {
        let proof = asked.first_factor.as_ref().ok_or(Problem::FirstFactorRequired)?;
        let trusted = attempt.caller.application.state().is_some_and(|state| state.trusted_backend);
        let subject = match &attempt.person {
            Person::Subject(held) => held.state(),
            Person::Nobody { .. } => None,
        };
        let bare = bare_will_do(trusted, attempt.tier(), subject);
        let about = For {
            operation: OPERATION,
            request: &asked.request.bytes,
            subjects: &attempt.names(&asked.subject),
            asked: Asked { level: Level::Aal1, age: limits::FIRST_FACTOR_AGE, bare },
            now: attempt.at,
        };
        match self.judge(&attempt.gate, &attempt.view, proof, &about).await {
            Some(evidence) => Ok(evidence),
            None if matches!(proof, Proof::Bare(_)) && bare => Err(Problem::FirstFactorRequired),
            None => Err(Problem::AssuranceInsufficient),
        }
    }

    async fn redeem_subject(
        &self,
        attempt: Attempt,
        wanted: Wanted<'_>,
    ) -> Result<Option<Redeemed>, Problem> {
        let private = self.private(attempt.key(), &wanted.asked.client).await?;
        let found = alarms::Found::default();
        let run = Run::new(&attempt, &wanted, private, self.nonce()?, found.clone());
        let Wanted { standing, check_mismatch, mark, asked, .. } = wanted;
        let bell = self.bell(attempt.key(), &found);
        let decided = self.decided(&attempt.view, move |view| run.step(view)).await;
        bell.answered(&decided);
        let ended = match decided {
            Err(problem @ Problem::TooManyAttempts { .. }) => {
                return Err(self.not_tested(&attempt, standing, problem).await);
            }
            other => other?,
        };
        match ended {
            Ended::Answer(Found::Kept(kept)) => self.redeemed(&attempt, kept, asked).await.map(Some),
            Ended::Answer(Found::Seen(remembered)) => {
                let kept = self.repeat(&attempt, remembered, check_mismatch).await?;
                self.redeemed(&attempt, kept, asked).await.map(Some)
            }
            Ended::Again => Ok(None),
            Ended::Taken(_) if self.was_seen(&attempt, mark).await => Ok(None),
            Ended::Taken(_) => Err(Problem::AssuranceInsufficient),
            Ended::Rejected => {
                tracing::debug!(source = ?standing.source, "answered as suspended");
                Err(Problem::CodeNotAccepted { check_mismatch: false })
            }
        }
    }

    /// Whether the same request was committed meanwhile, so that its assertion was taken by itself.
    async fn was_seen(&self, attempt: &Attempt, mark: RequestMark) -> bool {
        let Ok(view) = self.look(&attempt.view.wants()).await else { return false };
        let held = view.held::<postern_core::subject::Subject>(attempt.key()).ok();
        held.and_then(|held| held.state().map(|state| state.recent.by_key(mark.key, attempt.at).is_some()))
            .unwrap_or(false)
    }
}

/// What is to be decided, slow work done.
pub(super) struct Wanted<'a> {
    pub(super) prepared: Arc<Prepared>,
    pub(super) corrected: Option<u8>,
    pub(super) check_mismatch: bool,
    pub(super) evidence: Option<Evidence>,
    pub(super) standing: Standing,
    pub(super) mark: RequestMark,
    pub(super) asked: &'a Redemption,
}

/// A login transaction: 16 to 128 visible ASCII characters.
fn check_txn(txn: &str) -> Result<(), Problem> {
    let fits = (16..=128).contains(&txn.len()) && txn.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(()).ok_or(Problem::InvalidValue("A txn has 16 to 128 visible ASCII characters."))
}

/// A tier that needs a restriction which the application does not enforce is not redeemable there.
fn enforces(attempt: &Attempt) -> Result<(), Problem> {
    let enforced = attempt.caller.application.state().map(|state| state.enforces.clone()).unwrap_or_default();
    let all = RESTRICTIONS.iter().all(|needed| enforced.iter().any(|one| one == needed));
    all.then_some(()).ok_or(Problem::RestrictionsNotEnforced)
}
