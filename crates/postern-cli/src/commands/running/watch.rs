//! What a running service watches: its disk, its sizes, its clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use postern_app::App;
use postern_core::ports::Clock as _;
use postern_core::{Time, limits};
use postern_outside::clock::SystemClock;
use postern_server::{Metrics, Readiness};
use tokio::sync::watch;
use tokio::time::Instant;

use super::stopped;

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Looks between two measurements of disk and sizes.
const MEASURE: u32 = 10;
/// The part of the threshold below which nothing is accepted any more.
const FULL: u64 = 16;

/// What is watched.
pub(in crate::commands) struct Watched {
    /// The folder whose disk is to have room: of the data, or of the anchor where a database has the data.
    pub(in crate::commands) folder: PathBuf,
    /// Free bytes below which the alarm `disk-low` rings; 0 for never.
    pub(in crate::commands) disk_low: u64,
}

/// Watches until the service stops.
pub(super) async fn keep(
    app: Arc<App>,
    watched: Watched,
    readiness: Arc<Readiness>,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
) {
    let mut ticks = tokio::time::interval(LOOK);
    let mut clock = Steps::begin(SystemClock.now(), Instant::now());
    let stop = stopped(stopping);
    tokio::pin!(stop);
    for look in 0u32.. {
        tokio::select! { _ = ticks.tick() => {}, () = &mut stop => return }
        if look % MEASURE == 0 {
            measure(&app, &watched, &readiness, &metrics).await;
        }
        if let Some(by) = clock.look(SystemClock.now(), Instant::now()) {
            tracing::error!(milliseconds = by, "this machine's clock made a step");
            metrics.clock_stepped();
        }
        metrics.set_clock_difference(clock.difference());
        if clock.owed != 0 && app.record_clock_step(clock.owed).await {
            clock.owed = 0;
        }
    }
}

async fn measure(app: &App, watched: &Watched, readiness: &Readiness, metrics: &Metrics) {
    if let Some(sizes) = app.sizes().await {
        metrics.set_data_bytes("database", sizes.database);
        metrics.set_log_events(sizes.events);
        metrics.set_thinned_events(sizes.thinned);
    }
    if let Ok(about) = watched.folder.join("postern.db-wal").metadata() {
        metrics.set_data_bytes("write_ahead_log", about.len());
    }
    let Some(free) = free(&watched.folder) else { return };
    metrics.set_disk_free(free);
    let ring = |rings: bool, reason: &str, alarm: fn(&Readiness, &str)| {
        if rings {
            tracing::error!(reason, free, folder = %watched.folder.display(), "there is little room on the disk");
            alarm(readiness, reason);
        } else {
            readiness.clear(reason);
        }
    };
    ring(free < watched.disk_low, "disk-low", Readiness::degraded);
    ring(free < watched.disk_low / FULL, "disk-full", Readiness::not_ready);
}

/// Bytes that are free for this user on the disk of a folder.
fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The wall clock beside the time that passes.
struct Steps {
    began: (Time, Instant),
    last: (Time, Instant),
    /// Milliseconds of steps that are not recorded yet.
    owed: i64,
}

impl Steps {
    fn begin(wall: Time, passing: Instant) -> Self {
        Self { began: (wall, passing), last: (wall, passing), owed: 0 }
    }

    /// The step since the last look, in milliseconds, if it was one.
    fn look(&mut self, wall: Time, passing: Instant) -> Option<i64> {
        let by = apart(self.last, (wall, passing));
        self.last = (wall, passing);
        let is_step = u128::from(by.unsigned_abs()) > limits::CLOCK_STEP.as_millis();
        if is_step {
            self.owed = self.owed.saturating_add(by);
        }
        is_step.then_some(by)
    }

    /// Seconds that the clock has gone from the time that passed, since the start.
    fn difference(&self) -> f64 {
        let by = Duration::from_millis(apart(self.began, self.last).unsigned_abs()).as_secs_f64();
        if apart(self.began, self.last) < 0 { -by } else { by }
    }
}

/// Milliseconds by which the wall clock went further than time did.
fn apart(from: (Time, Instant), to: (Time, Instant)) -> i64 {
    let millis = |number: u128| i64::try_from(number).unwrap_or(i64::MAX);
    let wall = millis(to.0.millis().into()).saturating_sub(millis(from.0.millis().into()));
    wall.saturating_sub(millis(to.1.duration_since(from.1).as_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_more_than_five_seconds_are_a_step_and_each_is_owed_once() {
        let (wall, passing) = (Time::from_millis(1_000_000), Instant::now());
        let at = |wall_ms: u64, passed: u64| {
            (wall.plus(Duration::from_millis(wall_ms)), passing + Duration::from_millis(passed))
        };
        let mut steps = Steps::begin(wall, passing);
        let mut look = |wall_ms, passed| {
            let (wall, passing) = at(wall_ms, passed);
            steps.look(wall, passing)
        };
        assert_eq!(look(1_000, 1_000), None);
        assert_eq!(look(7_000, 2_000), None, "five seconds are no step");
        assert_eq!(look(14_001, 3_000), Some(6_001));
        assert_eq!(look(15_001, 4_000), None, "a clock that stays away makes no second step");
        assert_eq!(look(1, 5_000), Some(-16_000));
        assert_eq!(steps.owed, -9_999);
        assert!((steps.difference() + 4.999).abs() < 0.001);
    }
}
