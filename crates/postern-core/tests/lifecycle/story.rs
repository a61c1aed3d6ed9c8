//! A subject, its row, its events, and everything that its holder knows.

mod ends;
mod found;
mod leak;
mod margins;
mod replayed;
mod verdicts;

use std::time::Duration;

use postern_codes::{Format, Parsed, Prefix, generate, parse};
use postern_core::Time;
use postern_core::assurance::{Evidence, Level};
use postern_core::encoding::Fixed;
use postern_core::ids::{SubjectId, TenantId};
use postern_core::kernel::{
    Actor, ActorKind, ClaimKey, Context, Draft, EventHead, Held, Key, Kind, Record as _, Row, Sealer, Space,
    replay,
};
use postern_core::kinds::{CodeKind, Kinds, Secrecy, truth};
use postern_core::local_keys::LocalKeys;
use postern_core::ports::SubjectKeys;
use postern_core::recent::RequestMark;
use postern_core::subject::fact::{RevokeReason, StageReason};
use postern_core::subject::*;
use postern_core::tenant::{LeakPolicy, Tier, TierSettings};
use postern_core::throttle::Class;
use postern_core::verifier::{Material, Prepared, Stretch, subject_key};
use zeroize::Zeroizing;

/// Codes of every set in the story.
pub(crate) const COUNT: usize = 5;
/// Cheap on purpose: the parameters are the set's own, and their strength is tested elsewhere.
const STRETCH: Stretch = Stretch::Argon2id { memory: 8, passes: 1 };
const PEPPER: [u8; 32] = [9; 32];

#[derive(Clone, Debug)]
pub(crate) enum Command {
    Stage { format: usize },
    Confirm { right: bool },
    Redeem { code: usize, device: u8 },
    Guess { source: u8 },
    Rehearse { code: usize },
    Revoke { compromised: bool },
    RevokeCode { slot: u8 },
    Discard,
    RaiseTier,
    Repeat,
    Canary,
    Leak { code: usize, policy: LeakPolicy },
    Leave,
    RequestErasure,
    Due,
    Wait { seconds: u64 },
}

/// A set as its holder has it on paper.
struct Sheet {
    generation: u32,
    codes: Vec<String>,
    canary: String,
    duress: usize,
    confirmed: bool,
    used: Vec<usize>,
}

pub(crate) struct Story {
    key: Key,
    sealer: Sealer,
    local: LocalKeys,
    row: Option<Row>,
    events: Vec<Vec<u8>>,
    now: Time,
    random: u64,
    sheets: Vec<Sheet>,
    last_accepted: Option<(RequestMark, String)>,
}

