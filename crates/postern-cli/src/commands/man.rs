//! `postern man` and `postern completions`: what can be typed, for people, shells and programs.

use std::path::Path;

use clap::{Command, CommandFactory as _};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::failure::{EXIT_CODES, Failure};
use crate::output;

/// Prints the manual page or what can be typed, or writes every page to a folder.
pub(super) fn run(to: Option<&Path>, json: bool) -> Result<(), Failure> {
    let command = whole();
    match to {
        Some(folder) => {
            std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(command, folder))
                .map_err(|fault| {
                    Failure::refused(format!("{} could not be written: {fault}", folder.display()))
                })?;
            output::answer(&json!({ "folder": folder }), json);
        }
        None if json => output::data(&described(&command).to_string()),
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).map_err(Failure::refused)?;
            output::data(String::from_utf8_lossy(&page).trim_end());
        }
    }
    Ok(())
}

/// Prints completions for a shell.
pub(super) fn completions(shell: clap_complete::Shell, json: bool) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "postern", &mut script);
    output::text("script", &String::from_utf8_lossy(&script), json);
}

fn whole() -> Command {
    let mut command = Arguments::command();
    command.build();
    command
}

/// Everything that can be typed, and every exit code.
fn described(command: &Command) -> Value {
    let exits = EXIT_CODES.map(|(code, name, means)| json!({ "code": code, "name": name, "means": means }));
    json!({ "commands": leaves(command), "exit_codes": exits })
}

/// The commands that do something, with those above them in their names.
fn leaves(command: &Command) -> Vec<Value> {
    if command.has_subcommands() {
        let shown = command.get_subcommands().filter(|one| !one.is_hide_set());
        return shown.flat_map(leaves).collect();
    }
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let arguments =
        command.get_arguments().filter(|one| !["help", "version"].contains(&one.get_id().as_str()));
    vec![json!({
        "command": name,
        "does": command.get_about().map(ToString::to_string),
        "usage": command.clone().render_usage().to_string().trim_start_matches("Usage: "),
        "arguments": arguments.map(argument).collect::<Vec<_>>(),
    })]
}

fn argument(argument: &clap::Arg) -> Value {
    let values = argument.get_possible_values();
    let defaults = argument.get_default_values().iter().map(|value| value.to_string_lossy());
    json!({
        "name": argument.get_long().map_or_else(|| argument.get_id().to_string(), |long| format!("--{long}")),
        "value": argument.get_action().takes_values().then(|| value(argument)),
        "means": argument.get_help().map(ToString::to_string),
        "required": argument.is_required_set(),
        "default": defaults.collect::<Vec<_>>(),
        "one_of": values.iter().map(clap::builder::PossibleValue::get_name).collect::<Vec<_>>(),
        "environment": argument.get_env().map(|name| name.to_string_lossy()),
    })
}

fn value(argument: &clap::Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    names.first().map_or_else(|| argument.get_id().to_string().to_uppercase(), ToString::to_string)
}
