//! What stands in a key file: strict, so that one set of keys has one spelling and damage is found.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_core::local_keys::{LABELS, LocalKeys, SECURITY};
use postern_core::ports::{Entropy, EntropyFault};
use zeroize::Zeroizing;

use super::sum::{sum, summed};
use super::{ContentFault, Secret};

/// Symbols of 32 bytes in base64url.
const SYMBOLS: usize = 43;

/// Peppers: the only key of which more than one version may be live.
pub(super) const PEPPER: &str = "pepper";
/// Seed of the key that signs checkpoints.
pub(super) const LOG: &str = "log";
/// Seed of the key that signs receipts.
pub(super) const RECEIPTS: &str = "receipts";

/// One key.
pub(crate) struct Entry {
    pub(crate) label: &'static str,
    pub(crate) version: u16,
    pub(crate) key: Secret,
}

impl Entry {
    /// Another one of the same.
    pub(super) fn copy(&self) -> Self {
        Self { label: self.label, version: self.version, key: self.key.clone() }
    }
}

/// Which keys a text has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holds {
    /// Every key of an installation.
    All,
    /// Those that work inside the process; the others are in a token.
    Local,
}

impl Holds {
    /// How a text with these begins.
    pub(super) const fn first_line(self) -> &'static str {
        match self {
            Self::All => "postern-key-file v1\n",
            Self::Local => "postern-local-keys v1\n",
        }
    }

    /// Every label that such a text has, in its order.
    pub(super) fn labels(self) -> Vec<&'static str> {
        let others: &[_] = match self {
            Self::All => &[PEPPER, LOG, RECEIPTS],
            Self::Local => &[],
        };
        let mut labels = [LABELS.as_slice(), others].concat();
        labels.sort_unstable();
        labels
    }
}

/// New keys, version 1 of each.
pub(crate) fn generate(holds: Holds, entropy: &dyn Entropy) -> Result<Vec<Entry>, EntropyFault> {
    let generate = |label| {
        let mut key = Secret::default();
        entropy.fill(&mut *key)?;
        Ok(Entry { label, version: 1, key })
    };
    holds.labels().into_iter().map(generate).collect()
}

/// The text of a key file.
pub(crate) fn write(holds: Holds, entries: &[Entry]) -> Zeroizing<String> {
    // Enough for every line, so that the text is never moved and left behind where nothing wipes it.
    let mut text = Zeroizing::new(String::with_capacity(128 + entries.len() * 128));
    text.push_str(holds.first_line());
    for entry in entries {
        text.push_str(entry.label);
        text.push(' ');
        text.push_str(&entry.version.to_string());
        text.push(' ');
        let mut symbols = Zeroizing::new([0; SYMBOLS]);
        // 32 bytes always fit: a text that lacked one would not be opened after it is written.
        let length = URL_SAFE_NO_PAD.encode_slice(*entry.key, &mut *symbols).unwrap_or_default();
        text.extend(symbols.iter().take(length).map(|symbol| char::from(*symbol)));
        text.push('\n');
    }
    let sum = sum(&text);
    text.push_str(&sum);
    text
}

/// The keys in a key file.
pub(crate) fn read(holds: Holds, bytes: &[u8]) -> Result<Vec<Entry>, ContentFault> {
    if !bytes.starts_with(holds.first_line().as_bytes()) {
        return Err(ContentFault::NotOne);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ContentFault::Damaged)?;
    let lines = summed(text).ok_or(ContentFault::Damaged)?;
    let numbered = (1..).zip(lines.split_terminator('\n')).skip(1);
    let known = holds.labels();
    let entries: Vec<_> = numbered.map(|line| read_line(&known, line)).collect::<Result<_, _>>()?;
    check(&known, &entries)?;
    Ok(entries)
}

/// The keys in a text of those alone that work inside the process.
pub(crate) fn local(text: &[u8]) -> Result<LocalKeys, ContentFault> {
    local_keys(&read(Holds::Local, text)?)
}

/// The keys that work inside the process.
pub(super) fn local_keys(entries: &[Entry]) -> Result<LocalKeys, ContentFault> {
    let named = |label: &str| entries.iter().find(|entry| entry.label == label);
    let key = |label: &str| named(label).map(|entry| (entry.version, entry.key.clone()));
    LocalKeys::new(key).ok_or(ContentFault::Damaged)
}

