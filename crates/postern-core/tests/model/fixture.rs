//! What stays the same in every world: keys, two sheets of codes, and the rows from which each world begins.

use postern_codes::{Format, Parsed, Prefix, generate, parse};
use postern_core::Time;
use postern_core::application::{self, Created, NewKey};
use postern_core::encoding::Fixed;
use postern_core::ids::{ApplicationId, SubjectId, TenantId};
use postern_core::kernel::{Actor, ActorKind, ClaimKey, Context, Draft, Held, Key, Kind, Row, Sealer, Space};
use postern_core::local_keys::LocalKeys;
use postern_core::ports::SubjectKeys;
use postern_core::recent::RequestMark;
use postern_core::subject::fact::StageReason;
use postern_core::subject::*;
use postern_core::tenant::{Tier, TierSettings};
use postern_core::verifier::{Material, Prepared, Stretch, subject_key};
use zeroize::Zeroizing;

use crate::command::{self, Asks, Told};
use crate::disk::Disk;

/// Codes of each sheet.
pub(crate) const COUNT: usize = 3;
/// When every world begins.
pub(crate) const START: u64 = 1_774_000_000_000;
const PEPPER: [u8; 32] = [9; 32];

/// Keys and sheets.
pub(crate) struct Fixture {
    pub(crate) subject: Key,
    pub(crate) application: Key,
    pub(crate) sealer: Sealer,
    pub(crate) local: LocalKeys,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let tenant = TenantId::new([1; 16]);
        Self {
            subject: Key::of(Kind::Subject, tenant, SubjectId::new([2; 16])),
            application: Key::of(Kind::Application, tenant, ApplicationId::new([3; 16])),
            sealer: Sealer::new(&[3; 32], &[4; 32]),
            local: LocalKeys::new(|label| Some((1, Zeroizing::new([label.len() as u8; 32])))).unwrap(),
        }
    }

    /// A code of a sheet made ready under the keys of the epoch that a row has; sheet 0 is a word of nobody's.
    pub(crate) fn prepared(&self, sheet: u32, code: usize, epoch: &[u8]) -> Prepared {
        let key = subject_key(&PEPPER, "ten", "sub", epoch);
        let material = material(sheet, code);
        Prepared { epoch: epoch.to_vec(), keys: SubjectKeys { live: vec![(1, key)] }, material }
    }

    pub(crate) fn held(&self, row: Option<&Row>) -> Held<Subject> {
        Held::open(self.subject, row, &self.sealer).unwrap()
    }

    /// The first sheet works, the second waits to be confirmed, the caller has a key.
    pub(crate) fn disk(&self) -> Disk {
        let mut disk = Disk::default();
        let mut draft = draft(Time::from_millis(START));
        let created = Created {
            addresses: Vec::new(),
            caps: None,
            certificates: Vec::new(),
            enforces: Vec::new(),
            grants: Vec::new(),
            name: "login".to_owned(),
            trusted_backend: false,
        };
        let held = application::create(Held::absent(self.application, 0), created, &mut draft);
        let new = NewKey { secret: Zeroizing::new([5; 20]), expires_at: None };
        assert!(application::make_key(held, new, &self.local, &mut draft).is_ok());
        disk.apply(&draft, self);
        self.begin(&mut disk);
        self.stage(&mut disk, 1);
        let told =
            command::run(self, &disk, Asks::Confirm { generation: 1 }, mark(200), Time::from_millis(START));
        assert_eq!(told.told, Told::Done);
        disk.apply(&told.draft.unwrap(), self);
        self.stage(&mut disk, 2);
        disk
    }

    fn begin(&self, disk: &mut Disk) {
        let place = ClaimKey { tenant: self.subject.tenant, space: Space::ExternalId, key: [5; 32] };
        let (kind, tier) = (SubjectKind::Person, Tier::Standard);
        let new = Create { place, kind, tier, wrapped_key: vec![2; 60], epoch: [6; 16], salt: [7; 16] };
        let mut draft = draft(Time::from_millis(START));
        let _ = create(self.held(None), new, None, &mut draft);
        disk.apply(&draft, self);
    }

    fn stage(&self, disk: &mut Disk, generation: u32) {
        let held = self.held(disk.row(self.subject));
        let epoch = held.state().unwrap().epoch.bytes().to_vec();
        let key = subject_key(&PEPPER, "ten", "sub", &epoch);
        let salt = vec![generation as u8; 16];
        let verifier = |code| material(generation, code).verifier(&key, generation, &salt);
        let verifiers = (0..COUNT).flat_map(verifier).collect();
        let settings = TierSettings { count: COUNT as u8, ..TierSettings::default() };
        let (name, prefix) = ("calm-otter".to_owned(), Prefix::default());
        let new = NewSet {
            generation,
            epoch,
            key_version: 1,
            name,
            salt,
            verifiers,
            settings,
            prefix,
            kinds: None,
        };
        let wanted = Stage {
            reason: StageReason::Renew,
            purposes: vec![Purpose::SecondFactor],
            evidence: command::evidence(Time::from_millis(START)),
            ended: None,
            request: mark(200 + generation as u8),
            new,
        };
        let mut draft = draft(Time::from_millis(START));
        assert!(matches!(stage(held, &wanted, &mut draft), Staged::Done { .. }));
        disk.apply(&draft, self);
    }
}

/// A request of its own number.
pub(crate) fn mark(number: u8) -> RequestMark {
    RequestMark { fingerprint: Fixed([number; 8]), key: Fixed([number; 8]), stretch: Stretch::ARGON2ID }
}

pub(crate) fn draft(at: Time) -> Draft {
    Draft::new(Context { at, actor: Actor::new(ActorKind::Application, "app_test"), private: None })
}

fn material(sheet: u32, code: usize) -> Material {
    let slot = code as u8 + 1;
    let generated = generate(Format::Standard, slot, &Prefix::default(), &mut |bytes| {
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = (at as u8).wrapping_mul(37) ^ (sheet as u8).wrapping_mul(91) ^ slot.wrapping_mul(53);
        }
    });
    let text = generated.display(&Prefix::default());
    let Parsed::Testable { code, .. } = parse(&text, &[Prefix::default()]) else {
        panic!("a code does not read")
    };
    Material::new(&code, Stretch::ARGON2ID, &[7; 16]).unwrap()
}
