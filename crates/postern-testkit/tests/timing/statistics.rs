//! Two samples of times: are they of one kind? Mann and Whitney's test with its normal approximation, which asks of
//! ranks only, so that a few very slow answers decide nothing.

/// What two samples say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared {
    /// How likely so great a difference is, if there is none.
    pub(crate) p: f64,
    /// The second median less the first, in microseconds.
    pub(crate) shift: f64,
    /// The first median, in microseconds.
    pub(crate) median: f64,
}

/// Compares two samples of nanoseconds.
pub(crate) fn compare(first: &[u64], second: &[u64]) -> Compared {
    let mut all: Vec<(u64, bool)> =
        first.iter().map(|one| (*one, true)).chain(second.iter().map(|one| (*one, false))).collect();
    all.sort_unstable();
    let (n, m) = (first.len() as f64, second.len() as f64);
    let (mut ranks, mut ties, mut at) = (0.0, 0.0, 0);
    while at < all.len() {
        let same = all[at..].iter().take_while(|(value, _)| *value == all[at].0).count();
        // Those that are equal share the middle of their ranks.
        let rank = at as f64 + (same as f64 + 1.0) / 2.0;
        ranks += rank * all[at..at + same].iter().filter(|(_, first)| *first).count() as f64;
        ties += (same as f64).powi(3) - same as f64;
        at += same;
    }
    let u = ranks - n * (n + 1.0) / 2.0;
    let total = n + m;
    let variance = n * m / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    let z = (u - n * m / 2.0) / variance.sqrt();
    Compared {
        p: erfc(z.abs() / std::f64::consts::SQRT_2),
        shift: median(second) - median(first),
        median: median(first),
    }
}

fn median(sample: &[u64]) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2] as f64 / 1000.0
}

/// The complementary error function to seven digits (Abramowitz and Stegun, 7.1.26).
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let polynomial = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592]
        .into_iter()
        .fold(0.0, |sum, coefficient| (sum + coefficient) * t);
    polynomial * (-x * x).exp()
}

#[test]
fn equal_samples_are_of_one_kind_and_moved_ones_are_not() {
    let sample = |seed: u64, by: u64| -> Vec<u64> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 44
        };
        (0..4_000).map(|_| 200_000 + next() / 4 + by).collect()
    };
    let same = compare(&sample(1, 0), &sample(2, 0));
    assert!(same.p > 0.01 && same.shift.abs() < 10.0, "{same:?}");
    let moved = compare(&sample(1, 0), &sample(2, 50_000));
    assert!(moved.p < 1e-9 && (moved.shift - 50.0).abs() < 10.0, "{moved:?}");
    assert!((erfc(0.0) - 1.0).abs() < 1e-6 && (erfc(1.0) - 0.157_299_2).abs() < 1e-6);
}
