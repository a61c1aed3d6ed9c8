//! Files that are made from the code: docs/reference.

mod api;
mod command_line;
mod configuration;
mod events;
mod markdown;
mod problems;
mod rust;

use std::fs;

use serde_json::Value;

use crate::place::{built, root};
use crate::run::{output, program};
use crate::{Done, cargo};

/// A generated file: where it lies, and its bytes.
struct Generated {
    path: &'static str,
    bytes: Vec<u8>,
}

/// Writes them.
pub(crate) fn generate() -> Done {
    for file in all()? {
        let path = root().join(file.path);
        fs::create_dir_all(path.parent().unwrap_or(root())).map_err(|fault| unwritten(file.path, &fault))?;
        fs::write(&path, &file.bytes).map_err(|fault| unwritten(file.path, &fault))?;
        println!("xtask: wrote {}", file.path);
    }
    Ok(())
}

/// Compares them, in memory, with what lies there.
pub(crate) fn current() -> Done {
    let stale =
        all()?.into_iter().filter(|file| fs::read(root().join(file.path)).ok().as_ref() != Some(&file.bytes));
    let stale = stale.map(|file| file.path).collect::<Vec<_>>();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} is not what the code makes. Run `cargo xtask generate` and look at the difference",
        stale.join(", ")
    ))
}

fn all() -> Done<Vec<Generated>> {
    cargo::build()?;
    let openapi = said("examples/openapi", &[])?;
    let (document, problems) = (json(&openapi)?, json(&said("examples/problems", &[])?)?);
    let typed = json(&said("postern", &["man", "--json"])?)?;
    let settings = text(configuration::REFERENCE)?;
    let made = |path, page: String| Generated { path, bytes: page.into_bytes() };
    Ok(vec![
        made("docs/reference/api.md", api::page(&document)),
        made("docs/reference/command-line.md", command_line::page(&typed)),
        made("docs/reference/configuration.md", configuration::page(&settings)?),
        made("docs/reference/events.md", events::page()?),
        made("docs/reference/problems.md", problems::page(&problems)),
        Generated { path: "docs/reference/openapi.json", bytes: openapi },
        made("docs/reference/postern.toml", settings),
    ])
}

/// What a built program prints.
fn said(path: &str, arguments: &[&str]) -> Done<Vec<u8>> {
    output(program(built(path)?).args(arguments))
}

fn json(bytes: &[u8]) -> Done<Value> {
    serde_json::from_slice(bytes).map_err(|fault| format!("a built program printed no JSON: {fault}"))
}

/// A file of the repository.
fn text(path: &str) -> Done<String> {
    fs::read_to_string(root().join(path))
        .map_err(|fault| format!("{path} could not be read: {fault}. It belongs to the repository"))
}

fn unwritten(path: &str, fault: &std::io::Error) -> String {
    format!("{path} could not be written: {fault}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_need_no_built_program_are_what_the_sources_make() {
        let document = json(text("docs/reference/openapi.json").unwrap().as_bytes()).unwrap();
        let settings = text(configuration::REFERENCE).unwrap();
        let made = [
            ("api.md", api::page(&document)),
            ("configuration.md", configuration::page(&settings).unwrap()),
            ("events.md", events::page().unwrap()),
            ("postern.toml", settings),
        ];
        for (name, page) in made {
            let lies = text(&format!("docs/reference/{name}")).unwrap();
            assert!(lies == page, "docs/reference/{name} is not current: run `cargo xtask generate`");
        }
    }

    #[test]
    fn the_page_of_the_api_has_every_route_with_its_scope_and_its_problems() {
        let document = json(text("docs/reference/openapi.json").unwrap().as_bytes()).unwrap();
        let page = api::page(&document);
        let problems = text("docs/reference/problems.md").unwrap();
        for (path, item) in markdown::members(&document, "paths") {
            for method in item.as_object().unwrap().keys() {
                let title = format!("### {} {path}\n", method.to_uppercase());
                let section =
                    page.split(&title).nth(1).unwrap_or_else(|| panic!("{title} is not on the page"));
                let section = section.split("\n### ").next().unwrap();
                let keyed = path.starts_with("/v1/");
                let scoped = keyed && path != "/v1/";
                assert_eq!(section.contains("Needs a key with the scope `"), scoped, "{title}");
                assert_eq!(section.contains("Needs no key."), !keyed, "{title}");
                for name in section.split("](problems.md#").skip(1).filter_map(|rest| rest.split(')').next())
                {
                    assert!(problems.contains(&format!("\n## {name}\n")), "{title} names {name}");
                }
            }
        }
    }
}
