//! What is asked, how the core decides it on what a disk holds, and what the caller is told.

use postern_codes::Format;
use postern_core::Time;
use postern_core::application::{Application, revoke_key};
use postern_core::assurance::{Evidence, Level};
use postern_core::encoding::Fixed;
use postern_core::kernel::{Draft, Held};
use postern_core::kinds::Secrecy;
use postern_core::recent::{Remembered, RequestMark};
use postern_core::subject::fact::RevokeReason;
use postern_core::subject::{Confirm, Confirmed, Purpose, Redeem, Revoke, Subject, Verdict};
use postern_core::subject::{confirm, redeem, revoke};
use postern_core::throttle::Class;

use crate::disk::{Disk, verdict};
use crate::fixture::{Fixture, draft};

/// What one client asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Asks {
    /// To redeem a code of a sheet.
    Redeem { generation: u32, code: usize },
    /// To redeem a word that is nobody's code.
    Guess,
    /// To confirm a staged sheet.
    Confirm { generation: u32 },
    /// To revoke the first sheet; after a compromise what is staged goes with it.
    Revoke { compromised: bool },
    /// To revoke the key that all the others ask with.
    RevokeKey,
}

/// What a client is told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Told {
    Accepted {
        generation: u32,
        code: usize,
    },
    Refused,
    /// The key does not work.
    Denied,
    /// Confirmed or revoked.
    Done,
    /// There is nothing to confirm any more.
    Moved,
    /// Nothing changed: ask again.
    Unavailable,
}

/// One decision: what is to be committed, what is told then, and whether it is a repetition.
pub(crate) struct Decision {
    pub(crate) draft: Option<Draft>,
    pub(crate) told: Told,
    pub(crate) repeated: bool,
}

/// Decides on what lies there.
pub(crate) fn run(fixture: &Fixture, disk: &Disk, asks: Asks, request: RequestMark, now: Time) -> Decision {
    let held = fixture.held(disk.row(fixture.subject));
    let key = fixture.application;
    let caller = Held::<Application>::open(key, disk.row(key), &fixture.sealer).unwrap();
    let mut draft = draft(now.max(held.last()).max(caller.last()));
    if asks == Asks::RevokeKey {
        revoke_key(caller, 1, &mut draft);
        return decided(draft, Told::Done);
    }
    if caller.state().is_none_or(|state| state.live_keys(now).is_empty()) {
        return Decision { draft: None, told: Told::Denied, repeated: false };
    }
    draft.rely(&caller);
    match asks {
        Asks::Redeem { generation, code } => redeemed(fixture, disk, (generation, code), request, draft),
        Asks::Guess => redeemed(fixture, disk, (9, 0), request, draft),
        Asks::Confirm { generation } => confirmed(fixture, disk, generation, request, draft),
        Asks::Revoke { .. } | Asks::RevokeKey => {
            let reason = match asks {
                Asks::Revoke { compromised: true } => RevokeReason::Compromised,
                _ => RevokeReason::Lost,
            };
            let (epoch, request) = ([8; 16], Some(request));
            let (generation, many, keeps_keys, stages) = (1, None, false, None);
            let wanted = Revoke { generation, reason, epoch, request, many, keeps_keys, stages };
            revoke(held, &wanted, &mut draft);
            decided(draft, Told::Done)
        }
    }
}

fn redeemed(
    fixture: &Fixture,
    disk: &Disk,
    (sheet, code): (u32, usize),
    request: RequestMark,
    mut draft: Draft,
) -> Decision {
    let held = fixture.held(disk.row(fixture.subject));
    let (prepared, evidence) = (fixture.prepared(sheet, code, &epoch(&held)), evidence(draft.context().at));
    let wanted = Redeem {
        prepared: &prepared,
        corrected: None,
        purpose: Purpose::SecondFactor,
        evidence: Some(&evidence),
        class: Class::Unknown,
        source: Fixed([request.key.0[0]; 8]),
        request,
        application: "app_test",
        txn: Fixed([0; 32]),
        device_minted: None,
        format: Format::Standard,
        secrecy: Secrecy { keys: &fixture.local, nonce: [0; 8] },
        ended: &[],
    };
    match redeem(held, &wanted, &mut draft) {
        Verdict::Accepted(accepted) => {
            let code = usize::from(accepted.spent.slot) - 1;
            decided(draft, Told::Accepted { generation: accepted.spent.generation, code })
        }
        Verdict::Refused(_) => decided(draft, Told::Refused),
        Verdict::Seen(remembered) => repeated(fixture, disk, remembered),
        other => panic!("{other:?}"),
    }
}

fn confirmed(
    fixture: &Fixture,
    disk: &Disk,
    generation: u32,
    request: RequestMark,
    mut draft: Draft,
) -> Decision {
    let held = fixture.held(disk.row(fixture.subject));
    let prepared = fixture.prepared(generation, 0, &epoch(&held));
    let (check_mismatch, source) = (false, Fixed([1; 8]));
    let secrecy = Secrecy { keys: &fixture.local, nonce: [0; 8] };
    let wanted =
        Confirm { generation, prepared: &prepared, check_mismatch, request, source, secrecy, ended: &[] };
    match confirm(held, &wanted, &mut draft) {
        Confirmed::Done { .. } => decided(draft, Told::Done),
        Confirmed::Seen(remembered) => repeated(fixture, disk, remembered),
        Confirmed::Moved => Decision { draft: None, told: Told::Moved, repeated: false },
        other => panic!("{other:?}"),
    }
}

/// How the first factor was known.
pub(crate) fn evidence(at: Time) -> Evidence {
    Evidence { assertion: None, at, level: Level::Aal2, methods: vec!["otp".to_owned()], prover: None }
}

fn epoch(held: &Held<Subject>) -> Vec<u8> {
    held.state().map(|state| state.epoch.bytes().to_vec()).unwrap_or_default()
}

fn decided(draft: Draft, told: Told) -> Decision {
    Decision { draft: (!draft.is_empty()).then_some(draft), told, repeated: false }
}

/// The answer that was given before, rebuilt from its event.
fn repeated(fixture: &Fixture, disk: &Disk, remembered: Remembered) -> Decision {
    let of = |version| disk.log.iter().find(|entry| entry.key == fixture.subject && entry.version == version);
    let told = of(remembered.version).and_then(|entry| verdict(entry)).map_or(Told::Done, |(_, told)| told);
    Decision { draft: None, told, repeated: true }
}
