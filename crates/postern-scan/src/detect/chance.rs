//! How well chance explains that some of many shaped words have right check symbols.

use crate::finding::Confidence;

/// Fewer right ones than this are never a set.
const SET: usize = 3;
/// More right ones than this add nothing to the answer.
const ENOUGH: usize = 64;

/// How sure it is that `right` of `shaped` different words are codes, where `odds` is the decimal logarithm of one in
/// how many random words is right.
///
/// Chance gives so many with a probability of at most C(shaped, right) · 10^(-odds · right): below 10^-9 the set is
/// certain, below 10^-6 likely.
pub(crate) fn confidence(shaped: usize, right: usize, odds: f64) -> Confidence {
    if right < SET {
        return Confidence::Possible;
    }
    let counted = right.min(ENOUGH);
    let ways: f64 = (0..counted).map(|at| ((shaped - at) as f64 / (at + 1) as f64).log10()).sum();
    match ways - odds * counted as f64 {
        chance if chance < -9.0 => Confidence::Certain,
        chance if chance < -6.0 => Confidence::Likely,
        _ => Confidence::Possible,
    }
}

#[cfg(test)]
mod tests {
    use super::confidence;
    use crate::finding::Confidence::{Certain, Likely, Possible};

    #[test]
    fn more_of_a_kind_are_surer_and_wrong_ones_among_them_less() {
        let base32 = 1024_f64.log10();
        assert_eq!(
            [1, 2, 3, 4].map(|right| confidence(right, right, base32)),
            [Possible, Possible, Certain, Certain]
        );
        assert_eq!([4, 15, 40].map(|shaped| confidence(shaped, 3, base32)), [Likely, Likely, Possible]);
        let numeric = 97_f64.log10();
        assert_eq!([3, 4, 5].map(|right| confidence(right, right, numeric)), [Possible, Likely, Certain]);
        assert_eq!(confidence(1000, 10, numeric), Possible);
        assert_eq!(confidence(99, 99, numeric), Certain);
    }
}
