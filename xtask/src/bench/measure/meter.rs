//! Who spends the cores' time on a request: threads of the server, and the generator.

use std::collections::BTreeMap;

use crate::Done;
use crate::machine::{Spent, spent, written};

/// Microseconds of a core for one request, by whom.
pub(crate) type By = BTreeMap<&'static str, f64>;

/// Who asks.
pub(crate) const GENERATOR: &str = "generator";
/// The thread that writes ahead.
const WRITER: &str = "store-writer";

/// What was done for one request.
#[derive(Clone, Default)]
pub(crate) struct Did {
    pub(crate) spent: By,
    /// Bytes that the writer wrote.
    pub(crate) written: f64,
}

/// What was spent before a load.
pub(crate) struct Meter {
    server: u32,
    before: [Spent; 2],
    written: f64,
}

impl Meter {
    /// Begins to watch a server and this process, which is the generator.
    pub(crate) fn begin(server: u32) -> Done<Self> {
        let before = [spent(server)?, spent(std::process::id())?];
        Ok(Self { server, before, written: written(server, WRITER)? })
    }

    /// Since then, for each of so many requests.
    pub(crate) fn end(self, count: usize) -> Done<Did> {
        let written = (written(self.server, WRITER)? - self.written) / count as f64;
        let [server, generator] = self.before;
        let mut by = By::new();
        let mut add = |who, micros: f64| *by.entry(who).or_default() += micros / count as f64;
        for (thread, now) in spent(self.server)? {
            let who = match thread.as_str() {
                WRITER => "writer",
                "store-wal" => "copier of the write-ahead log",
                _ => "HTTP threads",
            };
            add(who, now - server.get(&thread).copied().unwrap_or_default());
        }
        for (thread, now) in spent(std::process::id())? {
            add(GENERATOR, now - generator.get(&thread).copied().unwrap_or_default());
        }
        Ok(Did { spent: by, written })
    }
}