impl Story {
    pub(crate) fn new() -> Self {
        let key = Key::of(Kind::Subject, TenantId::new([1; 16]), SubjectId::new([2; 16]));
        let mut story = Self {
            key,
            sealer: Sealer::new(&[3; 32], &[4; 32]),
            local: LocalKeys::new(|label| Some((1, Zeroizing::new([label.len() as u8; 32])))).unwrap(),
            row: None,
            events: Vec::new(),
            now: Time::from_millis(1_774_000_000_000),
            random: 7,
            sheets: Vec::new(),
            last_accepted: None,
        };
        let place = ClaimKey { tenant: key.tenant, space: Space::ExternalId, key: [5; 32] };
        let new = Create {
            place,
            kind: SubjectKind::Person,
            tier: Tier::Standard,
            wrapped_key: vec![2; 60],
            epoch: [6; 16],
            salt: [7; 16],
        };
        let mut draft = story.draft();
        let _ = create(story.held(), new, None, &mut draft);
        story.commit(draft);
        story
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.events.iter().map(|event| EventHead::read(event).unwrap().r#type).collect()
    }

    /// The row opens, its events are canonical, and their fold is the row.
    pub(crate) fn check(&self) {
        let held = self.held();
        let heads = self.events.iter().map(|event| EventHead::read(event).unwrap());
        let replayed = replay::<Subject>(heads).unwrap();
        replayed.compare(&held).unwrap();
        let Some(state) = held.state() else { return };
        let again = replayed.state.as_ref().unwrap();
        assert_eq!(state.columns(), again.columns());
        assert_eq!(state.part_numbers(), again.part_numbers());
        assert!(state.ended.len() <= 8);
        if let Some(active) = &state.active {
            let sheet = self.sheets.iter().find(|sheet| sheet.generation == active.set.generation).unwrap();
            assert!(sheet.confirmed);
            assert!(sheet.used.iter().all(|used| !active.works(*used as u8 + 1)));
        }
        let body = self.row.as_ref().unwrap().body.len();
        assert!(body <= 1_400, "{body} bytes");
    }

    /// The row as it is now, and how many events made it.
    pub(crate) fn back_up(&self) -> (Option<Row>, usize) {
        (self.row.clone(), self.events.len())
    }

    /// Completes a backup with the events since, ends what cannot be tested any more, and goes on from there. The
    /// holder is told which sheets are worth nothing.
    pub(crate) fn restore(&mut self, (row, events): (Option<Row>, usize)) {
        let Some(live) = self.held().state().cloned() else { return };
        let since = self.events.split_off(events);
        self.row = row;
        let (mut draft, mut held) = (self.draft(), self.held());
        let known = held.state().map_or(0, |state| state.generation);
        for bytes in &since {
            held = held.replay(&EventHead::read(bytes).unwrap(), bytes, &mut draft).unwrap();
        }
        assert_eq!(held.state(), Some(&live), "replay made another state");
        let of: Vec<_> = draft.events().iter().map(|event| event.bytes.clone()).collect();
        assert_eq!(of, since, "the log has other bytes than were recorded");
        if since.is_empty() {
            return;
        }
        self.commit(draft);
        let mut draft = self.draft();
        let wanted = Restore { epoch: [8; 16], salt: [9; 16], everything: false };
        restore(self.held(), &wanted, &mut draft);
        if !draft.is_empty() {
            self.commit(draft);
        }
        let state = self.held().state().unwrap().clone();
        assert!(state.epoch.is_known() && state.salt.is_known(), "codes would be made without a secret");
        for set in
            state.active.iter().map(|active| &active.set).chain(state.staged.iter().map(|staged| &staged.set))
        {
            assert!(set.generation <= known, "a set that nobody has verifiers of goes on");
            assert!(set.verifiers.is_known() && set.salt.is_known());
        }
        let kept = |set: Option<&CodeSet>| {
            set.is_some_and(|set| set.generation <= known && set.verifiers.is_known())
        };
        if live.epoch == state.epoch {
            assert_eq!(kept(live.active.as_ref().map(|active| &active.set)), state.active.is_some());
        }
        let mut draft = self.draft();
        restore(self.held(), &wanted, &mut draft);
        assert!(draft.is_empty(), "what was ended is ended again");
    }

    pub(crate) fn run(&mut self, command: &Command) {
        if self.held().state().is_none() && !matches!(command, Command::Wait { .. }) {
            return;
        }
        match command {
            Command::Wait { seconds } => self.now = self.now.plus(Duration::from_secs(*seconds)),
            Command::Stage { format } => self.stage(Format::ALL[*format]),
            Command::Confirm { right } => self.confirm(*right),
            Command::Redeem { code, device } => {
                let of =
                    self.sheets.iter().rev().nth(code / COUNT).map(|sheet| sheet.codes[code % COUNT].clone());
                if let Some(text) = of {
                    let class = if *device == 2 { Class::Known } else { Class::Unknown };
                    self.redeem(&text, class, *device);
                }
            }
            Command::Guess { source } => {
                let text = self.fresh_code(Format::Standard, 1);
                self.redeem(&text, Class::Unknown, *source);
            }
            Command::Rehearse { code } => self.rehearse(*code),
            Command::Revoke { compromised } => self.revoke(*compromised),
            Command::RevokeCode { slot } => self.revoke_code(*slot),
            Command::Discard => {
                let generation = self.held().state().unwrap().generation;
                let mut draft = self.draft();
                discard(self.held(), generation, &mut draft);
                self.commit(draft);
            }
            Command::RaiseTier => {
                let change = Change { revision: None, tier: Some(Tier::Elevated), person: None };
                let mut draft = self.draft();
                let _ = postern_core::subject::change(self.held(), &change, &mut draft);
                self.commit(draft);
            }
            Command::Repeat => self.repeat(),
            Command::Canary => self.canary(),
            Command::Leak { code, policy } => self.leak(*code, *policy),
            Command::Leave => {
                let mut draft = self.draft();
                assert!(leave(self.held(), &mut draft));
                self.commit(draft);
                let held = self.held();
                let state = held.state().unwrap();
                assert!(state.active.is_none() && state.staged.is_none() && !state.is_here());
            }
            Command::RequestErasure => {
                let mut draft = self.draft();
                request_erasure(self.held(), false, &mut draft);
                self.commit(draft);
            }
            Command::Due => self.due(),
        }
    }

    /// What the hourly job does.
    fn due(&mut self) {
        let mut draft = self.draft();
        let settled = settle(self.held(), &mut draft);
        let before = settled.state().cloned().unwrap();
        let forgets = erase_due(settled, &mut draft);
        let now = draft.context().at;
        assert_eq!(forgets, before.erase_at.is_some_and(|due| due <= now));
        assert_eq!(forgets, draft.forgotten().contains(&self.key));
        self.commit(draft);
        if forgets {
            let held = self.held();
            let Some(state) = held.state() else { return };
            assert!(
                state.epoch.bytes().is_empty() && state.salt.bytes().is_empty() && state.ended.is_empty()
            );
        }
    }

    /// A canary is a wrong word to everybody but `security`.
    fn canary(&mut self) {
        let Some(sheet) = self.sheets.iter().rev().find(|sheet| sheet.confirmed) else { return };
        let (text, generation) = (sheet.canary.clone(), sheet.generation);
        let held = self.held();
        let active = held.state().and_then(|state| state.active.as_ref());
        let works = active.filter(|active| active.expires_at > self.now).map(|active| active.set.generation);
        let request = self.mark();
        let count = self.events.len();
        match self.try_redeem(&text, Class::Unknown, 5, request) {
            Verdict::Refused(kind) if works == Some(generation) => {
                assert_eq!(kind, CodeKind::Canary);
                let refused = self.events[count..].iter().find_map(|event| {
                    let head = EventHead::read(event).unwrap();
                    match head.fact::<SubjectFact>().unwrap() {
                        Some(SubjectFact::Refused(refused)) => Some(refused),
                        _ => None,
                    }
                });
                let refused = refused.expect("a refusal is in the log");
                assert_eq!((refused.reason, refused.counted), (fact::RefusalReason::Wrong, true));
                assert_eq!(refused.generation, None);
                let said = truth(&self.local, self.key, &refused.security.unwrap());
                assert_eq!(said, Some(CodeKind::Canary));
            }
            Verdict::Accepted(_) => panic!("a canary was accepted"),
            _ => {}
        }
    }

    fn stage(&mut self, format: Format) {
        let held = self.held();
        let state = held.state().unwrap();
        if !state.is_here() {
            return;
        }
        let (generation, epoch) = (state.generation + 1, state.epoch.bytes().to_vec());
        let key = subject_key(&PEPPER, "ten", "sub", &epoch);
        let codes: Vec<String> = (1..=COUNT as u8).map(|slot| self.fresh_code(format, slot)).collect();
        let salt = vec![self.byte(); 16];
        let canary = self.fresh_code(format, 3);
        let kinds = Kinds::arrange(COUNT as u8, 1, true, |bytes| bytes.fill(self.byte()));
        let of = |slot: Option<u8>| slot.map_or(&canary, |slot| &codes[usize::from(slot) - 1]);
        let verifier = |(slot, _)| material(of(slot)).verifier(&key, generation, &salt);
        let verifiers = kinds.places().flat_map(verifier).collect();
        let duress = kinds.places().find(|(_, kind)| *kind == CodeKind::Duress).unwrap().0.unwrap();
        let sealed = self.secrecy().seal(self.key, generation, &kinds);
        let settings =
            TierSettings { count: COUNT as u8, format, lifetime_days: 365, low_stock: 3, stretch: STRETCH };
        let new = NewSet {
            generation,
            epoch,
            key_version: 1,
            name: "calm-otter".to_owned(),
            salt,
            verifiers,
            settings,
            prefix: Prefix::default(),
            kinds: sealed,
        };
        let wanted = Stage {
            reason: StageReason::Renew,
            purposes: vec![Purpose::SecondFactor],
            evidence: self.evidence(),
            ended: None,
            request: self.mark(),
            new,
        };
        let mut draft = self.draft();
        if let Staged::Done { .. } = stage(self.held(), &wanted, &mut draft) {
            self.sheets.push(Sheet {
                generation,
                codes,
                canary,
                duress: usize::from(duress) - 1,
                confirmed: false,
                used: Vec::new(),
            });
            self.commit(draft);
        }
    }

    fn confirm(&mut self, right: bool) {
        let Some(sheet) = self.sheets.last() else { return };
        let generation = sheet.generation;
        let text = if right { sheet.codes[2].clone() } else { self.fresh_code(Format::Standard, 1) };
        let prepared = self.prepared(&text);
        let request = self.mark();
        let source = Fixed([1; 8]);
        let wanted = Confirm {
            generation,
            prepared: &prepared,
            check_mismatch: false,
            request,
            source,
            secrecy: self.secrecy(),
            ended: &[],
        };
        let mut draft = self.draft();
        let confirmed = confirm(self.held(), &wanted, &mut draft);
        if let Confirmed::Done { .. } = confirmed {
            assert!(right, "a wrong code confirmed a set");
            self.sheets.last_mut().unwrap().confirmed = true;
        }
        self.commit(draft);
    }

    fn redeem(&mut self, text: &str, class: Class, source: u8) {
        let request = self.mark();
        let before = self.held();
        let accepted = self.try_redeem(text, class, source, request);
        if let Verdict::Accepted(accepted) = &accepted {
            let newest =
                self.sheets.iter().rev().find(|sheet| sheet.confirmed).expect("nothing was confirmed");
            assert_eq!(accepted.spent.generation, newest.generation, "a code of another set was accepted");
            let code = newest
                .codes
                .iter()
                .position(|code| code == text)
                .expect("a word that is no code was accepted");
            assert!(!newest.used.contains(&code), "a code was accepted twice");
            assert_eq!(usize::from(accepted.spent.slot), code + 1);
            let kind = if code == newest.duress { CodeKind::Duress } else { CodeKind::Live };
            let said = truth(&self.local, self.key, &accepted.spent.security.clone().unwrap());
            assert_eq!((accepted.kind, said), (kind, Some(kind)));
            assert!(before.state().unwrap().active.as_ref().unwrap().expires_at > self.now);
            let generation = newest.generation;
            let sheet = self.sheets.iter_mut().find(|sheet| sheet.generation == generation).unwrap();
            sheet.used.push(code);
            self.last_accepted = Some((request, text.to_owned()));
        }
    }

    fn try_redeem(&mut self, text: &str, class: Class, source: u8, request: RequestMark) -> Verdict {
        let (prepared, evidence) = (self.prepared(text), self.evidence());
        let secrecy = self.secrecy();
        let wanted = wanted(&prepared, &evidence, class, source, request, secrecy);
        let mut draft = self.draft();
        let verdict = redeem(self.held(), &wanted, &mut draft);
        if matches!(verdict, Verdict::Accepted(_) | Verdict::Refused(_)) {
            assert!(!draft.is_empty(), "a tested word left no evidence");
            self.commit(draft);
        }
        verdict
    }

    /// A retry of an accepted request spends nothing and is known for what it is.
    fn repeat(&mut self) {
        let Some((mark, text)) = self.last_accepted.clone() else { return };
        let held = self.held();
        let state = held.state().unwrap();
        // Who has left is nobody: nothing is repeated, and nothing is accepted.
        let fresh = state.is_here() && state.recent.by_key(mark.key, self.now).is_some();
        let count = self.events.len();
        let verdict = self.try_redeem(&text, Class::Unknown, 0, mark);
        if fresh {
            assert!(matches!(verdict, Verdict::Seen(_)), "{verdict:?}");
            assert_eq!(count, self.events.len());
        } else {
            assert!(!matches!(verdict, Verdict::Accepted(_)), "a code was accepted twice");
        }
    }

    fn rehearse(&mut self, code: usize) {
        let of = self.sheets.iter().rev().nth(code / COUNT).map(|sheet| sheet.codes[code % COUNT].clone());
        let Some(text) = of else { return };
        let (prepared, evidence, request) = (self.prepared(&text), self.evidence(), self.mark());
        let secrecy = self.secrecy();
        let wanted = wanted(&prepared, &evidence, Class::Proof, 9, request, secrecy);
        let before = self.held().state().and_then(|state| state.active.as_ref().map(ActiveSet::remaining));
        let mut draft = self.draft();
        let rehearsed = rehearse(self.held(), &wanted, &mut draft);
        if matches!(rehearsed, Rehearsed::Works { .. } | Rehearsed::Refused(_)) {
            self.commit(draft);
        }
        if matches!(rehearsed, Rehearsed::Works { .. }) {
            let after = self.held().state().and_then(|state| state.active.as_ref().map(ActiveSet::remaining));
            assert_eq!(before, after, "a rehearsal spent a code");
        }
    }

    fn revoke(&mut self, compromised: bool) {
        let reason = if compromised { RevokeReason::Compromised } else { RevokeReason::Lost };
        let generation =
            self.held().state().unwrap().active.as_ref().map_or(1, |active| active.set.generation);
        let epoch = [self.byte(); 16];
        let wanted = Revoke {
            generation,
            reason,
            epoch,
            request: Some(self.mark()),
            many: None,
            keeps_keys: false,
            stages: None,
        };
        let mut draft = self.draft();
        if revoke(self.held(), &wanted, &mut draft) == Revoked::Done && !draft.is_empty() {
            self.commit(draft);
            assert!(self.held().state().unwrap().active.is_none());
        }
    }

    fn revoke_code(&mut self, slot: u8) {
        let generation =
            self.held().state().unwrap().active.as_ref().map_or(0, |active| active.set.generation);
        let request = Some(self.mark());
        let mut draft = self.draft();
        if revoke_code(self.held(), generation, slot, RevokeReason::Other, request, &mut draft)
            == Revoked::Done
        {
            self.commit(draft);
            let sheet = self.sheets.iter_mut().find(|sheet| sheet.generation == generation).unwrap();
            sheet.used.push(usize::from(slot) - 1);
        }
    }

    fn secrecy(&self) -> Secrecy<'_> {
        Secrecy { keys: &self.local, nonce: [self.events.len() as u8; 8] }
    }

