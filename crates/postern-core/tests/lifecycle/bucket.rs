//! Buckets: as long with many names in them as with a few.

use postern_core::Time;
use postern_core::bucket::{Bucket, BucketFact, TaggedRefused};
use postern_core::encoding::Fixed;
use postern_core::ids::TenantId;
use postern_core::kernel::{Actor, ActorKind, Context, Draft, Held, Key, Kind, Sealer};
use postern_core::recent::RequestMark;
use postern_core::subject::fact::{Operation, RefusalReason, Refused};
use postern_core::throttle::Class;
use postern_core::verifier::Stretch;

fn guessed(name: u8) -> BucketFact {
    let refused = Refused {
        alarm: false,
        assertion: None,
        check_mismatch: false,
        class: Class::Unknown,
        counted: true,
        generation: None,
        operation: Operation::Redeem,
        reason: RefusalReason::Wrong,
        request: RequestMark { fingerprint: Fixed([name; 8]), key: Fixed([name; 8]), stretch: Stretch::None },
        security: None,
        source: Fixed([name; 8]),
    };
    BucketFact::Refused(TaggedRefused { refused, tag: Fixed([name; 8]) })
}

#[test]
fn a_bucket_is_no_longer_than_four_names_make_it() {
    let key = Key::new(Kind::Bucket, TenantId::new([1; 16]), [0; 16]);
    let context = Context {
        at: Time::from_millis(1_774_000_000_000),
        actor: Actor::new(ActorKind::Service, "test"),
        private: None,
    };
    let mut draft = Draft::new(context);
    let mut held = Held::<Bucket>::open(key, None, &Sealer::new(&[1; 32], &[2; 32])).unwrap();
    let lengths: Vec<usize> = (0..12)
        .map(|name| {
            held = held.clone().record(guessed(name), &mut draft);
            held.image().unwrap().record.len()
        })
        .collect();
    let four = lengths[3];
    assert!(lengths[4..].iter().all(|length| *length == four), "{lengths:?}");
}
