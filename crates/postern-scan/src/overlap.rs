//! Hits that lie over each other: what several readings and detectors see in one place.

use crate::detect::Hit;

/// The furthest that a code stands behind its prefix, in the widest reading.
const REACH: usize = 64;

/// Hits in order, without those that lie over a code of ours and say less: other providers' codes where check symbols say
/// as surely that it is one of ours, and parts of a code with a prefix that another reading shows whole.
pub(crate) fn without_ours(hits: Vec<Hit>) -> Vec<Hit> {
    let end = |hit: &Hit| hit.start + hit.code.len();
    let ours: Vec<&Hit> = hits.iter().filter(|hit| hit.is_own).collect();
    let is_kept = |hit: &Hit| {
        let before = ours.partition_point(|own| own.start < end(hit));
        let near = ours.iter().take(before).rev().take_while(|own| own.start + REACH > hit.start);
        let mut over = near.filter(|own| end(own) > hit.start);
        if hit.is_own {
            // `\npstn-…`: as it stands five letters and four groups.
            !over.any(|own| own.has_prefix() && is_part(hit, own))
        } else {
            // One in 1,024 rows of others' groups passes by chance; of the same symbols ours is the better word.
            !over.any(|own| *own.code == *hit.code || own.confidence >= hit.confidence)
        }
    };
    let kept: Vec<bool> = hits.iter().map(is_kept).collect();
    hits.into_iter().zip(kept).filter_map(|(hit, kept)| kept.then_some(hit)).collect()
}

/// Whether a code of ours is made of parts of another, which is read to its end.
fn is_part(hit: &Hit, whole: &Hit) -> bool {
    let is_shorter = hit.start == whole.start && hit.code.len() < whole.code.len();
    if hit.has_prefix() { is_shorter } else { *hit.code != *whole.code }
}

/// One finding for a code that several readings or detectors saw in one place: the first of them and the surest.
pub(crate) fn merged(hits: Vec<Hit>) -> Vec<Hit> {
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        let mut near = kept.iter_mut().rev().take_while(|before| hit.start - before.start <= REACH);
        // Behind a prefix the code itself begins somewhat later.
        let same = near.find(|before| {
            (before.start == hit.start || before.rule != hit.rule) && *before.code == *hit.code
        });
        match same {
            None => kept.push(hit),
            Some(before) if hit.confidence > before.confidence => {
                *before = Hit { start: before.start, ..hit }
            }
            Some(_) => {}
        }
    }
    kept
}
