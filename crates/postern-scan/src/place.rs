//! Where a piece of content is, and where in it something stands: a place that a person can open.

use std::fmt;

/// Where one piece of content comes from: a path, then nested parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The path as given or walked to, or `(stdin)`.
    pub path: String,
    /// Parts inside it, outermost first: an archive's member, a message, an attachment.
    pub parts: Vec<String>,
    /// Whether it is what a password manager exported: by policy a vault may hold codes.
    pub is_vault: bool,
}

impl Origin {
    /// Content that is not nested.
    #[must_use]
    pub fn of(path: impl Into<String>) -> Self {
        Self { path: cut(path.into()), parts: Vec::new(), is_vault: false }
    }

    /// A part of this content.
    #[must_use]
    pub fn part(&self, name: impl Into<String>) -> Self {
        let mut parts = self.parts.clone();
        parts.push(cut(name.into()));
        Self { path: self.path.clone(), parts, is_vault: self.is_vault }
    }

    /// The same content, which a password manager exported.
    #[must_use]
    pub(crate) fn in_vault(&self) -> Self {
        Self { is_vault: true, ..self.clone() }
    }

    /// The innermost name, from which a file's kind is read.
    #[must_use]
    pub fn name(&self) -> &str {
        self.parts.last().unwrap_or(&self.path)
    }
}

/// The most bytes of a name. No longer path can be opened; names in archives and mail have no bound of their own.
pub(crate) const NAME: usize = 4 << 10;

/// A name that is not too long.
fn cut(mut name: String) -> String {
    if name.len() > NAME {
        name.truncate(name.floor_char_boundary(NAME));
        name.push('…');
    }
    name
}

/// As it is shown: parts behind `!/`. Control characters of names, and those that turn the direction of text, are shown
/// as `?`, so that a name can neither write on a terminal nor look like another.
impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&plain(&self.path))?;
        self.parts.iter().try_for_each(|part| write!(out, "!/{}", plain(part)))
    }
}

fn plain(name: &str) -> String {
    let turns = |character| matches!(character, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = |character: char| if character.is_control() || turns(character) { '?' } else { character };
    name.chars().map(plain).collect()
}

/// A place inside a piece of content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The content.
    pub origin: Origin,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1, in characters. In UTF-16 and across a line of more than a mebibyte it is near, not exact.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.origin, self.line, self.column)
    }
}
