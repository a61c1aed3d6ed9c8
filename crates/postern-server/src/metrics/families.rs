//! Labels, and the buckets of durations.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::histogram::Histogram;

/// What is told apart among answers.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
pub(super) struct Answer {
    pub(super) route: String,
    pub(super) method: &'static str,
    pub(super) status: u16,
}

/// What is told apart among durations.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
pub(super) struct Timed {
    pub(super) route: String,
    pub(super) method: &'static str,
}

/// What is told apart among redemptions.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
pub(super) struct Outcome {
    pub(super) outcome: &'static str,
}

/// What is told apart among alarms of codes.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
pub(super) struct CodeAlarm {
    pub(super) alarm: &'static str,
}

/// What is told apart among stored bytes: `database`, `write_ahead_log`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
pub(super) struct Part {
    pub(super) part: &'static str,
}

/// What is told apart among alarms: the reasons of `/readyz`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
pub(super) struct Alarm {
    pub(super) reason: String,
}

/// From what a quick look takes to what a stretched code behind a queue takes, in seconds.
pub(super) fn durations() -> Histogram {
    Histogram::new([0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
}
