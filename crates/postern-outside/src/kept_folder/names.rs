//! Names of what is kept, a page at a time. Only folders that the page comes to are read, so that a page costs no more
//! when years of bundles lie before it.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use postern_core::ports::{NamePage, Wanted};
use postern_log::{Tile, TileKind};

use crate::folder_place::is_unfinished;

/// The end of the name of a folder of bundles that are not full.
const PARTIAL: &str = ".p";

/// A page of the files under a folder, in the order of their names' parts.
pub(super) fn page(folder: &Path, wanted: &Wanted) -> io::Result<NamePage> {
    let mut walk = Walk { folder, wanted, names: Vec::new() };
    let after: Vec<&str> = wanted.after.as_deref().unwrap_or_default().split('/').collect();
    if let Some(after) = left_within(&wanted.under, &after) {
        let _ = walk.folder(&wanted.under, after)?;
    }
    let more = walk.names.len() > wanted.most;
    walk.names.truncate(wanted.most);
    Ok(NamePage { names: walk.names, more })
}

/// What is left of a name's parts within a path; `None` if everything under that path comes before them.
fn left_within<'a>(under: &str, after: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let mut left = after;
    for part in under.split('/').filter(|part| !part.is_empty()) {
        match left.split_first() {
            Some((first, _)) if part < *first => return None,
            Some((first, rest)) if part == *first => left = rest,
            _ => return Some(&[]),
        }
    }
    Some(left)
}

/// The log and the entry bundle that a name is of.
pub(super) fn bundle(name: &str) -> Option<(&str, Tile)> {
    let (log, tile) = name.split_once('/')?;
    Some((log, Tile::parse(tile).filter(|tile| tile.kind() == TileKind::Entries)?))
}

struct Walk<'a> {
    folder: &'a Path,
    wanted: &'a Wanted,
    names: Vec<String>,
}

/// What lies in a folder.
struct Entry {
    name: String,
    is_folder: bool,
}

impl Walk<'_> {
    /// Takes what comes after a path from a folder; breaks off when there is one more than a page holds.
    fn folder(&mut self, within: &str, after: &[&str]) -> io::Result<ControlFlow<()>> {
        for Entry { name, is_folder } in self.entries(within)? {
            let rest = match after.split_first() {
                Some((first, _)) if name.as_str() < *first => continue,
                Some((first, rest)) if name == *first => rest,
                _ => &[],
            };
            let was_given = after.len() == 1 && after.first().is_some_and(|last| *last == name);
            let name = if within.is_empty() { name } else { format!("{within}/{name}") };
            if is_folder {
                if self.folder(&name, rest)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            } else if !was_given {
                self.names.push(name);
                if self.names.len() > self.wanted.most {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What is wanted of a folder, in order. One that was removed meanwhile has nothing.
    fn entries(&self, within: &str) -> io::Result<Vec<Entry>> {
        let at = self.folder.join(within);
        let read = match at.read_dir() {
            Err(fault) if !within.is_empty() && is_gone(&fault) => return Ok(Vec::new()),
            read => read?,
        };
        let mut entries = Vec::new();
        for entry in read {
            let entry = entry?;
            let Some(name) = entry.file_name().into_string().ok().filter(|name| is_name(name)) else {
                continue;
            };
            entries.push(Entry { name, is_folder: entry.file_type()?.is_dir() });
        }
        entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        if !self.wanted.narrower {
            leave_out_narrower(within, &mut entries);
        }
        Ok(entries)
    }
}

/// Leaves out, of a folder's content in order, the bundles that a wider one beside them has all of.
fn leave_out_narrower(within: &str, entries: &mut Vec<Entry>) {
    let width = |name: &str| Some(bundle(&format!("{within}/{name}"))?.1.range().end);
    if within.ends_with(PARTIAL) {
        let widest = entries.iter().filter_map(|entry| width(&entry.name)).max();
        entries.retain(|entry| width(&entry.name).is_none_or(|width| Some(width) == widest));
    } else {
        let full: Vec<String> = entries
            .iter()
            .filter(|entry| !entry.is_folder && width(&entry.name).is_some())
            .map(|entry| entry.name.clone())
            .collect();
        let has_full = |name: &str| {
            let name = name.strip_suffix(PARTIAL);
            name.is_some_and(|name| full.binary_search_by(|full| full.as_str().cmp(name)).is_ok())
        };
        entries.retain(|entry| !(entry.is_folder && has_full(&entry.name)));
    }
}

/// Whether it is one that a client gave. The root of a disk has a folder of the file system's own, which nobody else may
/// enter.
fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    name.bytes().all(fits) && !is_unfinished(Path::new(name))
}

fn is_gone(fault: &io::Error) -> bool {
    matches!(fault.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
