//! `postern code inspect`: what one word is, offline. The answer holds the code it read, so it is for tests and
//! for checking an implementation, never for codes that live.

use postern_codes::{Parsed, Prefix, Reading, parse};
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::{output, prompt};

/// Reads one word from standard input and prints JSON.
pub(super) fn inspect(prefix: &str) -> Result<(), Failure> {
    let prefix =
        Prefix::new(prefix).map_err(|fault| Failure::Usage(format!("the prefix will not do: {fault}")))?;
    let word = prompt::secret("Code")?;
    let mut answer = Map::new();
    let mut say = |name: &str, value: Value| answer.insert(name.to_owned(), value);
    match parse(&word, std::slice::from_ref(&prefix)) {
        Parsed::Testable { code, reading } => {
            let outcome = match reading {
                Reading::AsTyped => "ok",
                Reading::Corrected { .. } => "correctable",
                Reading::Restored => "restorable",
            };
            say("outcome", outcome.into());
            say("profile", code.format().name().into());
            say("canonical", code.canonical().into());
            if let Reading::Corrected { position } = reading {
                say("position", position.into());
            }
        }
        Parsed::Typo { format, .. } => {
            say("outcome", "typo".into());
            say("profile", format.name().into());
        }
        Parsed::Refused(refusal) => {
            say("outcome", "refused".into());
            say("why", refusal.name().into());
        }
    }
    output::data(&Value::Object(answer).to_string());
    Ok(())
}
