//! People in great numbers, decided as the service decides them but without requests: each has a set of codes that
//! work.

use postern_codes::{Code, Format, Prefix, generate};
use postern_core::Time;
use postern_core::assurance::{Evidence, Level};
use postern_core::encoding::Fixed;
use postern_core::ids::{SubjectId, TenantId};
use postern_core::kernel::{Actor, ActorKind, Context, Draft, Held, Key, Kind};
use postern_core::kinds::{Kinds, Secrecy};
use postern_core::personal::SubjectKey;
use postern_core::ports::{Entropy, Keys};
use postern_core::recent::RequestMark;
use postern_core::subject::fact::StageReason;
use postern_core::subject::{
    Confirm, Confirmed, Create, NewSet, Purpose, Stage, Staged, Subject, SubjectKind,
};
use postern_core::subject::{confirm, create, stage};
use postern_core::tenant::{Tier, TierSettings};
use postern_core::verifier::{Material, Prepared, Stretch};
use postern_store::many::Many;
use serde_json::json;
use zeroize::Zeroizing;

/// What people are made with.
pub struct Maker<'a> {
    /// The installation's keys.
    pub keys: &'a dyn Keys,
    /// Where random numbers come from.
    pub entropy: &'a dyn Entropy,
    /// Whose people.
    pub tenant: TenantId,
    /// When.
    pub now: Time,
}

/// The source that a confirmation is said to have come from.
const SOURCE: [u8; 8] = [0; 8];

impl Maker<'_> {
    /// Makes a person: created, a set of ten codes staged and confirmed. Gives the codes as they are printed.
    pub fn person(&self, external_id: &str, many: &mut Many) -> Vec<Zeroizing<String>> {
        let id = SubjectId::new(self.random());
        let key = Key::of(Kind::Subject, self.tenant, id);
        self.create(key, external_id, many);
        let codes = self.stage(id, many.held(key).unwrap(), many);
        self.confirm(id, many.held(key).unwrap(), &codes, many);
        codes.iter().map(|code| code.display(&Prefix::default())).collect()
    }

    fn create(&self, key: Key, external_id: &str, many: &mut Many) {
        let own = SubjectKey::new(Zeroizing::new(self.random()));
        let wrapped_key = own.wrap(self.keys.local(), key, self.random()).unwrap();
        let person = json!({ "external_id": external_id }).to_string();
        let private = own.seal(key, self.random(), person.as_bytes());
        let new = Create {
            place: self.keys.local().external_id(self.tenant, external_id),
            kind: SubjectKind::Person,
            tier: Tier::Standard,
            wrapped_key,
            epoch: self.random(),
            salt: self.random(),
        };
        let mut draft = self.draft(private);
        let _ = create(many.held(key).unwrap(), new, None, &mut draft);
        many.add(&draft);
    }

    fn stage(&self, id: SubjectId, held: Held<Subject>, many: &mut Many) -> Vec<Code> {
        let state = held.state().unwrap();
        let epoch = state.epoch.bytes().to_vec();
        let (generation, salt) = (state.generation + 1, self.random::<16>());
        let keys = self.keys.subject_keys(self.tenant, id, &epoch).unwrap();
        let (key_version, key) = keys.live.first().unwrap();
        let settings = TierSettings::default();
        let code = |slot| generate(Format::Standard, slot, &Prefix::default(), &mut |bytes| self.fill(bytes));
        let codes: Vec<Code> = (1..=settings.count).map(code).collect();
        let kinds = Kinds::arrange(settings.count, 0, false, |bytes| self.fill(bytes));
        let slots = kinds.places().filter_map(|(slot, _)| slot);
        let verifier =
            |slot: u8| material(&codes[usize::from(slot) - 1], state).verifier(key, generation, &salt);
        let new = NewSet {
            generation,
            epoch,
            key_version: *key_version,
            name: "calm-otter".to_owned(),
            salt: salt.to_vec(),
            verifiers: slots.flat_map(verifier).collect(),
            kinds: self.secrecy().seal(held.key(), generation, &kinds),
            settings,
            prefix: Prefix::default(),
        };
        let wanted = Stage {
            reason: StageReason::Renew,
            purposes: vec![Purpose::SecondFactor],
            evidence: Evidence {
                assertion: None,
                at: self.now,
                level: Level::Aal2,
                methods: vec!["otp".to_owned()],
                prover: None,
            },
            ended: None,
            request: self.mark(),
            new,
        };
        let mut draft = self.draft(None);
        let staged = stage(held, &wanted, &mut draft);
        assert!(matches!(staged, Staged::Done { .. }), "{staged:?}");
        many.add(&draft);
        codes
    }

    fn confirm(&self, id: SubjectId, held: Held<Subject>, codes: &[Code], many: &mut Many) {
        let state = held.state().unwrap();
        let epoch = state.epoch.bytes().to_vec();
        let keys = self.keys.subject_keys(self.tenant, id, &epoch).unwrap();
        let prepared = Prepared { epoch, keys, material: material(codes.first().unwrap(), state) };
        let wanted = Confirm {
            generation: state.generation,
            prepared: &prepared,
            check_mismatch: false,
            request: self.mark(),
            source: Fixed(SOURCE),
            secrecy: self.secrecy(),
            ended: &[],
        };
        let mut draft = self.draft(None);
        let confirmed = confirm(held, &wanted, &mut draft);
        assert!(matches!(confirmed, Confirmed::Done { .. }), "{confirmed:?}");
        many.add(&draft);
    }

    fn secrecy(&self) -> Secrecy<'_> {
        Secrecy { keys: self.keys.local(), nonce: self.random() }
    }

    fn draft(&self, private: Option<Vec<u8>>) -> Draft {
        let actor = Actor::new(ActorKind::Application, "app_many");
        Draft::new(Context { at: self.now, actor, private })
    }

    fn mark(&self) -> RequestMark {
        RequestMark { fingerprint: Fixed(self.random()), key: Fixed(self.random()), stretch: Stretch::None }
    }

    fn random<const LENGTH: usize>(&self) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        self.fill(&mut bytes);
        bytes
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.entropy.fill(bytes).unwrap();
    }
}

fn material(code: &Code, subject: &Subject) -> Material {
    Material::new(code, Stretch::None, subject.salt.bytes()).unwrap()
}
