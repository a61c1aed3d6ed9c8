//! What a guesser may hope for, from the numbers that the code itself is made with.

use std::fs;
use std::path::Path;
use std::time::Duration;

use postern_codes::Format;
use postern_core::Time;
use postern_core::encoding::Fixed;
use postern_core::throttle::{Class, Delay, SUSPENDED_AT, Throttle};

const DAY: Duration = Duration::from_secs(86_400);
/// Codes of a set that a stranger guesses at: the shipped number.
const CODES: f64 = 10.0;
/// Words a second that no service of this kind answers, for the format that has no limit.
const FLOOD: f64 = 10_000.0;

/// Words that are tested in a span, all from other sources, each as soon as the throttle lets it. Once a day the owner
/// comes in and clears the counts, if `cleared`.
pub(crate) fn tested(format: Format, class: Class, span: Duration, cleared: bool) -> u32 {
    let (mut throttle, begun) = (Throttle::default(), Time::from_millis(1_774_000_000_000));
    let (mut now, mut next_day, mut tested) = (begun, begun.plus(DAY), 0u32);
    while now < begun.plus(span) {
        if cleared && now >= next_day {
            throttle.clear();
            next_day = next_day.plus(DAY);
        }
        let source = Fixed(u64::from(tested).to_be_bytes());
        match throttle.judge(class, source, format, now) {
            Ok(()) => {
                throttle.miss(class, source, now);
                tested += 1;
            }
            Err(Delay::Until(until)) => now = if cleared { until.min(next_day) } else { until },
            Err(Delay::Closed) if cleared => now = next_day,
            Err(Delay::Closed) => break,
        }
    }
    tested
}

/// Codes that one word may be: where a code begins with its number, only the one of that number.
fn candidates(format: Format) -> f64 {
    if format.slot_symbols() == 0 { CODES } else { 1.0 }
}

/// The logarithm to base 2 of the chance that one of so many words is a code.
fn chance(format: Format, words: f64) -> f64 {
    (words * candidates(format)).log2() - format.secret_bits()
}

/// The row of a format as docs/campaigns.md has it.
fn row(format: Format) -> String {
    let (name, bits) = (format.name(), format.secret_bits());
    let (set, month) = if format.stretched() {
        let month = tested(format, Class::Unknown, DAY * 30, true);
        (
            format!("{} words, 2^{:.1}", SUSPENDED_AT, chance(format, f64::from(SUSPENDED_AT))),
            format!("{month} words, 2^{:.1}", chance(format, f64::from(month))),
        )
    } else {
        let month = FLOOD * 30.0 * 86_400.0;
        ("no limit".to_owned(), format!("{FLOOD} words a second, 2^{:.1}", chance(format, month)))
    };
    format!("| `{name}` | {bits:.1} | {} | {set} | {month} |", candidates(format))
}

#[test]
fn what_a_guesser_may_hope_for_is_what_the_document_says() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/campaigns.md");
    let document = fs::read_to_string(document).unwrap();
    let rows = Format::ALL.map(row).join("\n");
    println!("{rows}");
    assert!(document.contains(&rows), "docs/campaigns.md does not have:\n{rows}");
}

#[test]
fn a_set_is_never_guessed_at_more_often_than_its_classes_have_shares() {
    for format in [Format::Compact, Format::Numeric] {
        for class in Class::ALL {
            assert_eq!(tested(format, class, DAY * 365, false), u32::from(class.share()));
        }
        // Whoever waits for the owner to clear the counts has one share more for each time, and no more.
        let month = tested(format, Class::Unknown, DAY * 30, true);
        assert!(month <= 31 * u32::from(Class::Unknown.share()), "{month}");
        // SP 800-63B-4 §3.2.2 and §4.2.1.1: a month of guesses is nowhere near one in 2^50.
        assert!(chance(format, f64::from(month)) < -50.0 && chance(format, f64::from(SUSPENDED_AT)) < -50.0);
    }
    assert!(chance(Format::Standard, FLOOD * 365.0 * 86_400.0) < -64.0);
}

#[test]
fn check_symbols_and_numbers_of_codes_count_for_nothing() {
    for (format, symbols, bits) in
        [(Format::Standard, 23, 115.0), (Format::Compact, 13, 65.0), (Format::Numeric, 20, 66.4)]
    {
        assert_eq!(format.symbols(), format.slot_symbols() + symbols + format.check_symbols());
        assert!((format.secret_bits() - bits).abs() < 0.05, "{}", format.secret_bits());
    }
}
