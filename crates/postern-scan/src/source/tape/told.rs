//! What headers say of the member behind them: its name, its length, and text of any kind.

use std::io::{self, Read};

use tar::{EntryType, Header, PaxExtensions};

/// The most bytes of a header's data that are held, and so the longest name.
pub(super) const HELD: u64 = 16 << 10;

/// Values that are numbers, as which they may look like codes.
const NUMBERS: [&str; 10] = [
    "size",
    "uid",
    "gid",
    "mtime",
    "atime",
    "ctime",
    "GNU.sparse.",
    "LIBARCHIVE.creationtime",
    "SCHILY.ino",
    "SCHILY.dev",
];

/// What was said until now.
#[derive(Default)]
pub(super) struct Told {
    name: Option<String>,
    size: Option<u64>,
}

impl Told {
    /// Whether a header says something of another.
    pub(super) fn is_of(kind: EntryType) -> bool {
        kind.is_gnu_longname()
            || kind.is_gnu_longlink()
            || kind.is_pax_local_extensions()
            || kind.is_pax_global_extensions()
    }

    /// Takes up what such a header's data say; gives the text in them that is no name.
    pub(super) fn hear(&mut self, kind: EntryType, data: &mut impl Read) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        data.take(HELD).read_to_end(&mut bytes)?;
        if kind.is_gnu_longlink() {
            return Ok(bytes);
        }
        if kind.is_gnu_longname() {
            let name = String::from_utf8_lossy(bytes.trim_ascii_end());
            self.name = Some(name.trim_end_matches('\0').to_owned());
            return Ok(Vec::new());
        }
        Ok(self.fields(&bytes, kind.is_pax_local_extensions()).unwrap_or(bytes))
    }

    /// The values of all fields but names and numbers; none if they cannot be told from each other.
    fn fields(&mut self, bytes: &[u8], is_of_next: bool) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        for field in PaxExtensions::new(bytes) {
            let field = field.ok()?;
            let (key, value) = (field.key().ok()?, field.value_bytes());
            match key {
                "path" if is_of_next => self.name = Some(String::from_utf8_lossy(value).into_owned()),
                "size" if is_of_next => self.size = field.value().ok()?.parse().ok(),
                _ if NUMBERS.iter().any(|number| key.starts_with(number)) => {}
                _ => {
                    text.extend_from_slice(value);
                    text.push(b'\n');
                }
            }
        }
        Some(text)
    }

    /// The name and the length of the member that comes.
    pub(super) fn member(&mut self, header: &Header) -> (String, u64) {
        let Self { name, size } = std::mem::take(self);
        let short = || String::from_utf8_lossy(&header.path_bytes()).into_owned();
        (name.unwrap_or_else(short), size.or(header.entry_size().ok()).unwrap_or_default())
    }

    /// A name behind which no member came.
    pub(super) fn left(self) -> Option<String> {
        self.name
    }
}
