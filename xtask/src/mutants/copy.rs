//! The copy of the tree in which everything is changed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Done;
use crate::place::root;
use crate::run::{output, program};

/// The module that asks which mutant runs.
const SWITCH: &str = include_str!("switch.rs");

/// Copies every file that is tracked, or would be. `written` gives the text of those that are changed. What is the
/// same already is left alone, so that cargo builds it once; what is gone here goes there.
pub(super) fn copy(to: &Path, written: impl Fn(&str) -> Option<String>) -> Done {
    let paths = listed()?;
    for path in &paths {
        let target = to.join(path);
        let text = match written(path) {
            Some(text) => text.into_bytes(),
            None => fs::read(root().join(path)).map_err(|fault| format!("{path}: {fault}"))?,
        };
        put(&target, &text)?;
    }
    remove_others(&to.join("crates"), &|path| {
        path.strip_prefix(to).is_ok_and(|path| {
            path.ends_with("src/switch.rs")
                || path.to_str().is_some_and(|path| paths.iter().any(|kept| kept == path))
        })
    })
}

/// Puts the module of switches into a crate of the copy.
pub(super) fn put_switch(to: &Path, name: &str) -> Done {
    put(&to.join("crates").join(name).join("src/switch.rs"), SWITCH.as_bytes())
}

/// Writes a file, if it is not so already.
pub(super) fn put(path: &Path, text: &[u8]) -> Done {
    if fs::read(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|fault| format!("{}: {fault}", path.display()))
}

/// Files of the repository, by path.
pub(super) fn listed() -> Done<Vec<String>> {
    let mut list = program("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed =
        output(&mut list).map_err(|fault| format!("{fault}. Run it inside a clone of the repository"))?;
    let paths = String::from_utf8_lossy(&listed).into_owned();
    let there = |path: &&str| !path.is_empty() && root().join(path).is_file();
    Ok(paths.split('\0').filter(there).map(str::to_owned).collect())
}

fn remove_others(folder: &Path, kept: &dyn Fn(&Path) -> bool) -> Done {
    let entries = fs::read_dir(folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    for path in entries.flatten().map(|entry| entry.path()).collect::<Vec<PathBuf>>() {
        if path.is_dir() {
            remove_others(&path, kept)?;
        } else if !kept(&path) {
            fs::remove_file(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        }
    }
    Ok(())
}
