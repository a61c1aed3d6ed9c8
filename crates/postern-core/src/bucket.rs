//! Buckets: where guesses for nobody are counted, so that a name that does not exist looks like one that does.
//!
//! A tenant has 2¹⁶ of them, four places each. A name's keyed hash chooses the bucket and tags its place;
//! a foreign tag takes the least dangerous place and adds nothing to it.

use postern_codes::Format;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::encoding::{Blob, Fixed};
use crate::ids::TenantId;
use crate::kernel::{Columns, Draft, Held, Key, Kind, Record, facts};
use crate::kinds::CodeKind;
use crate::recent::{Known, Recent, RequestMark};
use crate::subject::Verdict;
use crate::subject::fact::{Refused, Throttled};
use crate::throttle::Throttle;

/// A bucket's record.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Bucket {
    places: Vec<Place>,
    /// Makes the row about as long as a subject's.
    padding: Blob,
}

/// One name's budgets.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Place {
    tag: Fixed<8>,
    facts: u64,
    last: Time,
    throttle: Throttle,
    recent: Recent,
}

/// Places in a bucket.
const PLACES: usize = 4;
/// About how long a subject's row is, and one place of a bucket's.
const ROW: usize = 400;
const PLACE: usize = 100;

/// Where a name that belongs to nobody is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Nobody {
    /// The bucket.
    pub bucket: Key,
    /// The place's tag.
    pub tag: Fixed<8>,
}

impl Nobody {
    /// From the keyed hash of the name.
    #[must_use]
    pub fn new(tenant: TenantId, hash: &[u8; 32]) -> Self {
        let mut id = [0; 16];
        id.iter_mut().zip(hash).take(2).for_each(|(to, from)| *to = *from);
        let mut tag = [0; 8];
        tag.iter_mut().zip(hash.iter().skip(2)).for_each(|(to, from)| *to = *from);
        Self { bucket: Key::new(Kind::Bucket, tenant, id), tag: Fixed(tag) }
    }
}

facts! {
    /// What may happen in a bucket.
    BucketFact {
        "code.refused" => Refused(TaggedRefused),
        "redemption.throttled" => Throttled(TaggedThrottled),
    }
    failures ["code.refused", "redemption.throttled"]
}

/// A word was tested for nobody.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaggedRefused {
    /// What a subject's event would say.
    pub refused: Refused,
    /// Keyed hash of the name.
    pub tag: Fixed<8>,
}

/// Words for nobody that were not tested.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaggedThrottled {
    /// Keyed hash of the name.
    pub tag: Fixed<8>,
    /// The sum.
    pub throttled: Throttled,
}

impl Record for Bucket {
    type Fact = BucketFact;
    const KIND: Kind = Kind::Bucket;

    fn evolve(before: Option<Self>, fact: &BucketFact, at: Time) -> Option<Self> {
        let mut bucket = before.unwrap_or_default();
        if let BucketFact::Refused(tagged) = fact {
            let place = bucket.place(tagged.tag, at);
            place.facts += 1;
            place.last = at;
            place.throttle.miss(tagged.refused.class, tagged.refused.source, at);
            place.recent.passing(Some(tagged.refused.request), place.facts, at);
        }
        bucket.padding = Blob(vec![0; ROW.saturating_sub(bucket.places.len() * PLACE)]);
        Some(bucket)
    }

    fn columns(&self) -> Columns {
        Columns { state: "counting", due: None }
    }
}

impl Bucket {
    fn find(&self, tag: Fixed<8>) -> Option<&Place> {
        self.places.iter().find(|place| place.tag == tag)
    }

    /// The place of a tag; a new one takes an empty place or that of the least dangerous other.
    fn place(&mut self, tag: Fixed<8>, at: Time) -> &mut Place {
        let known = self.places.iter().position(|place| place.tag == tag);
        let index = known.unwrap_or_else(|| {
            if self.places.len() >= PLACES {
                let least = self
                    .places
                    .iter()
                    .enumerate()
                    .min_by_key(|(_, place)| (place.throttle.failures(), place.last));
                let least = least.map_or(0, |(index, _)| index);
                self.places.remove(least);
            }
            self.places.len()
        });
        if index == self.places.len() {
            let (throttle, recent) = (Throttle::default(), Recent::default());
            self.places.push(Place { tag, facts: 0, last: at, throttle, recent });
        }
        #[expect(clippy::indexing_slicing, reason = "the line above made the place")]
        &mut self.places[index]
    }
}

/// What decides about a word for nobody: the same as about a subject's.
#[derive(Clone)]
pub struct Guess {
    /// Whose place.
    pub nobody: Nobody,
    /// What the event will say.
    pub refused: Refused,
    /// Format of the tenant's default tier.
    pub format: Format,
}

/// Refuses a word for nobody, after the same questions and with the same commit as a subject's wrong code.
pub fn refuse(bucket: Held<Bucket>, guess: &Guess, draft: &mut Draft) -> Verdict {
    let at = draft.context().at;
    let place = bucket.state().and_then(|bucket| bucket.find(guess.nobody.tag));
    if let Some(place) = place {
        match place.recent.find(guess.refused.request, at) {
            Known::Same(remembered) => return Verdict::Seen(remembered),
            Known::Other => return Verdict::KeyReused,
            Known::No => {}
        }
        let (class, source) = (guess.refused.class, guess.refused.source);
        if let Err(delay) = place.throttle.judge(class, source, guess.format, at) {
            return Verdict::Delayed(delay);
        }
    }
    let fact = TaggedRefused { refused: guess.refused.clone(), tag: guess.nobody.tag };
    let _ = bucket.record(BucketFact::Refused(fact), draft);
    Verdict::Refused(CodeKind::Live)
}

/// Notes words for nobody that were not tested, in a sum.
pub fn throttled(bucket: Held<Bucket>, tag: Fixed<8>, sum: Throttled, draft: &mut Draft) {
    let _ = bucket.record(BucketFact::Throttled(TaggedThrottled { tag, throttled: sum }), draft);
}

/// The request that an idempotency key belongs to, if it was seen for nobody.
#[must_use]
pub fn by_key(bucket: &Held<Bucket>, nobody: &Nobody, key: Fixed<8>, now: Time) -> Option<RequestMark> {
    bucket.state().and_then(|bucket| bucket.find(nobody.tag)).and_then(|place| place.recent.by_key(key, now))
}

/// The throttle of a name that belongs to nobody.
#[must_use]
pub fn throttle_of(bucket: &Held<Bucket>, nobody: &Nobody) -> Throttle {
    bucket
        .state()
        .and_then(|bucket| bucket.find(nobody.tag))
        .map(|place| place.throttle.clone())
        .unwrap_or_default()
}