    fn held(&self) -> Held<Subject> {
        Held::open(self.key, self.row.as_ref(), &self.sealer).unwrap()
    }

    fn draft(&self) -> Draft {
        let last = if self.row.is_some() { self.held().last() } else { Time::START };
        let actor = Actor::new(ActorKind::Application, "app_test");
        Draft::new(Context { at: self.now.max(last), actor, private: Some(vec![8; 40]) })
    }

    fn commit(&mut self, draft: Draft) {
        assert!(draft.fault().is_none());
        super::row::commit(&mut self.row, self.key, &draft, &self.sealer);
        for event in draft.events() {
            let value: serde_json::Value = serde_json::from_slice(&event.bytes).unwrap();
            assert_eq!(serde_jcs::to_vec(&value).unwrap(), event.bytes, "an event is not in RFC 8785 order");
            self.events.push(event.bytes.clone());
        }
    }

    fn prepared(&self, text: &str) -> Prepared {
        let epoch = self.held().state().unwrap().epoch.bytes().to_vec();
        let key = subject_key(&PEPPER, "ten", "sub", &epoch);
        Prepared { epoch, keys: SubjectKeys { live: vec![(1, key)] }, material: material(text) }
    }

    fn evidence(&self) -> Evidence {
        let methods = vec!["otp".to_owned()];
        Evidence { assertion: None, at: self.now, level: Level::Aal2, methods, prover: None }
    }

