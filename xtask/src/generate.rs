//! Files that are made from the code: docs/reference.

use std::fs;

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
    let configuration = root().join("crates/postern-cli/reference/postern.toml");
    let configuration = fs::read(&configuration).map_err(|fault| {
        format!("{} could not be read: {fault}. It belongs to the repository", configuration.display())
    })?;
    Ok(vec![
        Generated {
            path: "docs/reference/openapi.json",
            bytes: output(&mut program(built("examples/openapi")?))?,
        },
        Generated { path: "docs/reference/postern.toml", bytes: configuration },
    ])
}

fn unwritten(path: &str, fault: &std::io::Error) -> String {
    format!("{path} could not be written: {fault}")
}
