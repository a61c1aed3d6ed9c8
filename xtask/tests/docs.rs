//! The documents: every relative link leads somewhere, every link to a line leads to the line that has what
//! the link names, and every document is reached from README.md.
//!
//! `POSTERN_MEND_LINKS=1 cargo test -p xtask --test docs` writes the numbers of lines that have moved; look at
//! the difference afterwards.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Where a reader begins.
const START: &str = "README.md";

/// Documents that a reader of the repository finds without a link.
const ALONE: [&str; 4] = [START, "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md"];

/// Words before a name that is defined.
const DEFINING: [&str; 9] =
    ["const", "enum", "fn", "macro_rules", "mod", "static", "struct", "trait", "type"];

/// `[text](target)`.
struct Link<'a> {
    text: &'a str,
    target: &'a str,
}

/// What is wrong with a link, and its target as it should be, if that is known.
struct Fault {
    what: String,
    mended: Option<String>,
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The links of a document; what stands in a fenced block is no link.
fn links(document: &str) -> Vec<Link<'_>> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in document.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let mut rest = if fenced { "" } else { line };
        while let Some((before, after)) = rest.split_once("](") {
            let Some((target, behind)) = after.split_once(')') else { break };
            let text = before.rsplit_once('[').map_or(before, |(_, text)| text);
            found.push(Link { text, target });
            rest = behind;
        }
    }
    found
}

/// The path that a target of a document at `from` means, from the root; `None` outside the repository.
fn resolved(from: &str, target: &str) -> Option<String> {
    let mut path = Path::new(from).parent().map(Path::to_path_buf).unwrap_or_default();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir if !path.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            Component::Normal(name) => path.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    path.to_str().map(str::to_owned)
}

/// The last name in a link's text: `step` of `` `Run::step` ``.
fn named(text: &str) -> Option<&str> {
    text.split(|letter: char| !is_of_name(letter)).rfind(|word| !word.is_empty())
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn has(line: &str, name: &str) -> bool {
    line.split(|letter: char| !is_of_name(letter)).any(|word| word == name)
}

fn defines(line: &str, name: &str) -> bool {
    let words: Vec<_> =
        line.split(|letter: char| !is_of_name(letter)).filter(|word| !word.is_empty()).collect();
    words
        .windows(2)
        .any(|pair| pair.last() == Some(&name) && pair.first().is_some_and(|word| DEFINING.contains(word)))
}

/// The line that a link most likely means: the first that defines the name, or else the first that has it.
fn line_of(text: &str, name: &str) -> Option<usize> {
    let find = |fits: fn(&str, &str) -> bool| text.lines().position(|line| fits(line, name));
    find(defines).or_else(|| find(has)).map(|index| index + 1)
}

fn fault_of(link: &Link<'_>, from: &str, read: &dyn Fn(&str) -> Option<String>) -> Option<Fault> {
    let wrong =
        |what: String, mended| Some(Fault { what: format!("{from}: {} {what}", link.target), mended });
    let (path, place) =
        link.target.split_once('#').map_or((link.target, None), |(path, place)| (path, Some(place)));
    let path = if path.is_empty() { Some(from.to_owned()) } else { resolved(from, path) };
    let Some(text) = path.as_deref().and_then(read) else { return wrong("leads nowhere".to_owned(), None) };
    let place = place?;
    let Some(number) = place.strip_prefix('L').and_then(|number| number.parse::<usize>().ok()) else {
        let there = text.lines().any(|line| line.starts_with('#') && slug(line) == place);
        return if there { None } else { wrong("names a heading that is not there".to_owned(), None) };
    };
    let Some(name) = named(link.text) else { return wrong("has no name in its text".to_owned(), None) };
    if number.checked_sub(1).and_then(|index| text.lines().nth(index)).is_some_and(|line| has(line, name)) {
        return None;
    }
    let line = line_of(&text, name);
    let mended = line.map(|line| link.target.replace(&format!("#{place}"), &format!("#L{line}")));
    let now = line.map_or("nowhere in that file".to_owned(), |line| format!("in line {line}"));
    wrong(format!("should be the line of `{name}`, which is {now}"), mended)
}

/// A heading as links name it.
fn slug(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|letter| is_of_name(*letter) || " -".contains(*letter));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// A file's text; of a folder, nothing.
fn read(path: &str) -> Option<String> {
    let path = root().join(path);
    if path.is_dir() { Some(String::new()) } else { fs::read_to_string(path).ok() }
}

/// Every document below a folder, from the root.
fn documents(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder").map(|entry| entry.expect("an entry")) {
        let path = PathBuf::from(folder).join(entry.file_name()).to_string_lossy().into_owned();
        if entry.path().is_dir() {
            found.extend(documents(&path));
        } else if path.ends_with(".md") {
            found.push(path);
        }
    }
    found
}

