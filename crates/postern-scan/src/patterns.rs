//! Own codes as patterns for other people's scanners. A pattern knows the prefix and the shape; check symbols, spellings
//! without prefix and sets are beyond it.

use postern_codes::{Format, Prefix};

/// A scanner that takes patterns of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// `.gitleaks.toml`.
    Gitleaks,
    /// A file of rules for kingfisher.
    Kingfisher,
    /// Custom detectors of TruffleHog.
    Trufflehog,
    /// Custom patterns of GitHub's secret scanning.
    Github,
}

/// What each tool's file says of itself.
const ABOUT: &str =
    "Backup codes of Postern, by prefix and shape. A pattern does not know their check symbols.";
/// One symbol as it may be typed: no code has a U. Spelled out, since not every dialect takes a flag for the case.
const SYMBOL: &str = "[0-9A-TV-Za-tv-z]";
const DIGIT: &str = "[0-9]";
/// What may stand between groups, and behind the prefix.
const BETWEEN: &str = "[-_. ]?";

impl Tool {
    /// What to give to the tool for codes with these prefixes.
    #[must_use]
    pub fn patterns(self, prefixes: &[Prefix]) -> String {
        let head = match self {
            Self::Gitleaks => {
                format!("# {ABOUT}\n# `[extend]` with `useDefault = true` keeps the rules of gitleaks.\n")
            }
            Self::Kingfisher => format!("# {ABOUT}\nrules:\n"),
            Self::Trufflehog => format!("# {ABOUT}\ndetectors:\n"),
            Self::Github => {
                format!("# {ABOUT}\n# One custom pattern each: what to type into the form's fields.\n")
            }
        };
        head + &prefixes.iter().map(|prefix| self.pattern(prefix)).collect::<String>()
    }

    fn pattern(self, prefix: &Prefix) -> String {
        let (name, code) = (prefix.as_str(), code(prefix));
        let small = name.to_ascii_lowercase();
        match self {
            Self::Gitleaks => format!(
                "\n[[rules]]\nid = \"postern-{small}\"\ndescription = \"Backup code of Postern ({name})\"\n\
                 regex = '''\\b{code}\\b'''\nkeywords = [\"{small}\"]\n"
            ),
            Self::Kingfisher => format!(
                "  - name: Backup code of Postern ({name})\n    id: postern.{small}\n    pattern: '\\b({code})\\b'\n\
                 \x20   min_entropy: 0\n    confidence: high\n"
            ),
            Self::Trufflehog => format!(
                "  - name: postern-{small}\n    keywords:\n      - {name}\n    regex:\n      code: '\\b({code})\\b'\n"
            ),
            Self::Github => format!(
                "\nPattern name: Backup code of Postern ({name})\nSecret format: {code}\n\
                 Before secret: \\A|[^0-9A-Za-z]\nAfter secret: \\z|[^0-9A-Za-z]\n"
            ),
        }
    }
}

/// A code behind its prefix, in any format. Longer ones first: where the first match counts, it is the whole code.
fn code(prefix: &Prefix) -> String {
    let either = |letter: char| match (letter, letter.to_ascii_lowercase()) {
        (letter, small) if small != letter => format!("[{letter}{small}]"),
        _ => letter.to_string(),
    };
    let letters: String = prefix.as_str().chars().map(either).collect();
    let shapes = [Format::Standard, Format::Numeric, Format::Compact].map(shape).join("|");
    format!("{letters}{BETWEEN}(?:{shapes})")
}

/// Groups of a format.
fn shape(format: Format) -> String {
    let symbol = if format == Format::Numeric { DIGIT } else { SYMBOL };
    let (group, more) = (format.group(), format.symbols() / format.group() - 1);
    format!("{symbol}{{{group}}}(?:{BETWEEN}{symbol}{{{group}}}){{{more}}}")
}

#[cfg(test)]
mod tests {
    use postern_codes::Prefix;

    use super::{Tool, code};

    #[test]
    fn a_pattern_is_the_prefix_and_the_shapes() {
        assert_eq!(
            code(&Prefix::new("AB").unwrap()),
            "[Aa][Bb][-_. ]?(?:[0-9A-TV-Za-tv-z]{5}(?:[-_. ]?[0-9A-TV-Za-tv-z]{5}){4}\
             |[0-9]{4}(?:[-_. ]?[0-9]{4}){5}|[0-9A-TV-Za-tv-z]{4}(?:[-_. ]?[0-9A-TV-Za-tv-z]{4}){3})"
        );
    }

    #[test]
    fn there_is_one_for_each_prefix() {
        let prefixes = ["ACME", "BETA"].map(|name| Prefix::new(name).unwrap());
        for tool in [Tool::Gitleaks, Tool::Kingfisher, Tool::Trufflehog, Tool::Github] {
            let text = tool.patterns(&prefixes);
            assert!(text.contains("[Aa][Cc][Mm][Ee]") && text.contains("[Bb][Ee][Tt][Aa]"), "{tool:?}");
        }
    }
}
