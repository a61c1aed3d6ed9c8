//! Heads of the logs in memory: what is committed, for the tenants that wrote last.

use std::collections::HashMap;

use postern_core::ids::TenantId;
use postern_log::Frontier;

/// Committed heads, at most so many; the one unused longest goes.
#[derive(Debug)]
pub(super) struct Heads {
    most: usize,
    clock: u64,
    known: HashMap<TenantId, (u64, Frontier)>,
}

impl Heads {
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), clock: 0, known: HashMap::new() }
    }

    pub(super) fn get(&mut self, tenant: TenantId) -> Option<&Frontier> {
        self.clock += 1;
        let (used, frontier) = self.known.get_mut(&tenant)?;
        *used = self.clock;
        Some(frontier)
    }

    pub(super) fn set(&mut self, tenant: TenantId, frontier: Frontier) {
        self.clock += 1;
        self.known.insert(tenant, (self.clock, frontier));
        if self.known.len() > self.most {
            let oldest = self.known.iter().min_by_key(|(_, (used, _))| *used).map(|(tenant, _)| *tenant);
            if let Some(oldest) = oldest {
                self.known.remove(&oldest);
            }
        }
    }

    /// Forgets all: what is committed is no longer known.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }
}
