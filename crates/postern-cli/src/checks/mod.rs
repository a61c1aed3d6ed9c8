//! What `doctor` explains and `serve` refuses: what is under the service and breaks a promise.

mod database;
mod files;
mod folder;
mod listener;
mod whole;

use postern_core::ports::Clock as _;
use postern_outside::clock::SystemClock;
use postern_store::postgres::settings;
pub(crate) use whole::whole;

use crate::config::Config;
use crate::elsewhere;
use crate::failure::Failure;

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Severity {
    /// It is as it should be.
    Ok,
    /// It could be better.
    Advice,
    /// It breaks a promise.
    Danger,
}

impl Severity {
    /// Its name in answers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Advice => "advice",
            Self::Danger => "danger",
        }
    }
}

/// One finding.
#[derive(Debug)]
pub(crate) struct Finding {
    /// Its name, for `store.tolerate`.
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// What was found.
    pub(crate) found: String,
    /// What that means.
    pub(crate) means: &'static str,
    /// What to do.
    pub(crate) advice: &'static str,
}

impl Finding {
    /// Whether the configuration names it.
    pub(crate) fn is_tolerated(&self, config: &Config) -> bool {
        config.store.tolerate.iter().any(|name| name == self.name)
    }
}

fn danger(
    name: &'static str,
    found: impl Into<String>,
    means: &'static str,
    advice: &'static str,
) -> Finding {
    Finding { name, severity: Severity::Danger, found: found.into(), means, advice }
}

fn advice(
    name: &'static str,
    found: impl Into<String>,
    means: &'static str,
    advice: &'static str,
) -> Finding {
    Finding { name, severity: Severity::Advice, found: found.into(), means, advice }
}

fn ok(name: &'static str, found: impl Into<String>) -> Finding {
    let (means, advice) = ("This is as the promises need it.", "Nothing.");
    Finding { name, severity: Severity::Ok, found: found.into(), means, advice }
}

/// Everything that was looked at without opening the installation.
pub(crate) async fn findings(config: &Config) -> Vec<Finding> {
    let files = elsewhere::waiting(config, |config| Ok(files::files(config))).await;
    let mut found = files.unwrap_or_else(|fault| {
        vec![danger(files::ANCHOR, fault.to_string(), "It is not known.", "Try again.")]
    });
    found.push(listener::listener(config));
    found.push(listener::administration(config));
    match config.store.target() {
        Err(fault) => found.push(danger(
            "database-unreachable",
            format!("{fault}."),
            "Nothing can be served without the database.",
            "Mend store.postgres_authority.",
        )),
        Ok(Some(target)) => match settings(target).await {
            Ok(settings) => found.extend(database::database(&settings, SystemClock.now().millis())),
            Err(fault) => found.push(danger(
                "database-unreachable",
                format!("{fault}."),
                "Nothing can be served without the database.",
                "Start the database, or mend store.postgres.",
            )),
        },
        Ok(None) => found.extend(folder::folder(&config.store.data)),
    }
    found
}

/// Refuses dangers that the configuration does not name.
pub(crate) async fn refuse(config: &Config) -> Result<(), Failure> {
    for finding in findings(config).await {
        let Finding { name, found, means, advice, .. } = &finding;
        match finding.severity {
            Severity::Ok => {}
            // A service whose anchor does not fit stays up and says so where it is looked for.
            Severity::Danger if !finding.is_tolerated(config) && *name != files::ANCHOR => {
                return Err(Failure::refused(format!(
                    "{name}: {found} {means} {advice} To serve nevertheless, put {name:?} into store.tolerate"
                )));
            }
            _ => tracing::warn!(name, found, means, "`postern doctor` says what to do"),
        }
    }
    Ok(())
}
