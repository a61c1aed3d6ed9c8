//! `--json`, on every command that there is: one value a line on standard output and nothing else, also for errors.

use std::process::Output;

use postern_testkit::installed::{Installed, output};
use serde_json::{Value, json};

use crate::POSTERN;

/// Commands that read something, or make something new, and what they answer with; the rest needs more around it and
/// is tried with nothing below.
fn working(installed: &Installed) -> Vec<(Vec<String>, &'static str)> {
    let (config, tenant) = (installed.config().display().to_string(), installed.tenant.clone());
    let here = |words: &str| {
        let words = words.split(' ').map(|word| word.replace("TENANT", &tenant));
        words.chain(["--config".to_owned(), config.clone()]).collect::<Vec<_>>()
    };
    let plain = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let pages = installed.home().join("man").display().to_string();
    vec![
        (here("tenant create beta"), "tenant"),
        (here("tenant list"), "items"),
        (here("tenant change TENANT --prefix ACME"), "tenant"),
        (here("application create two --tenant TENANT --scopes redeem"), "key"),
        (here("application list --tenant TENANT"), "items"),
        (here("prover list --tenant TENANT"), "items"),
        (here("subject list --tenant TENANT"), "items"),
        (here("audit verify"), "verified"),
        (here("audit proof 0 --tenant TENANT --file PROOF"), "verifier_key"),
        (here("config check"), "server"),
        (here("migrate"), "applied"),
        (here("doctor"), "findings"),
        (plain("config reference"), "reference"),
        (plain("completions bash"), "script"),
        (plain("code inspect"), "outcome"),
        (plain("code patterns --for gitleaks"), "patterns"),
        (plain("man"), "commands"),
        (vec!["man".to_owned(), "--to".to_owned(), pages], "folder"),
        (plain("--help"), "help"),
        (plain("--version"), "version"),
    ]
}

fn values(done: &Output) -> Vec<Value> {
    let text = String::from_utf8(done.stdout.clone()).unwrap();
    let parsed =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")));
    parsed.collect()
}

fn typed(arguments: &[String]) -> Output {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(["--json"]).collect();
    let word = if arguments.starts_with(&["code", "inspect"]) && arguments.len() == 3 { "\n" } else { "" };
    output(POSTERN.as_ref(), &arguments, word, &[])
}

fn commands() -> Vec<Value> {
    let all = values(&typed(&["man".to_owned()]));
    all[0]["commands"].as_array().unwrap().clone()
}

#[test]
fn answers_are_one_value() {
    let installed = Installed::new(POSTERN);
    for (mut arguments, member) in working(&installed) {
        let proof = installed.home().join("proof").display().to_string();
        arguments.iter_mut().filter(|word| *word == "PROOF").for_each(|word| word.clone_from(&proof));
        let done = typed(&arguments);
        let said = values(&done);
        let complaint = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(0), "{arguments:?}: {complaint}");
        assert_eq!(said.len(), 1, "{arguments:?}");
        assert!(said[0].get(member).is_some(), "{arguments:?}: {}", said[0]);
    }
}

#[test]
fn every_command_says_what_is_wrong_as_one_value() {
    let commands = commands();
    assert!(commands.len() > 25);
    for command in commands {
        let words = command["command"].as_str().unwrap().split(' ').skip(1).map(str::to_owned);
        let done = typed(&words.chain(["--no-such-thing".to_owned()]).collect::<Vec<_>>());
        let said = values(&done);
        assert_eq!((done.status.code(), said.len()), (Some(2), 1), "{command}");
        assert_eq!((&said[0]["error"], &said[0]["exit_code"]), (&json!("usage"), &json!(2)), "{command}");
        assert!(said[0]["message"].as_str().unwrap().len() > 20, "{command}");
    }
}

#[test]
fn every_command_with_a_configuration_that_is_not_there_says_so_as_one_value() {
    for command in commands() {
        let arguments = command["arguments"].as_array().unwrap();
        if !arguments.iter().any(|argument| argument["name"] == "--config") {
            continue;
        }
        let mut words: Vec<String> =
            command["command"].as_str().unwrap().split(' ').skip(1).map(str::to_owned).collect();
        for argument in arguments.iter().filter(|argument| argument["required"] == true) {
            let name = argument["name"].as_str().unwrap();
            words.extend(name.starts_with("--").then(|| name.to_owned()));
            words.push("1".to_owned());
        }
        words.extend(["--config".to_owned(), "no-such-file".to_owned()]);
        let done = typed(&words);
        let said = values(&done);
        assert_eq!(said.len(), 1, "{words:?}");
        let code = done.status.code().unwrap();
        assert!([1, 2].contains(&code), "{words:?} ended with {code}");
        assert_eq!(said[0]["exit_code"], json!(code), "{words:?}");
        assert!(["usage", "refused"].contains(&said[0]["error"].as_str().unwrap()), "{words:?}");
    }
}

#[test]
fn what_the_service_refuses_has_the_problems_name() {
    let installed = Installed::new(POSTERN);
    let serving = installed.serve();
    let redeem = ["redeem", "nobody", "--json"];
    let done = installed.client(&serving, &redeem, "PSTN-00000-00000-00000-00000-00000\n");
    let said = values(&done);
    assert_eq!((done.status.code(), said.len()), (Some(1), 1));
    assert_eq!(said[0]["error"], "first-factor-required");
    assert!(!said[0].to_string().contains("00000-00000"));
    let shown = ["subject", "show", "nobody", "--tenant", &installed.tenant, "--json"];
    assert_eq!(values(&installed.command(&shown, ""))[0]["error"], "refused");
}

#[test]
fn every_command_and_argument_stands_in_the_reference() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/command-line.md");
    let page = std::fs::read_to_string(page).unwrap();
    for command in commands() {
        let title = format!("## {}\n", command["command"].as_str().unwrap());
        let section =
            page.split(&title).nth(1).unwrap_or_else(|| panic!("{title} is not there: cargo xtask generate"));
        let section = section.split("\n## ").next().unwrap();
        for argument in command["arguments"].as_array().unwrap() {
            let name = argument["name"].as_str().unwrap();
            let shown = if name.starts_with("--") { name } else { argument["value"].as_str().unwrap() };
            assert!(name == "--json" || section.contains(&format!("`{shown}")), "{title} has no {shown}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_every_command_and_the_exit_codes() {
    let page = output(POSTERN.as_ref(), &["man"], "", &[]);
    let page = String::from_utf8(page.stdout).unwrap();
    assert!(page.contains(".TH postern 1") && page.contains("a verification found something"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let done = output(POSTERN.as_ref(), &["man", "--to", folder.path().to_str().unwrap()], "", &[]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    for command in commands() {
        let name = format!("{}.1", command["command"].as_str().unwrap().replace(' ', "-"));
        let page =
            std::fs::read_to_string(folder.path().join(&name)).unwrap_or_else(|_| panic!("no page {name}"));
        assert!(page.contains(".SH NAME"), "{name}");
    }
}