    fn mark(&mut self) -> RequestMark {
        let unique = self.next().to_be_bytes();
        RequestMark { fingerprint: Fixed(unique), key: Fixed(unique), stretch: STRETCH }
    }

    fn fresh_code(&mut self, format: Format, slot: u8) -> String {
        let mut state = self.next();
        let code = generate(format, slot, &Prefix::default(), &mut |bytes| {
            for byte in bytes {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = (state >> 33) as u8;
            }
        });
        let text: &Zeroizing<String> = &code.display(&Prefix::default());
        text.to_string()
    }

    fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random
    }
}

fn material(text: &str) -> Material {
    let Parsed::Testable { code, .. } = parse(text, &[Prefix::default()]) else {
        panic!("{text} does not read")
    };
    Material::new(&code, STRETCH, &[7; 16]).unwrap()
}

fn wanted<'a>(
    prepared: &'a Prepared,
    evidence: &'a Evidence,
    class: Class,
    source: u8,
    request: RequestMark,
    secrecy: Secrecy<'a>,
) -> Redeem<'a> {
    Redeem {
        prepared,
        corrected: None,
        purpose: Purpose::SecondFactor,
        evidence: Some(evidence),
        class,
        source: Fixed([source; 8]),
        request,
        application: "app_test",
        txn: Fixed([0; 32]),
        device_minted: None,
        format: Format::Standard,
        secrecy,
        ended: &[],
    }
}
