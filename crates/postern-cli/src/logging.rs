//! The service's own log: to standard error, as text or JSON lines. Never a code, a key or a body.

use tracing_subscriber::filter::LevelFilter;

use crate::output;

/// From now on a panic is told by its place alone: its message could quote what a request held, or what was typed.
pub(crate) fn name_panics_by_place() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if tracing::dispatcher::has_been_set() {
            tracing::error!(%place, "a task panicked");
        } else {
            // A command has no log.
            output::message(&format!("error: a task panicked at {place}: please report this defect"));
        }
    }));
}

/// Begins logging.
pub(crate) fn begin(level: &str, json: bool) {
    let level = level.parse::<LevelFilter>().unwrap_or(LevelFilter::INFO);
    let builder =
        tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(true);
    // A second start in one process keeps the first one's log.
    let _ = if json { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use postern_codes::Format;
    use postern_core::ports::Clock as _;
    use postern_testkit::leaks::{Secrets, disguises};
    use postern_testkit::{Http, Service, StoreKind, World};
    use serde_json::json;
    use tempfile::NamedTempFile;

    use super::*;

    /// Set in the process that panics: the form of its log, and where it leaves the secrets that it held.
    const FORM: &str = "POSTERN_TEST_PANICS";
    const HELD: &str = "POSTERN_TEST_PANICS_HELD";
    /// This test's name.
    const NAME: &str = "logging::tests::nothing_that_a_panic_holds_is_told";

    /// Panics in a handler, in a job and in a thread, each with what it holds in its message.
    async fn panic_everywhere(form: &str) {
        name_panics_by_place();
        if form != "none" {
            begin("trace", form == "json");
        }
        let world = World::new(StoreKind::Memory).await;
        world.subject("anna").await;
        let codes = world.issue("anna", Format::Standard).await.codes;
        let held = format!("{}\n{}", codes.join("\n"), world.key);
        std::fs::write(std::env::var_os(HELD).unwrap(), &held).unwrap();

        let service = Service::start(&world).await;
        let redemption = json!({
            "subject": { "external_id": "anna" }, "code": codes[1], "purpose": "second_factor",
            "txn": "login-0123456789",
            "first_factor": { "level": "aal1", "method": "pwd", "at": world.clock.now() },
        });
        let quoted = redemption.to_string();
        world.keys.meanwhile(move || panic!("no keys for {quoted}, {held}"));
        let mut http: Http = service.connect().await;
        let answer = http.post("/v1/redemptions", &redemption, "one").await;
        assert_eq!(answer.status, 503, "{}", answer.json());
        assert_eq!(http.post("/v1/redemptions", &redemption, "one").await.status, 201, "it goes on");

        let (code, bytes) = (codes[2].clone(), codes[3].clone().into_bytes());
        tokio::spawn(async move { panic!("{code}") }).await.unwrap_err();
        std::thread::spawn(move || std::panic::panic_any(bytes)).join().unwrap_err();
    }

    /// What the process that panics says, its secrets, and how many panics it tells of.
    fn said(form: &str) -> (Vec<u8>, Secrets, usize) {
        let held = NamedTempFile::new().unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args([NAME, "--exact", "--nocapture", "--test-threads=1"])
            .envs([(FORM, form), ("RUST_BACKTRACE", "full")])
            .env(HELD, held.path())
            .output()
            .unwrap();
        let said = [child.stdout, child.stderr].concat();
        let text = String::from_utf8_lossy(&said).into_owned();
        assert!(child.status.success(), "{text}");
        let mut secrets = Secrets::default();
        secrets.codes =
            std::fs::read_to_string(held.path()).unwrap().lines().map(ToOwned::to_owned).collect();
        secrets.tokens.push(("application key".to_owned(), secrets.codes.pop().unwrap()));
        assert_eq!(secrets.codes.len(), 10);
        (said, secrets, text.matches("a task panicked").count())
    }

    #[test]
    fn nothing_that_a_panic_holds_is_told() {
        if let Some(form) = std::env::var_os(FORM) {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            return runtime.block_on(panic_everywhere(form.to_str().unwrap()));
        }
        for form in ["text", "json", "none"] {
            let (said, secrets, panics) = said(form);
            let search = secrets.search();
            assert_eq!(search.found_in(&said), Vec::<String>::new(), "{form}");
            assert_eq!(panics, 3, "{form}: {}", String::from_utf8_lossy(&said));
            let place = said.windows(10).any(|part| part == b"logging.rs");
            assert!(place, "{form}: where it was is told");
            for planted in disguises(&secrets.codes[2]) {
                assert!(!search.found_in(&[said.as_slice(), &planted].concat()).is_empty(), "{form}");
            }
        }
    }
}
