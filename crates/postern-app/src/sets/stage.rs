//! Staging a set. The answer holds the codes, this once.

use std::sync::Arc;
use std::time::Duration;

use postern_codes::Format;
use postern_core::Time;
use postern_core::application::{Scope, Token};
use postern_core::assurance::{Asked, Evidence, Level};
use postern_core::encoding::Fixed;
use postern_core::ids::{SetId, TenantId};
use postern_core::kernel::{Held, Key, Step, View, Want};
use postern_core::kinds::{CANARIES, CodeKind};
use postern_core::limits;
use postern_core::recent::RequestMark;
use postern_core::subject::fact::StageReason;
use postern_core::subject::{self, Purpose, Stage, Subject};
use postern_core::tenant::{Tenant, Tier, TierSettings};
use postern_core::throttle::Class;
use postern_core::verifier::Stretch;
use zeroize::Zeroizing;

use super::caps::{Capped, PLACES_TRIED, is_cap};
use super::make::{self, Made, MadeCode, Special};
use super::take_assertion;
use crate::Problem;
use crate::app::App;
use crate::authorise::{Caller, Gate, Ground, Opened, subject_id};
use crate::proof::{For, Proof, bare_will_do};
use crate::request::{Idempotent, SubjectName};
use crate::work::{Ended, TRIES};

/// The operation's name in assertions and fingerprints.
const OPERATION: &str = "stage";

/// A request to stage.
pub struct Staging {
    /// For whom.
    pub subject: SubjectName,
    /// Why.
    pub reason: StageReason,
    /// What the codes are for; as a second factor if nothing is said.
    pub purposes: Vec<Purpose>,
    /// How the holder was known.
    pub proof: Option<Proof>,
    /// Another format than the tier's.
    pub format: Option<Format>,
    /// Another count than the tier's.
    pub count: Option<u8>,
    /// Canary and duress codes; they need the scope `subjects:tier-raise` as well.
    pub special: Special,
    /// The request.
    pub request: Idempotent,
}

/// A staged set.
pub struct StagedSet {
    /// Names it.
    pub set: SetId,
    /// Which of the subject's sets.
    pub generation: u32,
    /// Its name.
    pub name: String,
    /// Until when it may be confirmed.
    pub confirm_by: Time,
    /// The codes; `None` if they were shown before.
    pub codes: Option<ShownCodes>,
}

/// Codes on their way to the holder, this once.
pub struct ShownCodes {
    /// Those of the sheet, by number.
    pub sheet: Vec<ShownCode>,
    /// The duress code, shown apart from the sheet.
    pub duress: Option<ShownCode>,
    /// Canaries, for whoever lays them out.
    pub canaries: Vec<ShownCode>,
}

/// A code on its way to the holder. No `Debug`, no `Serialize`.
pub struct ShownCode {
    /// Its number.
    pub slot: u8,
    /// As it is printed.
    pub text: Zeroizing<String>,
}

/// One look at what staging is decided on.
pub(super) struct Looked {
    pub(super) gate: Gate,
    pub(super) view: View,
    pub(super) caller: Caller,
    pub(super) subject: Held<Subject>,
    /// The version of the pepper that new sets are made under.
    in_force: Option<u16>,
    pub(super) now: Time,
}

/// Where it is recorded which version of the pepper is in force.
const SYSTEM: Key = Key::tenant(TenantId::SYSTEM);

enum Found {
    Staged(Time),
    Seen(u64),
}

impl App {
    /// Stages a set.
    ///
    /// # Errors
    /// A [`Problem`]: nothing was staged; a set that was *lost* or *compromised* may have ended nevertheless,
    /// as it should.
    pub async fn stage(&self, token: &Arc<Token>, asked: Staging) -> Result<StagedSet, Problem> {
        asked.subject.check()?;
        let gate = self.gate(token, Scope::SetsStage).vouched(self.prover_of(asked.proof.as_ref()));
        for _ in 0..TRIES {
            let looked = self.look_to_stage(gate.clone(), &asked.subject).await?;
            let mark = self.stage_mark(&looked, &asked);
            if looked.state()?.recent.by_key(mark.key, looked.now).is_some() {
                return self.stage_seen(&looked, mark).await;
            }
            let settings = settings(&looked, &asked)?;
            self.may_be_special(token, &looked, asked.special)?;
            let evidence = self.stage_proof(&looked, &asked).await?;
            // Limits first: making codes is slow work, and ending the set before is for good.
            if let Some(until) = subject::stage_again_at(looked.state()?, looked.now) {
                return Err(Problem::TooManyRequests { after: until.since(looked.now) });
            }
            self.capped(&looked.gate, &looked.caller, OPERATION, looked.now).await?.or_refused()?;
            let place = self.lanes.enter(looked.subject.key(), Class::Proof, Fixed([0; 8]));
            let _place = place.ok_or(Problem::TooManyRequests { after: Duration::from_secs(1) })?;
            let moved = self.end_before(&looked, &asked, mark, &evidence).await?;
            if moved {
                continue;
            }
            if let Some(staged) = self.stage_once(looked, &asked, mark, evidence, settings).await? {
                return Ok(staged);
            }
        }
        Err(Problem::Unavailable)
    }

