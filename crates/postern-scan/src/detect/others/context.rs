//! What the text around a run says: that these are codes, which provider's, or that they are something else.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};
use serde::Deserialize;

/// What words say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// That these are backup codes.
    Codes,
    /// That it is about a second factor.
    Factor,
    /// That these are other numbers and keys.
    Other,
    /// That it is an example or a test.
    Example,
    /// The rule of this number: its provider or service is named.
    Rule(usize),
}

/// The file of words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// By language.
    codes: BTreeMap<String, Vec<String>>,
    factor: Vec<String>,
    other: BTreeMap<String, Vec<String>>,
    example: Vec<String>,
    /// What other things are called where they stand: the last word of it.
    pub(super) labels: Vec<String>,
    /// Names of files, as globs.
    pub(super) files: Vec<String>,
}

/// Words that are looked for, and what each says.
pub(super) struct Context {
    search: AhoCorasick,
    says: Vec<Says>,
}

impl Context {
    /// The words of the file and those that name a rule's provider.
    pub(super) fn new<'a>(
        words: &Words,
        named: impl IntoIterator<Item = (usize, &'a str)>,
    ) -> Result<Self, BuildError> {
        let (mut texts, mut says) = (Vec::new(), Vec::new());
        let mut add = |text: &str, meaning: Says| {
            for spelling in spellings(text) {
                texts.push(spelling);
                says.push(meaning);
            }
        };
        words.codes.values().flatten().for_each(|text| add(text, Says::Codes));
        words.factor.iter().for_each(|text| add(text, Says::Factor));
        words.other.values().flatten().for_each(|text| add(text, Says::Other));
        words.example.iter().for_each(|text| add(text, Says::Example));
        named.into_iter().for_each(|(rule, text)| add(text, Says::Rule(rule)));
        let search = AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts)?;
        Ok(Self { search, says })
    }

    /// Everything that a piece of text says, each place by itself.
    pub(super) fn read(&self, bytes: &[u8]) -> Vec<Says> {
        let text = plain(&String::from_utf8_lossy(bytes), true);
        let found = self.search.find_overlapping_iter(&text).filter(|found| {
            let says = self.says.get(found.pattern().as_usize());
            let ends = matches!(says, Some(Says::Rule(_) | Says::Example));
            begins(&text, found.start()) && (!ends || begins(&text, found.end()))
        });
        found.filter_map(|found| self.says.get(found.pattern().as_usize()).copied()).collect()
    }
}

/// Whether a word begins or ends there. Scripts without blanks between words have no such place, and need none.
fn begins(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let behind = text.get(at..).and_then(|behind| behind.chars().next());
    let in_word = |character: Option<char>| {
        character.is_some_and(|character| character.is_alphanumeric() && character < '\u{2e80}')
    };
    !(in_word(before) && in_word(behind))
}

/// How a phrase may stand in plain text: as it is, and with its words in one.
fn spellings(phrase: &str) -> Vec<String> {
    let mut spellings =
        vec![plain(phrase, true), plain(phrase, false), plain(phrase, false).replace(' ', "")];
    spellings.sort();
    spellings.dedup();
    spellings
}

/// Small letters and digits with single blanks between words, however these are joined: `recovery_codes`,
/// `Recovery-Codes`, and `recoveryCodes` if capitals begin a word.
pub(super) fn plain(text: &str, capitals: bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut small = false;
    for character in text.chars() {
        if !character.is_alphanumeric() {
            if !plain.is_empty() && !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else {
            if capitals && small && character.is_uppercase() {
                plain.push(' ');
            }
            plain.extend(character.to_lowercase());
        }
        small = character.is_lowercase();
    }
    plain.truncate(plain.trim_end().len());
    plain
}

#[cfg(test)]
mod tests {
    use super::{Context, Says, Words};

    fn read(text: &str) -> Vec<Says> {
        let words = r#"
            factor = ["2FA"]
            example = ["test"]
            labels = []
            files = []
            [codes]
            en = ["backup code"]
            ja = ["バックアップコード"]
            [other]
            en = ["order number"]
        "#;
        let words: Words = toml::from_str(words).unwrap();
        Context::new(&words, [(7, "GitHub")]).unwrap().read(text.as_bytes())
    }

    #[test]
    fn words_are_read_however_they_are_joined() {
        for text in ["Backup  codes:", "backup_code=", "\"backupCodes\":[", "BACKUP-CODE", "my backupcodes"] {
            assert_eq!(read(text), [Says::Codes], "{text}");
        }
        assert_eq!(read("私のバックアップコードです"), [Says::Codes]);
        assert_eq!(read("on github.com"), [Says::Rule(7)]);
        assert_eq!(read("GitHub 2FA"), [Says::Rule(7), Says::Factor]);
    }

    #[test]
    fn parts_of_words_say_nothing() {
        for text in ["mybackup codes", "githubber", "latest", "testing", "12fa", "back up the code"] {
            assert_eq!(read(text), [], "{text}");
        }
    }
}