fn here(link: &Link<'_>) -> bool {
    !["https://", "http://", "mailto:"].iter().any(|scheme| link.target.starts_with(scheme))
}

#[test]
fn every_link_leads_to_what_it_names() {
    let mend = std::env::var_os("POSTERN_MEND_LINKS").is_some();
    let mut faults = Vec::new();
    for path in ALONE.map(str::to_owned).into_iter().chain(documents("docs")) {
        let text = read(&path).unwrap_or_default();
        assert!(!text.is_empty(), "{path} is missing");
        let mut mended = text.clone();
        for link in links(&text).iter().filter(|link| here(link)) {
            let Some(fault) = fault_of(link, &path, &read) else { continue };
            match fault.mended.filter(|_| mend) {
                Some(target) => {
                    let (old, new) =
                        (format!("{}]({})", link.text, link.target), format!("{}]({target})", link.text));
                    mended = mended.replace(&old, &new);
                }
                None => faults.push(fault.what),
            }
        }
        if mended != text {
            fs::write(root().join(&path), mended).expect("a document that can be written");
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_document_is_reached_from_the_first() {
    let (mut reached, mut next) = (BTreeSet::new(), vec![START.to_owned()]);
    while let Some(path) = next.pop() {
        let text = if path.ends_with(".md") { read(&path).unwrap_or_default() } else { String::new() };
        let ways = links(&text);
        let ways = ways.iter().filter(|link| here(link)).filter_map(|link| {
            resolved(&path, link.target.split_once('#').map_or(link.target, |(path, _)| path))
        });
        next.extend(ways.filter(|way| !reached.contains(way)));
        reached.insert(path);
    }
    let lost: Vec<_> = documents("docs").into_iter().filter(|path| !reached.contains(path)).collect();
    assert!(lost.is_empty(), "no link leads to {}", lost.join(", "));
}

/// Where a blank line makes two tables of one: the second has no head.
fn splits(document: &str) -> Vec<usize> {
    let lines: Vec<&str> = document.lines().chain([""]).collect();
    let is_row = |line: &str| line.starts_with('|');
    let is_rule = |line: &str| line.trim_start_matches(['|', ' ']).starts_with('-');
    let split = |four: &[&str]| matches!(four, [before, "", row, next] if is_row(before) && is_row(row) && !is_rule(next));
    lines.windows(4).enumerate().filter(|(_, four)| split(four)).map(|(index, _)| index + 2).collect()
}

#[test]
fn no_table_is_split() {
    for path in ALONE.map(str::to_owned).into_iter().chain(documents("docs")) {
        let found = splits(&read(&path).unwrap_or_default());
        assert!(found.is_empty(), "{path}: a blank line in a table, lines {found:?}");
    }
    assert_eq!(splits("| a |\n|---|\n| b |\n\n| c |"), [4]);
    assert_eq!(splits("| a |\n|---|\n| b |\n\n| c |\n| d |\n"), [4]);
    assert!(splits("| a |\n|---|\n| b |\n\n| c |\n|---|\n| d |\n\ntext\n").is_empty());
}

/// The check itself, on documents that are wrong.
#[test]
fn a_wrong_link_is_found() {
    let read = |path: &str| match path {
        "src/a.rs" => Some("//! A.\nfn step() {}\nfn stepper() { step() }\n".to_owned()),
        "docs/b.md" => Some("# B\n## What is left over\n".to_owned()),
        _ => None,
    };
    let fault = |link: &str| {
        let found = links(link);
        let [link] = found.as_slice() else { panic!("one link, not {}", found.len()) };
        fault_of(link, "docs/b.md", &read).map(|fault| fault.mended)
    };
    for right in
        ["[`Run::step`](../src/a.rs#L2)", "[x](b.md)", "[x](#what-is-left-over)", "[`step`](../src/a.rs#L3)"]
    {
        assert!(fault(right).is_none(), "{right}");
    }
    assert_eq!(fault("[`Run::step`](../src/a.rs#L1)"), Some(Some("../src/a.rs#L2".to_owned())));
    assert_eq!(fault("[`stepper`](../src/a.rs#L2)"), Some(Some("../src/a.rs#L3".to_owned())));
    for wrong in
        ["[`gone`](../src/a.rs#L2)", "[x](c.md)", "[x](#nothing)", "[x](../../a.rs)", "[](../src/a.rs#L2)"]
    {
        assert_eq!(fault(wrong), Some(None), "{wrong}");
    }
    assert!(links("```\n[x](c.md)\n```\n").is_empty());
}
