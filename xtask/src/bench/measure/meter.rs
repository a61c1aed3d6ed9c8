//! Who spends the cores' time on a request: threads of the server, and the generator.

use std::collections::BTreeMap;

use crate::Done;
use crate::machine::{Spent, spent};

/// Microseconds of a core for one request, by whom.
pub(crate) type By = BTreeMap<&'static str, f64>;

/// What was spent before a load.
pub(crate) struct Meter {
    server: u32,
    before: [Spent; 2],
}

impl Meter {
    /// Begins to watch a server and this process, which is the generator.
    pub(crate) fn begin(server: u32) -> Done<Self> {
        Ok(Self { server, before: [spent(server)?, spent(std::process::id())?] })
    }

    /// Since then, for each of so many requests.
    pub(crate) fn end(self, count: usize) -> Done<By> {
        let [server, generator] = self.before;
        let mut by = By::new();
        let mut add = |who, micros: f64| *by.entry(who).or_default() += micros / count as f64;
        for (thread, now) in spent(self.server)? {
            let who = match thread.as_str() {
                "store-writer" => "writer",
                "store-wal" => "copier of the write-ahead log",
                _ => "HTTP threads",
            };
            add(who, now - server.get(&thread).copied().unwrap_or_default());
        }
        for (thread, now) in spent(std::process::id())? {
            add("generator", now - generator.get(&thread).copied().unwrap_or_default());
        }
        Ok(by)
    }
}
