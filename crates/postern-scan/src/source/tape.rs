//! Members of a tar archive with their names, each name bounded: as the crate reads them, a name may be as long as
//! the archive.

use std::io::{self, Read};

use tar::{Archive, Entries, Entry, EntryType, PaxExtensions};

/// The most bytes of a name, and of a header that holds one.
const NAME: u64 = 16 << 10;

/// Files of an archive, in order.
pub(super) struct Members<'a, R: Read> {
    entries: Entries<'a, R>,
    name: Option<String>,
}

impl<'a, R: Read> Members<'a, R> {
    pub(super) fn of(archive: &'a mut Archive<R>) -> io::Result<Self> {
        Ok(Self { entries: archive.entries()?.raw(true), name: None })
    }

    /// A file, or what names the next one.
    fn member(&mut self, mut entry: Entry<'a, R>) -> io::Result<Option<(String, Entry<'a, R>)>> {
        let kind = entry.header().entry_type();
        match kind {
            EntryType::GNULongName => {
                let name = start(&mut entry)?;
                self.name =
                    Some(String::from_utf8_lossy(name.trim_ascii_end()).trim_end_matches('\0').to_owned());
                Ok(None)
            }
            EntryType::XHeader => {
                let fields = start(&mut entry)?;
                let path = PaxExtensions::new(&fields).flatten().find(|field| field.key_bytes() == b"path");
                self.name = path.map(|path| String::from_utf8_lossy(path.value_bytes()).into_owned());
                Ok(None)
            }
            _ => {
                let short = || String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                let name = self.name.take().unwrap_or_else(short);
                let is_file = kind.is_file() || kind.is_gnu_sparse() || kind.is_contiguous();
                Ok(is_file.then_some((name, entry)))
            }
        }
    }
}

/// The first bytes of an entry.
fn start(entry: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.take(NAME).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl<'a, R: Read> Iterator for Members<'a, R> {
    type Item = io::Result<(String, Entry<'a, R>)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let member = self.entries.next()?.and_then(|entry| self.member(entry)).transpose();
            if member.is_some() {
                return member;
            }
        }
    }
}
