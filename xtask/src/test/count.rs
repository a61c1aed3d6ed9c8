//! Counting: passed and failed, read from what test programs print.

use std::fmt;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    passed: u64,
    failed: u64,
}

impl Count {
    /// Reads `N passed` and `N failed` out of a line.
    pub(super) fn in_words(line: &str) -> Option<Self> {
        let words = line.split([' ', ',', ';', '.']).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        let before = |what: &str| {
            let at = words.iter().position(|word| *word == what)?;
            words.get(at.checked_sub(1)?)?.parse().ok()
        };
        Some(Self { passed: before("passed")?, failed: before("failed")? })
    }

    /// Sums up a program's lines. One that failed without saying what counts as one failure.
    pub(super) fn of(lines: impl Iterator<Item = Self>, well: bool) -> Self {
        let mut sum = lines.fold(Self::default(), |sum, line| Self {
            passed: sum.passed + line.passed,
            failed: sum.failed + line.failed,
        });
        if !well && sum.failed == 0 {
            sum.failed = 1;
        }
        sum
    }

    /// Adds what was found under a name; notes the name if something failed.
    pub(super) fn add(&mut self, name: &str, found: Self, failed: &mut Vec<String>) {
        *self = Self { passed: self.passed + found.passed, failed: self.failed + found.failed };
        if found.failed > 0 {
            failed.push(name.to_owned());
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn counts_are_read_from_both_kinds_of_line() {
        let some = |passed, failed| Some(Count { passed, failed });
        assert_eq!(Count::in_words("ok. 3 passed; 0 failed; 0 ignored; 0 measured"), some(3, 0));
        assert_eq!(Count::in_words("receipt: 12 passed, 1 failed"), some(12, 1));
        assert_eq!(Count::in_words("passed, failed"), None);
        assert_eq!(Count::in_words(""), None);
    }

    #[test]
    fn a_program_that_failed_in_silence_is_a_failure() {
        assert_eq!(Count::of(std::iter::empty(), false), Count { passed: 0, failed: 1 });
        assert_eq!(Count::of(std::iter::empty(), true), Count::default());
    }
}
