//! docs/reference/events.md, from the tables of facts in the core (`facts!`) and from who records them.

mod catalogue;
mod recorders;

use syn::{Fields, Item};

use self::catalogue::{Event, events};
use self::recorders::recorders;
use super::markdown::{code, table, top};
use super::rust::{Field, Named, Source, fields, sources};
use crate::Done;

const ABOUT: &str = "What may stand in a log. The list is closed: a new event is a decision. Every event has `id`, \
`object`, `version`, `time`, `type`, `v`, `tenant`, `subject` if it is about one, `actor`, `outcome`, `fact` and `private` \
(RFC 8785 canonical JSON, at most 32 KiB); the fields below are those of `fact`. What names a person stands in `private` \
alone, encrypted under the subject's own key. A code, a key or any part of one stands nowhere.";

/// The page.
pub(super) fn page() -> Done<String> {
    let core = sources("crates/postern-core/src")?;
    let mut all = sources("crates/postern-core/src")?;
    all.extend(sources("crates/postern-app/src")?);
    let events = events(&core)?;
    let index = events.iter().map(|event| {
        let anchor = anchor(event);
        [format!("[`{}`](#{anchor})", event.name), event.record.clone(), fact(event, &core)]
    });
    let index = table(["event", "record", "means"], &index.collect::<Vec<_>>());
    let sections = events.iter().map(|event| section(event, &core, &all)).collect::<Vec<_>>();
    Ok(top("Events", ABOUT) + &index + &sections.join("\n"))
}

fn title(event: &Event) -> String {
    format!("{} ({})", event.name, event.record)
}

/// The heading's anchor, as Markdown makes it.
fn anchor(event: &Event) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || " _-".contains(*letter);
    title(event).to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

fn section(event: &Event, core: &[Source], all: &[Source]) -> String {
    let rows = payload(event, core).unwrap_or_default();
    let rows = rows.into_iter().map(|field| [code(&field.name), kind(&field.of, core), field.doc]);
    let rows = table(["field", "is", "means"], &rows.collect::<Vec<_>>());
    let by = recorders(&event.enumeration, &event.variant, all);
    let by = by.iter().map(|one| code(one)).collect::<Vec<_>>().join(", ");
    let outcome = if event.fails { "failure" } else { "success" };
    format!(
        "## {}\n\n{}\n\nOutcome `{outcome}`. Recorded by {by}.\n\n{}\n",
        title(event),
        fact(event, core),
        rows.trim_end(),
    )
}

/// What the event says, from its payload's comment.
fn fact(event: &Event, core: &[Source]) -> String {
    let mut items = near(event, core).flat_map(|source| &source.items);
    let found = items.find_map(|item| match item {
        Item::Struct(of) if of.ident == event.payload => Some(super::rust::doc(&of.attrs)),
        _ => None,
    });
    found.unwrap_or_default()
}

fn payload(event: &Event, core: &[Source]) -> Option<Vec<Field>> {
    fields(near(event, core), &event.payload)
}

/// The event's own file first, then its folder, since two records may have payloads of one name.
fn near<'a>(event: &Event, core: &'a [Source]) -> impl Iterator<Item = &'a Source> {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let mut nearest: Vec<&Source> = core.iter().collect();
    nearest.sort_by_key(|source| (source.path != event.path, folder(&source.path) != folder(&event.path)));
    nearest.into_iter()
}

/// What a field is in JSON.
fn kind(of: &Named, core: &[Source]) -> String {
    let inner = || of.inner().map(|inner| kind(inner, core)).unwrap_or_default();
    match of.name.as_str() {
        "Option" => format!("{} or null", inner()),
        "Vec" => format!("list of {}", inner()),
        "Box" => inner(),
        "String" => "text".to_owned(),
        "bool" => "true or false".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" | "i64" => "number".to_owned(),
        "Time" => "time".to_owned(),
        "Fixed" => {
            format!("{} bytes, base64url", of.inner().map(|size| size.name.as_str()).unwrap_or_default())
        }
        "Withheld" => "SHA-256, base64url".to_owned(),
        name => words(name, core).or_else(|| parts(name, core)).unwrap_or_else(|| name.to_owned()),
    }
}

/// The words of a closed list.
fn words(name: &str, core: &[Source]) -> Option<String> {
    let mut items = core.iter().flat_map(|source| &source.items);
    let found = items.find_map(|item| match item {
        Item::Enum(of) if of.ident == name => Some(of),
        _ => None,
    })?;
    let is_plain = found.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
    let words = found.variants.iter().map(|variant| code(&snake(&variant.ident.to_string())));
    is_plain.then(|| words.collect::<Vec<_>>().join(", "))
}

/// The members of an object.
fn parts(name: &str, core: &[Source]) -> Option<String> {
    let members = fields(core.iter(), name).filter(|members| !members.is_empty())?;
    let members = members.iter().map(|member| code(&member.name)).collect::<Vec<_>>();
    Some(format!("object of {}", members.join(", ")))
}

fn snake(name: &str) -> String {
    let mut word = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The closed catalogue. A name that is not here comes with a decision.
    const CATALOGUE: &str = include_str!("catalogue.txt");

    #[test]
    fn every_event_is_of_the_closed_catalogue_and_says_what_it_is() {
        let known: Vec<_> = CATALOGUE.split_whitespace().collect();
        let core = sources("crates/postern-core/src").unwrap();
        let events = events(&core).unwrap();
        assert!(events.len() > 20);
        for event in &events {
            assert!(known.contains(&event.name.as_str()), "{} is not in the catalogue", event.name);
            assert!(fact(event, &core).ends_with('.'), "{} has no sentence", event.name);
            for field in payload(event, &core).unwrap() {
                assert!(!field.doc.is_empty(), "{} does not say what {} is", event.name, field.name);
            }
        }
    }

    #[test]
    fn every_name_in_a_table_of_facts_stands_on_the_page() {
        let page = page().unwrap();
        let core = crate::place::root().join("crates/postern-core/src");
        let mut names = 0;
        for source in sources("crates/postern-core/src").unwrap() {
            let path = crate::place::root().join(&source.path);
            assert!(path.starts_with(&core));
            for line in std::fs::read_to_string(path).unwrap().lines() {
                // As the tables are written, so that the page does not vouch for its own reading.
                let Some((name, _)) =
                    line.trim().strip_prefix('"').and_then(|rest| rest.split_once("\" => "))
                else {
                    continue;
                };
                if name.contains('.') {
                    names += 1;
                    assert!(page.contains(&format!("\n## {name} (")), "{name} is not on the page");
                }
            }
        }
        assert!(names > 20);
    }

    #[test]
    fn every_event_is_recorded_by_something() {
        for section in page().unwrap().split("\n## ").skip(1) {
            let name = section.lines().next().unwrap_or_default().to_owned();
            assert!(section.contains("Recorded by `"), "nothing records {name}");
        }
    }
}
