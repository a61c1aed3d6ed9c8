//! Numbers about what a service stands on: sizes, disk, clock, and the alarms that ring.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Metrics;
use super::families::{Alarm, Part};

/// The numbers.
#[derive(Debug, Default)]
pub(super) struct Watched {
    log_events: Gauge,
    thinned: Gauge,
    oldest: Gauge,
    data_bytes: Family<Part, Gauge>,
    disk_free: Gauge,
    clock_difference: Gauge<f64, AtomicU64>,
    clock_steps: Counter,
    alarms: Family<Alarm, Gauge>,
    alarm_names: Mutex<BTreeSet<String>>,
}

impl Watched {
    /// Has them written with the others.
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("log_events", "Events that have a place in a log", self.log_events.clone());
        let thinned = "Events of which only the leaf is left";
        registry.register("log_thinned_events", thinned, self.thinned.clone());
        let oldest =
            "When the oldest event was recorded that has its bytes, in seconds since 1970; 0 if not known";
        registry.register("log_oldest_event_timestamp_seconds", oldest, self.oldest.clone());
        registry.register("data_bytes", "Bytes stored", self.data_bytes.clone());
        registry.register(
            "disk_free_bytes",
            "Bytes that are free for the data folder",
            self.disk_free.clone(),
        );
        let difference = "How far the clock has gone from the time that passed, since the start";
        registry.register("clock_difference_seconds", difference, self.clock_difference.clone());
        let steps = "Steps of the clock by more than five seconds";
        registry.register("clock_steps", steps, self.clock_steps.clone());
        registry.register("alarm", "1 for every reason of /readyz that there is", self.alarms.clone());
    }
}

impl Metrics {
    /// How many events have a place in a log.
    pub fn set_log_events(&self, events: u64) {
        self.watched.log_events.set(whole(events));
    }

    /// Of how many of them only the leaf is left.
    pub fn set_thinned_events(&self, events: u64) {
        self.watched.thinned.set(whole(events));
    }

    /// When the oldest event was recorded that has its bytes, in seconds since 1970.
    pub fn set_oldest_event(&self, seconds: u64) {
        self.watched.oldest.set(whole(seconds));
    }

    /// Bytes stored: of the `database`, of its `write_ahead_log`.
    pub fn set_data_bytes(&self, part: &'static str, bytes: u64) {
        self.watched.data_bytes.get_or_create(&Part { part }).set(whole(bytes));
    }

    /// Bytes that are free for the data folder.
    pub fn set_disk_free(&self, bytes: u64) {
        self.watched.disk_free.set(whole(bytes));
    }

    /// How far the clock has gone from the time that passed, in seconds since the start.
    pub fn set_clock_difference(&self, seconds: f64) {
        self.watched.clock_difference.set(seconds);
    }

    /// The clock made a step.
    pub fn clock_stepped(&self) {
        self.watched.clock_steps.inc();
    }

    /// The reasons of `/readyz` that there are; those that were and are not any more stand at 0.
    pub fn set_alarms(&self, reasons: &[String]) {
        let mut known = self.watched.alarm_names.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(reasons.iter().cloned());
        for reason in known.iter() {
            let rings = i64::from(reasons.contains(reason));
            self.watched.alarms.get_or_create(&Alarm { reason: reason.clone() }).set(rings);
        }
    }
}

/// A number as a gauge has it.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_that_is_over_stands_at_zero() {
        let metrics = Metrics::new();
        metrics.set_alarms(&["disk-low".to_owned()]);
        assert!(metrics.text().contains("postern_alarm{reason=\"disk-low\"} 1"), "{}", metrics.text());
        metrics.set_alarms(&[]);
        assert!(metrics.text().contains("postern_alarm{reason=\"disk-low\"} 0"));
    }
}
