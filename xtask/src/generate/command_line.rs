//! docs/reference/command-line.md, from what `postern man --json` says.

use serde_json::Value;

use super::markdown::{code, items, table, top, word};

const ABOUT: &str = "Answers go to standard output, messages to standard error. With `--json` standard output has one \
JSON value a line and nothing else. What is refused is one too: `{\"error\", \"exit_code\", \"message\"}`, where `error` \
is `refused`, `usage` or the name of a [problem](problems.md). A code or a key is read from a prompt or from standard \
input, never from an argument. `postern man` prints this as a manual page, `postern man --to FOLDER` writes one a command.";

/// The page.
pub(super) fn page(typed: &Value) -> String {
    let exits = items(typed, "exit_codes").iter().map(|exit| {
        let code = exit.get("code").and_then(Value::as_u64).unwrap_or_default();
        [code.to_string(), word(exit, "name").to_owned(), word(exit, "means").to_owned()]
    });
    let exits = table(["exit code", "name", "means"], &exits.collect::<Vec<_>>());
    let commands = items(typed, "commands").iter().map(command).collect::<String>();
    top("Command line", ABOUT) + &exits + &commands
}

fn command(command: &Value) -> String {
    let arguments = items(command, "arguments").iter().filter(|one| word(one, "name") != "--json");
    let arguments = table(["argument", "means", "default"], &arguments.map(argument).collect::<Vec<_>>());
    format!(
        "## {}\n\n{}.\n\n```text\n{}\n```\n\n{arguments}",
        word(command, "command"),
        word(command, "does"),
        word(command, "usage"),
    )
}

fn argument(argument: &Value) -> [String; 3] {
    let (name, value) = (word(argument, "name"), word(argument, "value"));
    let name = match (name.starts_with("--"), value) {
        (true, "") => name.to_owned(),
        (true, value) => format!("{name} {value}"),
        (false, value) => value.to_owned(),
    };
    let words = |of: &str| items(argument, of).iter().filter_map(Value::as_str).map(code).collect::<Vec<_>>();
    let mut means = word(argument, "means").to_owned();
    let one_of = words("one_of");
    if !one_of.is_empty() {
        means = format!("{means}: {}", one_of.join(", "));
    }
    let environment = word(argument, "environment");
    if !environment.is_empty() {
        means = format!("{means}. Also from the environment: `{environment}`");
    }
    let default = if argument.get("required") == Some(&Value::Bool(true)) {
        "needed".to_owned()
    } else {
        words("default").join(", ")
    };
    [code(&name), means, default]
}
