//! The service's own log: to standard error, as text or JSON lines. Never a code, a key or a body.

use tracing_subscriber::filter::LevelFilter;

/// Begins logging. A panic is logged by its place alone: its message could quote what a request held.
pub(crate) fn begin(level: &str, json: bool) {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(%place, "a task panicked");
    }));
    let level = level.parse::<LevelFilter>().unwrap_or(LevelFilter::INFO);
    let builder =
        tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(true);
    // A second start in one process keeps the first one's log.
    let _ = if json { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
}
