//! Metrics: numbers about the service, in a registry of its own. Labels come from closed lists: route
//! templates, methods, statuses and outcomes, never from what a request says.

mod families;
mod watched;

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use families::{Answer, CodeAlarm, Outcome, Timed, durations};
use http::StatusCode;
use postern_app::Problem;
use postern_core::kinds::CodeKind;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use watched::Watched;

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
    alarms: Family<CodeAlarm, Counter>,
    certificates_refused: Counter,
    log_anchor_age: Gauge<f64, AtomicU64>,
    log_merge_delay: Gauge<f64, AtomicU64>,
    watched: Watched,
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
            alarms: Family::default(),
            certificates_refused: Counter::default(),
            log_anchor_age: Gauge::default(),
            log_merge_delay: Gauge::default(),
            watched: Watched::default(),
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
        registry.register("code_alarms", "Canary and duress codes that were typed", self.alarms.clone());
        let refused = "New certificates of the listener that were of no use";
        registry.register("certificates_refused", refused, self.certificates_refused.clone());
        registry.register("log_anchor_age_seconds", "Age of the log's anchor", self.log_anchor_age.clone());
        let delay = "Longest wait of an event for its place in the log";
        registry.register("log_merge_delay_seconds", delay, self.log_merge_delay.clone());
        self.watched.register(registry);
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

    /// A canary or a duress code was typed.
    pub fn alarmed(&self, kind: CodeKind) {
        self.alarms.get_or_create(&CodeAlarm { alarm: kind.name() }).inc();
    }

    /// A new certificate was of no use; the one before stays.
    pub fn certificate_refused(&self) {
        self.certificates_refused.inc();
    }

    /// How old the log's anchor is.
    pub fn set_log_anchor_age(&self, age: Duration) {
        self.log_anchor_age.set(age.as_secs_f64());
    }

    /// How long an event waits for its place in the log.
    pub fn set_log_merge_delay(&self, delay: Duration) {
        self.log_merge_delay.set(delay.as_secs_f64());
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
}
