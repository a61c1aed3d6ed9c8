//! Progress of long work: on standard error, on a terminal only, and never beside `--json`.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a line is drawn again while nothing moves.
pub(crate) const TICK: Duration = Duration::from_millis(200);
/// What a line shows: the share that is done, how much of how much, how fast, and the time that is left.
const KNOWN: &str = "{msg} {wide_bar} {percent}% {pos}/{len} {per_sec} {eta}";
const BYTES: &str = "{msg} {wide_bar} {percent}% {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}";

/// A line about what is under way. It goes when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Work that takes this many steps.
    pub(crate) fn of(steps: u64, what: &'static str, json: bool) -> Self {
        Self::begin(ProgressBar::new(steps), KNOWN, what, json)
    }

    /// Work that takes bytes.
    pub(crate) fn of_bytes(what: &'static str, json: bool) -> Self {
        Self::begin(ProgressBar::new(0), BYTES, what, json)
    }

    fn begin(bar: ProgressBar, style: &str, what: &'static str, json: bool) -> Self {
        if json {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        // Without the style there is a plain bar, which does as well.
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(TICK);
        bar.tick();
        Self(bar)
    }

    /// Does work and asks meanwhile how far it is: steps done, and all that are known. Where nothing is drawn, nobody is
    /// asked.
    pub(crate) async fn watch<T>(
        &self,
        work: impl Future<Output = T>,
        how_far: impl AsyncFn() -> Option<(u64, u64)>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            let ended = tokio::select! {
                ended = &mut work => Some(ended),
                () = tokio::time::sleep(TICK) => None,
            };
            if !self.0.is_hidden()
                && let Some((done, all)) = how_far().await
            {
                self.0.set_length(all);
                self.0.set_position(done);
            }
            if let Some(ended) = ended {
                return ended;
            }
        }
    }

    /// Whether nothing is drawn.
    pub(crate) fn is_hidden(&self) -> bool {
        self.0.is_hidden()
    }

    /// So much is done, of so much.
    pub(crate) fn at(&self, done: u64, all: u64) {
        self.0.set_length(all);
        self.0.set_position(done);
    }

    /// Writes something else where the line is drawn.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    /// One step is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }
}

/// How far work is that tells it: shared with the thread that does it.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<(AtomicU64, AtomicU64)>);

impl Counter {
    /// So much is done, of so much.
    pub(crate) fn set(&self, done: u64, all: u64) {
        self.0.0.store(done, Ordering::Relaxed);
        self.0.1.store(all, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Option<(u64, u64)> {
        Some((self.0.0.load(Ordering::Relaxed), self.0.1.load(Ordering::Relaxed)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // How far it came is shown once more: the last steps may have been too quick to be drawn.
        self.0.abandon();
        self.0.finish_and_clear();
    }
}
