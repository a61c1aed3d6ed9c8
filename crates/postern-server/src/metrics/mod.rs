//! Metrics: numbers about the service, in a registry of its own. Labels come from closed lists: route
//! templates, methods, statuses and outcomes, never from what a request says.

mod families;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use families::{Alarm, Answer, Outcome, Part, Timed, durations};
use http::StatusCode;
use postern_app::Problem;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The numbers, and how they are written for Prometheus.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answer, Counter>,
    durations: Family<Timed, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    busy: Counter,
    redemptions: Family<Outcome, Counter>,
    stages: Counter,
    log_anchor_age: Gauge<f64, AtomicU64>,
    log_merge_delay: Gauge<f64, AtomicU64>,
    log_events: Gauge,
    data_bytes: Family<Part, Gauge>,
    disk_free: Gauge,
    clock_difference: Gauge<f64, AtomicU64>,
    clock_steps: Counter,
    alarms: Family<Alarm, Gauge>,
    alarm_names: Mutex<BTreeSet<String>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("postern"),
            requests: Family::default(),
            durations: Family::new_with_constructor(durations as fn() -> Histogram),
            in_flight: Gauge::default(),
            busy: Counter::default(),
            redemptions: Family::default(),
            stages: Counter::default(),
            log_anchor_age: Gauge::default(),
            log_merge_delay: Gauge::default(),
            log_events: Gauge::default(),
            data_bytes: Family::default(),
            disk_free: Gauge::default(),
            clock_difference: Gauge::default(),
            clock_steps: Counter::default(),
            alarms: Family::default(),
            alarm_names: Mutex::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests answered", self.requests.clone());
        registry.register("request_duration_seconds", "Time to an answer", self.durations.clone());
        registry.register("requests_in_flight", "Requests that are worked on", self.in_flight.clone());
        registry.register("busy_refusals", "Requests refused because too many were here", self.busy.clone());
        registry.register("redemptions", "Redemptions by what became of them", self.redemptions.clone());
        registry.register("stages", "Code sets staged", self.stages.clone());
        registry.register("log_anchor_age_seconds", "Age of the log's anchor", self.log_anchor_age.clone());
        let delay = "Longest wait of an event for its place in the log";
        registry.register("log_merge_delay_seconds", delay, self.log_merge_delay.clone());
        registry.register("log_events", "Events that have a place in a log", self.log_events.clone());
        registry.register("data_bytes", "Bytes stored", self.data_bytes.clone());
        registry.register(
            "disk_free_bytes",
            "Bytes that are free for the data folder",
            self.disk_free.clone(),
        );
        let difference = "How far the clock has gone from the time that passed, since the start";
        registry.register("clock_difference_seconds", difference, self.clock_difference.clone());
        registry.register(
            "clock_steps",
            "Steps of the clock by more than five seconds",
            self.clock_steps.clone(),
        );
        registry.register("alarm", "1 for every reason of /readyz that there is", self.alarms.clone());
    }

    /// A request begins; it ends when the guard is dropped.
    #[must_use]
    pub fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// A request was answered.
    pub fn answered(&self, route: &str, method: &'static str, status: StatusCode, took: Duration) {
        let route = route.to_owned();
        self.requests.get_or_create(&Answer { route: route.clone(), method, status: status.as_u16() }).inc();
        self.durations.get_or_create(&Timed { route, method }).observe(took.as_secs_f64());
    }

    /// A request was refused because too many were here.
    pub fn refused_as_busy(&self) {
        self.busy.inc();
    }

    /// A redemption was decided, or not.
    pub fn redeemed(&self, problem: Option<&Problem>) {
        let outcome = match problem {
            None => "accepted",
            Some(Problem::CodeNotAccepted { .. }) => "refused",
            Some(Problem::TooManyAttempts { .. } | Problem::TooManyRequests { .. }) => "throttled",
            Some(Problem::CodeMistyped { .. } | Problem::SeveralCodes | Problem::OtherService) => "typo",
            Some(_) => return,
        };
        self.redemptions.get_or_create(&Outcome { outcome }).inc();
    }

    /// A set was staged.
    pub fn staged(&self) {
        self.stages.inc();
    }

    /// How old the log's anchor is.
    pub fn set_log_anchor_age(&self, age: Duration) {
        self.log_anchor_age.set(age.as_secs_f64());
    }

    /// How long an event waits for its place in the log.
    pub fn set_log_merge_delay(&self, delay: Duration) {
        self.log_merge_delay.set(delay.as_secs_f64());
    }

    /// How many events have a place in a log.
    pub fn set_log_events(&self, events: u64) {
        self.log_events.set(whole(events));
    }

    /// Bytes stored: of the `database`, of its `write_ahead_log`.
    pub fn set_data_bytes(&self, part: &'static str, bytes: u64) {
        self.data_bytes.get_or_create(&Part { part }).set(whole(bytes));
    }

    /// Bytes that are free for the data folder.
    pub fn set_disk_free(&self, bytes: u64) {
        self.disk_free.set(whole(bytes));
    }

    /// How far the clock has gone from the time that passed, in seconds since the start.
    pub fn set_clock_difference(&self, seconds: f64) {
        self.clock_difference.set(seconds);
    }

    /// The clock made a step.
    pub fn clock_stepped(&self) {
        self.clock_steps.inc();
    }

    /// The reasons of `/readyz` that there are; those that were and are not any more stand at 0.
    pub fn set_alarms(&self, reasons: &[String]) {
        let mut known = self.alarm_names.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(reasons.iter().cloned());
        for reason in known.iter() {
            let rings = i64::from(reasons.contains(reason));
            self.alarms.get_or_create(&Alarm { reason: reason.clone() }).set(rings);
        }
    }

    /// The numbers in Prometheus' text form.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail; if it ever did, half the numbers are better than none.
        if encode(&mut text, &self.registry).is_err() {
            tracing::warn!("the metrics could not be written in full");
        }
        text
    }
}

/// A number as a gauge has it.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Counts a request as long as it lives.
#[derive(Debug)]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written() {
        let metrics = Metrics::new();
        let guard = metrics.begin();
        metrics.answered("/v1/events", "GET", StatusCode::OK, Duration::from_millis(3));
        metrics.redeemed(None);
        metrics.redeemed(Some(&Problem::SeveralCodes));
        metrics.redeemed(Some(&Problem::Unavailable));
        let text = metrics.text();
        assert!(text.contains(r#"postern_requests_total{route="/v1/events",method="GET",status="200"} 1"#));
        assert!(text.contains(r#"postern_redemptions_total{outcome="accepted"} 1"#));
        assert!(text.contains(r#"postern_redemptions_total{outcome="typo"} 1"#));
        assert!(text.contains("postern_requests_in_flight 1"));
        drop(guard);
        assert!(metrics.text().contains("postern_requests_in_flight 0"));
    }

    #[test]
    fn an_alarm_that_is_over_stands_at_zero() {
        let metrics = Metrics::new();
        metrics.set_alarms(&["disk-low".to_owned()]);
        assert!(metrics.text().contains("postern_alarm{reason=\"disk-low\"} 1"), "{}", metrics.text());
        metrics.set_alarms(&[]);
        assert!(metrics.text().contains("postern_alarm{reason=\"disk-low\"} 0"));
    }
}
