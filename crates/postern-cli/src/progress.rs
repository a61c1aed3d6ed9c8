//! Progress of long work: on standard error, on a terminal only, and never beside `--json`.

use std::future::Future;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a line is drawn again while nothing moves.
const TICK: Duration = Duration::from_millis(200);
/// What a line shows of work whose length is known, and of other work.
const KNOWN: &str = "{msg} {wide_bar} {pos}/{len} {per_sec} {eta}";
const UNKNOWN: &str = "{spinner} {msg} {elapsed}";

/// A line about what is under way. It goes when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Work that takes this many steps.
    pub(crate) fn of(steps: u64, what: &'static str, json: bool) -> Self {
        Self::begin(ProgressBar::new(steps), KNOWN, what, json)
    }

    /// Work of unknown length.
    pub(crate) fn unknown(what: &'static str, json: bool) -> Self {
        Self::begin(ProgressBar::no_length(), UNKNOWN, what, json)
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

    /// Does work that says itself how far it is: steps done, and all that are known.
    pub(crate) async fn watch<T>(&self, work: impl Future<Output = T>, walked: impl Fn() -> (u64, u64)) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            let ended = tokio::select! {
                ended = &mut work => Some(ended),
                () = tokio::time::sleep(TICK) => None,
            };
            let (done, all) = walked();
            self.0.set_length(all);
            self.0.set_position(done);
            if let Some(ended) = ended {
                return ended;
            }
        }
    }

    /// One step is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // How far it came is shown once more: the last steps may have been too quick to be drawn.
        self.0.abandon();
        self.0.finish_and_clear();
    }
}
