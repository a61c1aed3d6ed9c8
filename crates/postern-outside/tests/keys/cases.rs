//! The cases: what the port says of every key service.

use std::sync::atomic::{AtomicBool, Ordering};

use ed25519_dalek::{Signature, VerifyingKey};
use postern_core::ids::{SubjectId, TenantId};
use postern_core::ports::{Keys, SigningKey};
use postern_outside::entropy::SystemEntropy;

use crate::support::{EPOCH, Ground, SUBJECT, TENANT, asked};

pub(crate) fn a_subjects_keys_are_the_same_every_time(ground: &impl Ground) {
    let keys = ground.open();
    let first = asked(&keys);
    assert!(first == asked(&keys), "one service gave two answers");
    drop(keys);
    assert!(first == asked(&ground.open()), "opened again, it gave another answer");
    assert_eq!(first.len(), 1);
}

pub(crate) fn keys_are_apart_by_tenant_subject_and_epoch(ground: &impl Ground) {
    let keys = ground.open();
    let (tenant, subject) = (TenantId::new([3; 16]), SubjectId::new([3; 16]));
    let all = [
        (TENANT, SUBJECT, EPOCH),
        (tenant, SUBJECT, EPOCH),
        (TENANT, subject, EPOCH),
        (TENANT, SUBJECT, b"other".as_slice()),
        (TENANT, SUBJECT, b"".as_slice()),
    ];
    let all = all.map(|(tenant, subject, epoch)| keys.subject_keys(tenant, subject, epoch).unwrap().live);
    for (n, one) in all.iter().enumerate() {
        assert!(all.iter().skip(n + 1).all(|other| one != other), "keys {n} are another's too");
    }
}

pub(crate) fn every_live_version_comes_in_one_answer_the_newest_first(ground: &impl Ground) {
    let before = asked(&ground.open());
    ground.add_pepper();
    let after = asked(&ground.open());
    assert_eq!(after.iter().map(|(version, _)| *version).collect::<Vec<_>>(), [2, 1]);
    assert!(after.last() == before.first(), "the old version became another");
    assert!(after.first() != after.last().map(|(_, key)| (2, key.clone())).as_ref(), "both are one key");
}

pub(crate) fn what_was_signed_verifies_with_what_is_public(ground: &impl Ground) {
    let keys = ground.open();
    let public = keys.public();
    assert_ne!(public.log, public.receipts);
    assert_eq!(public, ground.open().public());
    for (which, public) in [(SigningKey::Log, public.log), (SigningKey::Receipts, public.receipts)] {
        let public = VerifyingKey::from_bytes(&public).unwrap();
        for message in [b"".as_slice(), b"message", &[7; 5000]] {
            let signature = Signature::from_bytes(&keys.sign(which, message).unwrap());
            assert!(public.verify_strict(message, &signature).is_ok());
            assert!(public.verify_strict(b"another", &signature).is_err());
        }
    }
}

pub(crate) fn local_keys_are_the_same_after_opening_again(ground: &impl Ground) {
    let (one, other) = (ground.open(), ground.open());
    let nobody = |keys: &dyn postern_core::ports::Keys| keys.local().nobody(TENANT, "a");
    assert_eq!(nobody(&one), nobody(&other));
    let device = |keys: &dyn postern_core::ports::Keys| {
        keys.local().device(SUBJECT, postern_core::ids::ApplicationId::new([4; 16]), 1, 2)
    };
    assert_eq!(device(&one), device(&other));
}

pub(crate) fn many_may_ask_at_once(ground: &impl Ground) {
    let keys = ground.open();
    let (expected, public) = (asked(&keys), VerifyingKey::from_bytes(&keys.public().receipts).unwrap());
    std::thread::scope(|scope| {
        for n in 0..16_u8 {
            let (keys, expected) = (&keys, &expected);
            scope.spawn(move || {
                for _ in 0..20 {
                    assert!(*expected == asked(keys), "somebody else's answer");
                    let signature = Signature::from_bytes(&keys.sign(SigningKey::Receipts, &[n]).unwrap());
                    assert!(public.verify_strict(&[n], &signature).is_ok());
                }
            });
        }
    });
}

/// Raises a flag however its scope ends: whoever waits for the end of work that failed would wait for ever.
struct Raised<'a>(&'a AtomicBool);

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Asks from several threads while something is done; every answer has the first version, and is right.
fn under_load(keys: &impl Keys, work: impl FnOnce()) {
    let expected = asked(keys);
    let (_, first) = expected.last().unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _raised = Raised(&done);
        for _ in 0..4 {
            scope.spawn(|| {
                let mut answers = 0;
                while answers < 10 || !done.load(Ordering::SeqCst) {
                    let found = asked(keys);
                    let kept = found.iter().find(|(version, _)| *version == expected.last().unwrap().0);
                    assert!(
                        kept.is_some_and(|(_, key)| key == first),
                        "the version before is gone or another"
                    );
                    answers += 1;
                }
            });
        }
        work();
    });
}

pub(crate) fn a_version_is_made_and_another_taken_away_under_load(ground: &impl Ground) {
    let keys = ground.open();
    let custody = keys.custody().expect("these keys can be changed");
    assert!(custody.remove_pepper(1).is_err(), "the only version was taken away");
    let before = asked(&keys);
    under_load(&keys, || assert_eq!(custody.add_pepper(&SystemEntropy).unwrap(), 2));
    let both = asked(&keys);
    assert_eq!(both.iter().map(|(version, _)| *version).collect::<Vec<_>>(), [2, 1]);
    assert!(both[1] == before[0] && both[0].1 != both[1].1, "a version became another");
    assert!(both == asked(&ground.open()), "opened again, it has other versions");
    assert!(custody.add_pepper(&SystemEntropy).is_err(), "a third version is live");
    assert!(custody.remove_pepper(2).is_err(), "the newest version was taken away");
    // Another process learns of it when it looks again, and the first one need not.
    let other = ground.open();
    custody.remove_pepper(1).unwrap();
    assert!(asked(&keys) == both[..1]);
    other.custody().unwrap().refresh().unwrap();
    assert!(asked(&other) == both[..1]);
    assert!(asked(&ground.open()) == both[..1]);
    custody.remove_pepper(1).unwrap();
    assert_eq!(custody.add_pepper(&SystemEntropy).unwrap(), 3, "a number came back");
}
