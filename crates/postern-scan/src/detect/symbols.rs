//! The symbols of a code behind its prefix, in whatever groups.

use postern_codes::Format;
use zeroize::Zeroizing;

use super::gap::gap;

/// The symbols behind a prefix, and where runs of them end at the length of a format.
pub(super) struct Symbols {
    pub(super) text: Zeroizing<String>,
    pub(super) ends: Vec<End>,
}

/// Where a code may end.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) symbols: usize,
    /// Whether its runs are the groups of its format, or one.
    pub(super) is_grouped: bool,
}

impl Symbols {
    /// Reads on until something is no symbol and no gap, or there are too many.
    pub(super) fn read(mut rest: &[u8], is_prefix: impl Fn(&[u8]) -> bool) -> Option<Self> {
        let most = Format::ALL.map(Format::symbols).into_iter().max().unwrap_or_default();
        let mut symbols = Self { text: Zeroizing::new(String::with_capacity(most)), ends: Vec::new() };
        let (mut runs, mut prefix_passed) = (Vec::new(), false);
        // Nothing has to stand between the prefix and the first symbol.
        let mut next = Some(gap(rest).map_or(0, |(_, step)| step));
        while let Some(step) = next {
            rest = rest.get(step..)?;
            let length = rest.iter().take(most + 1).take_while(|byte| byte.is_ascii_alphanumeric()).count();
            if length == 0 || symbols.text.len() + length > most {
                break;
            }
            let (run, behind) = rest.split_at_checked(length)?;
            symbols.text.extend(run.iter().map(|byte| char::from(*byte)));
            runs.push(length);
            prefix_passed |= is_prefix(run);
            rest = behind;
            if let Some(format) = Format::ALL.iter().find(|format| format.symbols() == symbols.text.len()) {
                let is_grouped = runs.len() == 1 || runs.iter().all(|run| *run == format.group());
                // Where the next code of a list begins, this one has ended.
                if is_grouped || !prefix_passed {
                    symbols.ends.push(End { symbols: symbols.text.len(), is_grouped });
                }
            }
            next = gap(rest).map(|(_, step)| step);
        }
        Some(symbols)
    }
}
