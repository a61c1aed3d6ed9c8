//! Progress of long work: on standard error, on a terminal only, and never beside `--json`.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a line is drawn again while nothing moves.
const TICK: Duration = Duration::from_millis(200);
/// What a line shows of work whose length is known, and of other work.
const KNOWN: &str = "{msg} {wide_bar} {pos}/{len} {eta}";
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

    /// One step is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
