//! What a process has: its environment, its command line, its limits, and its memory after the requests are done.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use postern_testkit::leaks::Search;

use crate::sinks::Sink;

/// Bytes of a page of memory.
const PAGE: usize = 4096;
/// A page that was never written.
const ZEROES: [u8; PAGE] = [0; PAGE];

/// What others on the machine can see of a process.
pub(crate) fn seen_by_others(id: u32) -> Vec<Sink> {
    let names = ["environ", "cmdline", "comm", "status", "maps", "mountinfo"];
    let read = |name: &str| {
        fs::read(format!("/proc/{id}/{name}")).ok().map(|bytes| Sink::new(format!("/proc/{name}"), bytes))
    };
    names.into_iter().filter_map(read).collect()
}

/// Whether the kernel writes a core dump of a process: its limit is no bytes, hard.
pub(crate) fn dumps_nothing(id: u32) -> bool {
    let limits = fs::read_to_string(format!("/proc/{id}/limits")).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    line.split_whitespace().skip(4).take(2).eq(["0", "0"])
}

/// Names of the secrets that are in the memory of a process, as a core dump would have it. Nothing if this user may not
/// read it, which is what the process asks for.
pub(crate) fn found_in(id: u32, search: &Search) -> Option<Vec<String>> {
    let maps = fs::read_to_string(format!("/proc/{id}/maps")).ok()?;
    let memory = File::open(format!("/proc/{id}/mem")).ok()?;
    let mut found = Vec::new();
    let written =
        maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|mode| mode.starts_with("rw")));
    for line in written {
        let (from, until) = line.split(' ').next()?.split_once('-')?;
        let (from, until) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(until, 16).ok()?);
        let mut bytes = vec![0; usize::try_from(until - from).ok()?];
        if memory.read_exact_at(&mut bytes, from).is_err() {
            // Something of it cannot be read, or is no longer there: the rest still can.
            for (page, at) in bytes.chunks_mut(PAGE).zip((from..).step_by(PAGE)) {
                let _ = memory.read_exact_at(page, at);
            }
        }
        // Most pages were never written: what is left stays in its order.
        let pages = bytes.chunks(PAGE).filter(|page| **page != ZEROES[..page.len()]);
        found.extend(search.found_in(&pages.collect::<Vec<_>>().concat()));
    }
    found.sort();
    found.dedup();
    Some(found)
}
