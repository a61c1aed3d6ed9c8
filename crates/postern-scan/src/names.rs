//! Codes in the names of files, folders and members: they are found there, and no place shows one.

use std::borrow::Cow;

use crate::finding::{Confidence, Finding};
use crate::place::{Origin, Place};
use crate::scanner::Scanner;
use crate::told::{Told, Trouble};

/// The part that a finding in a name has, in place of a part of the content.
const ITSELF: &str = "its name";

impl Scanner {
    /// Looks through the name of a piece. Names are full of words that chance makes, so only what is certain is told.
    pub(crate) fn name(&self, name: &str, origin: &Origin, told: &dyn Fn(Told)) {
        let certain =
            self.hits(name.as_bytes()).into_iter().filter(|hit| hit.confidence == Confidence::Certain);
        for hit in certain {
            let before = name.as_bytes().get(..hit.start).unwrap_or_default();
            let column = String::from_utf8_lossy(before).chars().count() as u64 + 1;
            told(Told::Found(self.finding(hit, Place { origin: origin.part(ITSELF), line: 1, column })));
        }
    }

    /// What is told, without the codes that stand in names, and in what libraries say of them.
    pub(crate) fn discreet(&self, told: Told) -> Told {
        match told {
            Told::Found(finding) => {
                let Place { origin, line, column } = finding.place;
                let place = Place { origin: self.discreet_origin(origin), line, column };
                Told::Found(Finding { place, ..finding })
            }
            Told::Trouble(Trouble { origin, why }) => {
                let why = self.without_codes(&why).into_owned();
                Told::Trouble(Trouble { origin: self.discreet_origin(origin), why })
            }
        }
    }

    fn discreet_origin(&self, origin: Origin) -> Origin {
        let parts = origin.parts.iter().map(|part| self.without_codes(part).into_owned()).collect();
        Origin { path: self.without_codes(&origin.path).into_owned(), parts, ..origin }
    }

    /// A name in which no code stands: of each, two characters are left.
    pub(crate) fn without_codes<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.hits(name.as_bytes()).is_empty() {
            return Cow::Borrowed(name);
        }
        let (mut left, mut from) = (String::new(), 0);
        for span in self.spans(name) {
            let code = name.get(span.start..span.end).unwrap_or_default();
            left.push_str(name.get(from..span.start).unwrap_or_default());
            left.extend(code.chars().take(2));
            left.push('…');
            from = span.end;
        }
        left.push_str(name.get(from..).unwrap_or_default());
        Cow::Owned(left)
    }
}