    async fn look_to_stage(&self, gate: Gate, name: &SubjectName) -> Result<Looked, Problem> {
        let now = self.now();
        let mut wants = gate.wants();
        wants.extend([name.want(gate.tenant(), self.local()), Want::Key(SYSTEM)]);
        let view = self.look(&wants).await?;
        let caller = self.checked(&gate, &view).await?;
        let subject = match gate.subject(&view, name) {
            Ok(subject) => subject.ok_or(Problem::NotFound)?,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Err(Problem::StateChanged);
            }
        };
        caller.reaches(subject.state().map_or(Tier::Service, |state| state.tier))?;
        let system: Held<Tenant> = match view.held(SYSTEM) {
            Ok(system) => system,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Err(Problem::Unavailable);
            }
        };
        let in_force = system.state().and_then(Tenant::pepper);
        Ok(Looked { gate, now: view.at(now), view, caller, subject, in_force })
    }

    /// Canary and duress codes are for whoever decides how well an account is guarded.
    fn may_be_special(&self, token: &Arc<Token>, looked: &Looked, special: Special) -> Result<(), Problem> {
        if !special.is_wanted() {
            return Ok(());
        }
        let tier = looked.state()?.tier;
        self.gate(token, Scope::SubjectsTierRaise).check(&looked.view)?.reaches(tier)?;
        if special.canaries > CANARIES {
            return Err(Problem::InvalidValue("A set has at most 3 canaries."));
        }
        let keeps = looked.caller.tenant.state().is_some_and(|tenant| tenant.keeps_kinds);
        keeps.then_some(()).ok_or(Problem::InvalidValue(
            "This tenant's sets do not keep kinds yet. The operator turns it on: `postern tenant change`.",
        ))
    }

    fn stage_mark(&self, looked: &Looked, asked: &Staging) -> RequestMark {
        let application = looked.gate.application();
        let key = Fixed(self.local().idempotency_key(application, &asked.request.key));
        let fingerprint = self.local().fingerprint(OPERATION, application, &asked.request.bytes.0, &[]);
        RequestMark { fingerprint: Fixed(fingerprint), key, stretch: Stretch::None }
    }

    /// Staging needs a fresh strong proof of the holder; a bare word never ends a set before its successor.
    async fn stage_proof(&self, looked: &Looked, asked: &Staging) -> Result<Evidence, Problem> {
        let proof = asked.proof.as_ref().ok_or(Problem::AssuranceInsufficient)?;
        let state = looked.state()?;
        let trusted =
            looked.caller.application.state().is_some_and(|application| application.trusted_backend);
        let age =
            if state.tier >= Tier::Privileged { limits::ASSURANCE_AGE_STRICT } else { limits::ASSURANCE_AGE };
        let bare = bare_will_do(trusted, state.tier, Some(state)) && asked.reason == StageReason::Renew;
        let about = For {
            operation: OPERATION,
            request: &asked.request.bytes,
            subjects: &[subject_id(&looked.subject).to_string(), asked.subject.text()],
            asked: Asked { level: Level::Aal2, age, bare },
            now: looked.now,
        };
        let evidence = self.judge(&looked.gate, &looked.view, proof, &about).await;
        evidence.ok_or(Problem::AssuranceInsufficient)
    }

    async fn stage_once(
        &self,
        looked: Looked,
        asked: &Staging,
        mark: RequestMark,
        evidence: Evidence,
        settings: TierSettings,
    ) -> Result<Option<StagedSet>, Problem> {
        let (id, state) = (subject_id(&looked.subject), looked.state()?);
        let prefix = looked.caller.tenant.state().map(|tenant| tenant.prefix()).unwrap_or_default();
        let keeps_kinds = looked.caller.tenant.state().is_some_and(|tenant| tenant.keeps_kinds);
        let about =
            make::For { key: looked.subject.key(), subject: state, keeps_kinds, special: asked.special };
        let made = self.make(&about, settings, prefix, looked.in_force).await?;
        let ended = state.ended_for(mark.key, looked.now);
        // The assertion was used up when the set before was ended for this very request.
        let took = ended.is_none_or(|ended| ended.assertion != evidence.assertion);
        let wanted = Arc::new(Stage {
            reason: asked.reason,
            purposes: asked.purposes.clone(),
            evidence: evidence.clone(),
            ended: ended.map(|ended| ended.generation),
            request: mark,
            new: made.new.clone(),
        });
        let ground = Ground { tier: Some(state.tier), evidence: Some(evidence), private: None };
        for _ in 0..PLACES_TRIED {
            let capped =
                self.capped(&looked.gate, &looked.caller, OPERATION, looked.now).await?.or_refused()?;
            let outcome =
                self.decide_to_stage(&looked, asked, &wanted, &ground, took, capped.clone()).await?;
            return match outcome {
                Ended::Answer(Found::Staged(confirm_by)) => {
                    self.taken(&capped);
                    Ok(Some(shown(id, made, confirm_by)))
                }
                Ended::Answer(Found::Seen(version)) => {
                    self.staged_before(looked.subject.key(), version).await.map(Some)
                }
                Ended::Again => Ok(None),
                Ended::Taken(place) if is_cap(place) => {
                    self.taken(&capped);
                    continue;
                }
                Ended::Taken(_) => self.stage_seen(&looked, mark).await.map(Some),
                Ended::Rejected => Err(Problem::StateChanged),
            };
        }
        Err(Problem::Unavailable)
    }

    async fn decide_to_stage(
        &self,
        looked: &Looked,
        asked: &Staging,
        wanted: &Arc<Stage>,
        ground: &Ground,
        took: bool,
        capped: Capped,
    ) -> Result<Ended<Found>, Problem> {
        let (gate, name, now) = (looked.gate.clone(), asked.subject.clone(), looked.now);
        let made_under = looked.in_force;
        let (wanted, ground) = (Arc::clone(wanted), ground.clone());
        self.decided(&looked.view, move |view| {
            let Opened { subject: held, mut draft, .. } = match gate.open(view, &name, &ground, now)? {
                Ok(opened) => opened,
                Err(stop) => return Ok(stop.step()),
            };
            // A version that is to be retired must gain no set after its sets were counted.
            let system: Held<Tenant> = view.held(SYSTEM)?;
            if system.state().and_then(Tenant::pepper) != made_under {
                return Ok(Step::Prepare(()));
            }
            draft.rely(&system);
            let (owner, at) = (held.key(), view.at(now));
            let staged = subject::stage(held, &wanted, &mut draft);
            if took {
                take_assertion(ground.evidence.as_ref(), gate.tenant(), owner, &mut draft);
            }
            if let Some(place) = capped.place {
                draft.claim_until(place, owner, capped.until);
            }
            Ok(match staged {
                subject::Staged::Done { confirm_by } => Step::Decided(draft, Ok(Found::Staged(confirm_by))),
                subject::Staged::Seen(remembered) => Step::Nothing(Ok(Found::Seen(remembered.version))),
                subject::Staged::KeyReused => Step::Nothing(Err(Problem::IdempotencyKeyReused)),
                subject::Staged::NoSubject => Step::Nothing(Err(Problem::NotFound)),
                subject::Staged::TooMany { until } => {
                    Step::Nothing(Err(Problem::TooManyRequests { after: until.since(at) }))
                }
                subject::Staged::Again => Step::Prepare(()),
            })
        })
        .await
    }
}

