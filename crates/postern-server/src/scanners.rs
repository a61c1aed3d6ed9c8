//! Scanners of texts, one for each list of prefixes: rules are read once, not for every text.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use postern_app::Problem;
use postern_codes::Prefix;
use postern_scan::{DigestKey, Rules, Scanner, Settings};

use crate::problem::Refusal;

/// How many are kept: as many tenants may have texts looked through at a time without making one anew.
const MOST: usize = 16;

/// A list of prefixes, and who looks for codes with them.
type Kept = (Vec<Prefix>, Arc<Scanner>);

/// Scanners, the one that was used last in front.
#[derive(Default)]
pub(crate) struct Scanners(Mutex<VecDeque<Kept>>);

impl Scanners {
    /// The one for these prefixes. Making one takes milliseconds: not on an async thread.
    pub(crate) fn of(&self, prefixes: &[Prefix]) -> Result<Arc<Scanner>, Refusal> {
        if let Some(scanner) = self.used_again(prefixes) {
            return Ok(scanner);
        }
        let scanner = Arc::new(made(prefixes.to_vec()).ok_or(Refusal::App(Problem::Unavailable))?);
        let mut kept = self.kept();
        kept.truncate(MOST - 1);
        kept.push_front((prefixes.to_vec(), Arc::clone(&scanner)));
        Ok(scanner)
    }

    fn used_again(&self, prefixes: &[Prefix]) -> Option<Arc<Scanner>> {
        let mut kept = self.kept();
        let at = kept.iter().position(|(theirs, _)| theirs == prefixes)?;
        let again = kept.remove(at)?;
        let scanner = Arc::clone(&again.1);
        kept.push_front(again);
        Some(scanner)
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn made(prefixes: Vec<Prefix>) -> Option<Scanner> {
    let rules = Rules::all().ok()?.confirmed();
    // Digests tell findings of one scan from another's: here are none.
    Scanner::new(Settings { prefixes, key: DigestKey::new(&[]), rules }).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use postern_codes::Prefix;

    use super::{MOST, Scanners};

    #[test]
    fn each_list_of_prefixes_has_one_and_the_last_used_are_kept() {
        let scanners = Scanners::default();
        let of = |name: &str| scanners.of(&[Prefix::new(name).unwrap()]).ok().unwrap();
        let first = of("ACME");
        assert!(Arc::ptr_eq(&first, &of("ACME")) && !Arc::ptr_eq(&first, &of("PSTN")));
        for letter in "ABCDEFGHJKMNPQRSTVWXYZ".chars().take(MOST - 1) {
            of(&format!("K{letter}"));
            of("ACME");
        }
        assert!(Arc::ptr_eq(&first, &of("ACME")), "what was used all the time was made anew");
        assert_eq!(scanners.kept().len(), MOST);
    }
}
