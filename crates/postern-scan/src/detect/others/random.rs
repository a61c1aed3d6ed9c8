//! Whether tokens look drawn at random: identifiers count up, dates and phone numbers begin alike, card numbers add up.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

/// From so many tokens on, one place where all have the same symbol is no chance.
const ALIKE: usize = 5;
/// From so many on, none of them in order is expected.
const ORDERED: usize = 6;
/// Different symbols that a token of eight or more has at least, mostly.
const DIFFERENT: usize = 4;

/// Whether different tokens, without separators, look drawn at random. Of random sets of three this leaves out three
/// in a thousand, of larger ones fewer.
pub(super) fn is_drawn(tokens: &[Zeroizing<String>]) -> bool {
    !(begins_alike(tokens)
        || is_ordered(tokens)
        || is_patterned(tokens)
        || is_poor(tokens)
        || is_calendar(tokens)
        || adds_up(tokens))
}

/// All have the same symbol somewhere.
fn begins_alike(tokens: &[Zeroizing<String>]) -> bool {
    let Some((first, others)) = tokens.split_first() else { return false };
    let alike =
        |(at, symbol): &(usize, u8)| others.iter().all(|other| other.as_bytes().get(*at) == Some(symbol));
    let same = first.bytes().enumerate().filter(alike).count();
    same > usize::from(tokens.len() < ALIKE) && tokens.len() > 1
}

/// They rise or fall from the first to the last.
fn is_ordered(tokens: &[Zeroizing<String>]) -> bool {
    let texts = || tokens.iter().map(|token| token.as_str());
    tokens.len() >= ORDERED && (texts().is_sorted() || texts().rev().is_sorted())
}

/// Letters and digits stand at the same places in all of them: a number plate, an id with a prefix.
fn is_patterned(tokens: &[Zeroizing<String>]) -> bool {
    let pattern =
        |token: &Zeroizing<String>| token.bytes().map(|byte| byte.is_ascii_digit()).collect::<Vec<bool>>();
    let patterns: BTreeSet<Vec<bool>> = tokens.iter().map(pattern).collect();
    let mixed = |pattern: &Vec<bool>| pattern.contains(&true) && pattern.contains(&false);
    tokens.len() > 3 && patterns.len() == 1 && patterns.iter().all(mixed)
}

/// Too many consist of a few different symbols: round numbers, placeholders.
fn is_poor(tokens: &[Zeroizing<String>]) -> bool {
    let different = |token: &&Zeroizing<String>| token.bytes().collect::<BTreeSet<u8>>().len() < DIFFERENT;
    let long = tokens.iter().all(|token| token.len() >= 2 * DIFFERENT);
    long && tokens.iter().filter(different).count() * 3 > tokens.len()
}

/// One in three is a day, year first or last.
fn is_calendar(tokens: &[Zeroizing<String>]) -> bool {
    tokens.iter().filter(|token| is_day(token)).count() * 3 >= tokens.len().max(1)
}

fn is_day(token: &str) -> bool {
    let part = |from: usize, to: usize| token.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let is = |year: Option<u32>, one: Option<u32>, other: Option<u32>| {
        let (Some(year), Some(one), Some(other)) = (year, one, other) else { return false };
        let day = |day: u32, month: u32| (1..=31).contains(&day) && (1..=12).contains(&month);
        (1900..2100).contains(&year) && (day(one, other) || day(other, one))
    };
    token.len() == 8 && (is(part(0, 4), part(4, 6), part(6, 8)) || is(part(4, 8), part(0, 2), part(2, 4)))
}

/// Nearly all have the check digit of card numbers (ISO/IEC 7812-1).
fn adds_up(tokens: &[Zeroizing<String>]) -> bool {
    tokens.len() >= ALIKE
        && tokens.iter().filter(|token| has_check_digit(token)).count() * 5 >= tokens.len() * 4
}

fn has_check_digit(token: &str) -> bool {
    let digits: Option<Vec<u32>> = token.chars().rev().map(|digit| digit.to_digit(10)).collect();
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum = digits.map(|digits| {
        digits
            .iter()
            .enumerate()
            .map(|(at, digit)| if at % 2 == 1 { doubled(*digit) } else { *digit })
            .sum::<u32>()
    });
    sum.is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::is_drawn;

    fn drawn(tokens: &[&str]) -> bool {
        is_drawn(&tokens.iter().map(|token| Zeroizing::new((*token).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn random_ones_pass() {
        assert!(drawn(&["83920174", "10394857", "55620918"]));
        assert!(drawn(&["k3m9x0qa", "7hd02jsl", "q9z8y1mm", "04kfs8w2", "b7n5v3xz"]));
        assert!(drawn(&["83920174"]));
    }

    #[test]
    fn what_counts_up_begins_alike_or_has_a_pattern_is_left() {
        assert!(!drawn(&["10000231", "10000232", "10000233"]));
        assert!(!drawn(&["13920174", "20394857", "35620918", "40620918", "55520918", "61620918"]));
        assert!(!drawn(&["ab390174", "xk394857", "qm620918", "zt118273"]));
        assert!(!drawn(&["11111111", "22222222", "12121212"]));
        assert!(!drawn(&["20260114", "31122025", "83920174"]));
        // Made to end in the right digit.
        assert!(!drawn(
            &["7992739", "4901542", "1039485", "8392017", "5562091"].map(luhn).each_ref().map(String::as_str)
        ));
    }

    /// A number with its last digit put right.
    fn luhn(number: &str) -> String {
        (0..10).map(|digit| format!("{number}{digit}")).find(|token| super::has_check_digit(token)).unwrap()
    }
}