impl Looked {
    pub(super) fn state(&self) -> Result<&Subject, Problem> {
        self.subject.state().ok_or(Problem::NotFound)
    }
}

/// The tier's settings with what the request asks for instead.
fn settings(looked: &Looked, asked: &Staging) -> Result<TierSettings, Problem> {
    let tier = looked.state()?.tier;
    let mut settings = looked.caller.tenant.state().map(|tenant| tenant.settings(tier)).unwrap_or_default();
    if let Some(format) = asked.format {
        settings.format = format;
    }
    if let Some(count) = asked.count {
        settings.count = count;
    }
    let most = settings.format.most_codes();
    if settings.count == 0 || settings.count > most {
        return Err(Problem::InvalidValue("A set has 1 to 99 codes, and at most 31 in the format compact."));
    }
    if asked.purposes.is_empty() {
        return Err(Problem::InvalidValue("A set is for at least one purpose."));
    }
    Ok(settings)
}

fn shown(subject: postern_core::ids::SubjectId, made: Made, confirm_by: Time) -> StagedSet {
    let Made { new, codes } = made;
    let (mut sheet, mut duress, mut canaries) = (Vec::new(), None, Vec::new());
    for MadeCode { slot, kind, code } in codes {
        let shown = ShownCode { slot, text: code.display(&new.prefix) };
        match kind {
            CodeKind::Live => sheet.push(shown),
            CodeKind::Duress => duress = Some(shown),
            CodeKind::Canary => canaries.push(shown),
        }
    }
    sheet.sort_by_key(|code| code.slot);
    let codes = ShownCodes { sheet, duress, canaries };
    let set = SetId { subject, generation: new.generation };
    StagedSet { set, generation: new.generation, name: new.name, confirm_by, codes: Some(codes) }
}
