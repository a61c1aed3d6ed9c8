//! docs/reference/configuration.md: the commented reference for what a setting means and is worth, the code for what
//! it is. A setting that stands in one of them only is an error.

use std::collections::BTreeMap;

use super::markdown::{code, table, top};
use super::rust::{Field, Named, Source, fields, sources};
use crate::Done;

/// The commented reference, which the program carries and tests hold against its defaults.
pub(super) const REFERENCE: &str = "crates/postern-cli/reference/postern.toml";

const ABOUT: &str = "One TOML file, `postern.toml`; `--config` or `POSTERN_CONFIG` names another. What is absent has the \
value that stands here. Paths are relative to the folder of the file. `postern config check` says what would be used, \
`postern config reference` prints [this with comments](postern.toml). A name that is not here is refused.";

/// A setting as the reference has it.
struct Setting {
    section: String,
    name: String,
    value: Option<String>,
    means: String,
}

/// The page.
pub(super) fn page(reference: &str) -> Done<String> {
    let settings = settings(reference);
    let kinds = kinds(&sources("crates/postern-cli/src/config")?)?;
    agree(&settings, &kinds)?;
    let mut page = top("Configuration", ABOUT);
    let mut sections: Vec<&str> = settings.iter().map(|setting| setting.section.as_str()).collect();
    sections.dedup();
    for section in sections {
        let rows = settings.iter().filter(|setting| setting.section == section).map(|setting| {
            let kind = kinds.get(&full(setting)).cloned().unwrap_or_default();
            let value = setting.value.as_deref().map_or_else(|| "absent".to_owned(), code);
            [code(&setting.name), kind, value, setting.means.clone()]
        });
        let rows = table(["setting", "is", "shipped", "means"], &rows.collect::<Vec<_>>());
        page += &format!("## [{section}]\n\n{rows}");
    }
    Ok(page.trim_end().to_owned() + "\n")
}

fn full(setting: &Setting) -> String {
    format!("{}.{}", setting.section, setting.name)
}

/// Reads the reference: a comment belongs to the setting below it; a setting in a comment has no shipped value.
fn settings(reference: &str) -> Vec<Setting> {
    let (mut found, mut section, mut means) = (Vec::new(), String::new(), Vec::new());
    for line in reference.lines() {
        let commented = line.strip_prefix("# ");
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_owned();
            means.clear();
        } else if let Some((name, value)) =
            commented.unwrap_or(line).split_once(" = ").filter(|(name, _)| is_name(name))
        {
            let value = commented.is_none().then(|| value.to_owned());
            let (section, means) = (section.clone(), std::mem::take(&mut means).join(" "));
            found.push(Setting { section, name: name.to_owned(), value, means });
        } else if let Some(text) = commented {
            means.push(text.to_owned());
        }
    }
    found
}

fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What each setting of the code is, by `section.name`.
fn kinds(code: &[Source]) -> Done<BTreeMap<String, String>> {
    let root = fields(code.iter(), "Config")
        .ok_or("there is no struct Config in the sources of the configuration")?;
    let mut found = BTreeMap::new();
    for section in root {
        add(&section.name, &section.of, code, &mut found);
    }
    Ok(found)
}

/// Adds the settings of a section, and of the tables in it.
fn add(section: &str, of: &Named, code: &[Source], found: &mut BTreeMap<String, String>) {
    let of = if of.name == "Option" { of.inner().unwrap_or(of) } else { of };
    for Field { name, of, .. } in fields(code.iter(), &of.name).unwrap_or_default() {
        let place = format!("{section}.{name}");
        add(&place, &of, code, found);
        found.insert(place, words(&of));
    }
}

fn words(kind: &Named) -> String {
    let inner = kind.inner().map(words).unwrap_or_default();
    match kind.name.as_str() {
        "Option" => inner,
        "Vec" => format!("list of {inner}"),
        "String" => "text".to_owned(),
        "bool" => "true or false".to_owned(),
        "PathBuf" => "path".to_owned(),
        "Source" => "path or credential".to_owned(),
        "SocketAddr" => "address and port".to_owned(),
        name if name.starts_with(['u', 'i']) => "number".to_owned(),
        _ => "table".to_owned(),
    }
}

/// The reference has every setting of the code, whole or in its table, and no other.
fn agree(settings: &[Setting], kinds: &BTreeMap<String, String>) -> Done {
    let listed: Vec<String> = settings.iter().map(full).collect();
    let is_listed = |place: &String| {
        let of_table =
            |one: &&String| place.starts_with(&format!("{one}.")) || one.starts_with(&format!("{place}."));
        listed.contains(place) || listed.iter().any(|one| of_table(&one))
    };
    let missing: Vec<_> = kinds.keys().filter(|place| !is_listed(place)).cloned().collect();
    let foreign: Vec<_> = listed.iter().filter(|place| !kinds.contains_key(*place)).cloned().collect();
    let wordless = settings.iter().filter(|setting| setting.means.is_empty()).map(full);
    let faults = [
        (missing, "is in the code and not in the reference"),
        (foreign, "is in the reference and not in the code"),
        (wordless.collect(), "has no comment that says what it means"),
    ];
    let faults: Vec<_> = faults
        .iter()
        .flat_map(|(places, what)| places.iter().map(move |place| format!("{REFERENCE}: {place} {what}")))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_and_the_code_have_the_same_settings() {
        let reference = super::super::text(REFERENCE).unwrap();
        let page = page(&reference).unwrap();
        assert!(page.contains("| `deadline_seconds` | number |"), "{page}");
        // One setting less on either side is noticed.
        let less = reference.replace("deadline_seconds = 10\n", "");
        assert!(super::page(&less).unwrap_err().contains("server.deadline_seconds is in the code"));
        let more = reference.replace("[store]\n", "[store]\n# What it is.\nspeed = 3\n");
        assert!(super::page(&more).unwrap_err().contains("store.speed is in the reference"));
    }
}