fn read_line(known: &[&'static str], (line, text): (usize, &str)) -> Result<Entry, ContentFault> {
    let mut words = text.split(' ');
    let (Some(label), Some(number), Some(symbols), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(ContentFault::Line { line });
    };
    let label = known.iter().find(|known| **known == label).ok_or(ContentFault::Unknown { line })?;
    let version = number.parse::<u16>().ok().filter(|version| *version > 0 && version.to_string() == number);
    let (Some(version), Some(key)) = (version, key(symbols)) else {
        return Err(ContentFault::Line { line });
    };
    Ok(Entry { label, version, key })
}

fn key(symbols: &str) -> Option<Secret> {
    // The decoder wants room for its estimate, which is a byte or two more.
    let mut room = Zeroizing::new([0; 36]);
    let length = URL_SAFE_NO_PAD.decode_slice(symbols, &mut *room).ok()?;
    (length == 32).then_some(())?;
    let mut key = Secret::default();
    key.iter_mut().zip(room.iter()).for_each(|(to, from)| *to = *from);
    Some(key)
}

fn check(known: &[&'static str], entries: &[Entry]) -> Result<(), ContentFault> {
    for (line, (before, entry)) in (3..).zip(entries.iter().zip(entries.iter().skip(1))) {
        let label = entry.label;
        if (label, entry.version) < (before.label, before.version) {
            return Err(ContentFault::Order { line });
        }
        if label == before.label && (label != PEPPER || entry.version == before.version) {
            return Err(ContentFault::Duplicate { label });
        }
    }
    if entries.iter().filter(|entry| entry.label == PEPPER).count() > 2 {
        return Err(ContentFault::Peppers);
    }
    let has = |label: &&&str| entries.iter().any(|entry| entry.label == **label);
    // A key file of an earlier release has no key of this label.
    let missing = known.iter().filter(|label| **label != SECURITY).find(|label| !has(label));
    missing.map_or(Ok(()), |label| Err(ContentFault::Missing { label }))
}

#[cfg(test)]
mod tests {
    use postern_core::encoding::base64url;
    use proptest::prelude::*;

    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::key_file::service;

    const FIRST_LINE: &str = Holds::All.first_line();

    fn entries() -> Vec<Entry> {
        generate(Holds::All, &SystemEntropy).unwrap()
    }

    /// The key file's text with its lines changed and a sum that fits.
    fn changed(change: impl FnOnce(&mut Vec<String>)) -> String {
        let text = write(Holds::All, &entries());
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.pop();
        change(&mut lines);
        let lines = lines.join("\n") + "\n";
        let sum = sum(&lines);
        lines + &sum
    }

    fn fault(change: impl FnOnce(&mut Vec<String>)) -> ContentFault {
        read(Holds::All, changed(change).as_bytes()).err().expect("refused")
    }

    fn pepper(version: &str) -> String {
        format!("pepper {version} {}", base64url(&[7; 32]))
    }

    /// The line of the pepper: the labels are sorted.
    const PEPPER_LINE: usize = 7;

    #[test]
    fn every_key_of_the_core_has_a_line() {
        let entries = entries();
        let found: Vec<_> = entries.iter().map(|entry| entry.label).collect();
        assert_eq!(found, Holds::All.labels());
        assert_eq!(found.get(PEPPER_LINE - 1), Some(&PEPPER));
        assert!(service::assemble(&entries).is_ok());
    }

    #[test]
    fn two_peppers_may_be_live_and_the_newest_comes_first() {
        let text = changed(|lines| lines.insert(PEPPER_LINE + 1, pepper("9")));
        let keys = service::assemble(&read(Holds::All, text.as_bytes()).unwrap()).unwrap();
        let versions: Vec<_> = keys.peppers.read().unwrap().iter().map(|(version, _)| *version).collect();
        assert_eq!(versions, [9, 1]);
        let three = |lines: &mut Vec<String>| {
            lines.insert(PEPPER_LINE + 1, pepper("3"));
            lines.insert(PEPPER_LINE + 1, pepper("2"));
        };
        assert_eq!(fault(three), ContentFault::Peppers);
    }

    #[test]
    fn labels_are_neither_unknown_nor_repeated_nor_missing_nor_out_of_order() {
        let unknown = |lines: &mut Vec<String>| lines[1] = lines[1].replace("application-keys", "aaa");
        assert_eq!(fault(unknown), ContentFault::Unknown { line: 2 });
        let twice = |lines: &mut Vec<String>| lines.insert(2, lines[1].clone());
        assert_eq!(fault(twice), ContentFault::Duplicate { label: "application-keys" });
        let two_versions = |lines: &mut Vec<String>| lines.insert(2, lines[1].replace("keys 1", "keys 2"));
        assert_eq!(fault(two_versions), ContentFault::Duplicate { label: "application-keys" });
        let same_pepper = |lines: &mut Vec<String>| lines.insert(PEPPER_LINE + 1, pepper("1"));
        assert_eq!(fault(same_pepper), ContentFault::Duplicate { label: PEPPER });
        let missing = |lines: &mut Vec<String>| drop(lines.remove(PEPPER_LINE));
        assert_eq!(fault(missing), ContentFault::Missing { label: PEPPER });
        assert_eq!(fault(|lines| lines.swap(2, 3)), ContentFault::Order { line: 4 });
        assert_eq!(fault(|lines| lines.truncate(1)), ContentFault::Missing { label: "application-keys" });
    }

    #[test]
    fn a_file_of_before_has_no_key_security_and_a_moved_one_has_the_second() {
        let find = |lines: &[String]| lines.iter().position(|line| line.starts_with("security ")).unwrap();
        let without = changed(|lines| drop(lines.remove(find(lines))));
        let opened = service::assemble(&read(Holds::All, without.as_bytes()).unwrap()).unwrap();
        assert_eq!(opened.local.security(), None);
        let moved = changed(|lines| {
            let at = find(lines);
            lines[at] = lines[at].replace("security 1", "security 2");
        });
        let opened = service::assemble(&read(Holds::All, moved.as_bytes()).unwrap()).unwrap();
        assert_eq!(opened.local.security().map(|known| known.version), Some(2));
        let twice = |lines: &mut Vec<String>| lines.insert(find(lines), lines[find(lines)].clone());
        assert_eq!(fault(twice), ContentFault::Duplicate { label: "security" });
    }

    #[test]
    fn a_key_has_one_spelling() {
        let pad = "A".repeat(SYMBOLS - 1);
        for line in [
            "",
            "pepper",
            "pepper 1",
            "pepper 1 ",
            &format!("{} more", pepper("1")),
            &format!(" {}", pepper("1")),
            &pepper("01"),
            &pepper("+1"),
            &pepper("0"),
            &pepper("65536"),
            &format!("{}=", pepper("1")),
            &format!("{}\r", pepper("1")),
            &format!("pepper 1 {pad}"),
            &format!("pepper 1 {pad}B"),
            &format!("pepper 1 {pad}AA"),
        ] {
            let refused = fault(|lines| lines[PEPPER_LINE] = line.to_owned());
            let number = PEPPER_LINE + 1;
            let expected = [ContentFault::Line { line: number }, ContentFault::Unknown { line: number }];
            assert!(expected.contains(&refused), "{line:?} {refused:?}");
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_found() {
        let text = write(Holds::All, &entries()).as_bytes().to_vec();
        for place in 0..text.len() {
            let cut = read(Holds::All, &text[..place]).err().expect("refused");
            let mut flipped = text.clone();
            flipped[place] ^= 1;
            let flipped = read(Holds::All, &flipped).err().expect("refused");
            let named = if place < FIRST_LINE.len() { ContentFault::NotOne } else { ContentFault::Damaged };
            assert_eq!(flipped, named);
            assert_eq!(cut, named);
        }
        for added in ["\n", " ", "sum "] {
            assert_eq!(
                read(Holds::All, &[&text, added.as_bytes()].concat()).err(),
                Some(ContentFault::Damaged)
            );
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(read(Holds::All, &bytes).is_err());
            prop_assert!(read(Holds::All, &[FIRST_LINE.as_bytes(), &bytes].concat()).is_err());
        }

        #[test]
        fn arbitrary_lines_with_a_sum_that_fits_never_panic(lines in "([a-z]{0,8} [0-9]{0,6} [-_A-Za-z0-9]{0,50}\n|.{0,60}\n){0,20}") {
            let lines = format!("{FIRST_LINE}{lines}");
            let sum = sum(&lines);
            prop_assert!(read(Holds::All, (lines + &sum).as_bytes()).is_err());
        }
    }
}
