//! Rules on files that no lint knows: what a Rust file opens with, unfinished work, paths of one machine.

use std::fs;

use crate::Done;
use crate::place::root;
use crate::run::{output, program};

/// Words that no Rust file holds, cut in two so that this file keeps its own rules.
const UNFINISHED: [(&str, &str); 7] = [
    (concat!("#[ig", "nore"), "a test that does not run is deleted or mended"),
    (concat!("#[al", "low("), "an exception is #[expect(…, reason = \"…\")], so that it ends with its cause"),
    (
        concat!("#![al", "low("),
        "an exception is #![expect(…, reason = \"…\")], so that it ends with its cause",
    ),
    (concat!("to", "do!("), "finish it"),
    (concat!("unimple", "mented!("), "finish it"),
    (concat!("TO", "DO"), "do it, or say it in an issue"),
    (concat!("FIX", "ME"), "mend it, or say it in an issue"),
];

/// Folders that are at home on one machine only, cut in two as well.
const MACHINE: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!(".py", "env"),
];

/// Checks every file that is tracked, or would be.
pub(crate) fn check() -> Done {
    let mut list = program("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed =
        output(&mut list).map_err(|fault| format!("{fault}. Run it inside a clone of the repository"))?;
    let mut faults = Vec::new();
    for path in String::from_utf8_lossy(&listed).split('\0').filter(|path| !path.is_empty()) {
        // A file that is gone, or is no text, has nothing to say.
        if let Ok(text) = fs::read_to_string(root().join(path)) {
            faults.extend(of_file(path, &text));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn of_file(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let rust = path.ends_with(".rs");
    if rust && !text.starts_with("//!") {
        faults.push(format!("{path}:1: a Rust file opens with //! and says what lives there"));
    }
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        if rust {
            let found = UNFINISHED.iter().filter(|(word, _)| line.contains(word));
            faults.extend(found.map(|(word, cure)| format!("{path}:{number}: {word}: {cure}")));
        }
        if !path.ends_with(".lock") {
            let found = MACHINE.iter().filter(|folder| names_folder(line, folder));
            faults.extend(
                found.map(|folder| {
                    format!("{path}:{number}: {folder} is at home on one machine only: cut it")
                }),
            );
        }
    }
    faults
}

/// Whether a line names an absolute folder: one of the same name below another is a fine place.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !folder.starts_with('/')
            || !before.is_some_and(|before| before.is_alphanumeric() || "-_.}>*".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::{MACHINE, UNFINISHED, names_folder, of_file};

    #[test]
    fn a_rust_file_opens_with_what_lives_there() {
        assert_eq!(of_file("a.rs", "//! Letters.\n"), Vec::<String>::new());
        assert_eq!(of_file("a.rs", "use std::fs;\n").len(), 1);
        assert_eq!(of_file("a.rs", "").len(), 1);
        assert_eq!(of_file("a.md", "Letters.\n"), Vec::<String>::new());
    }

    #[test]
    fn unfinished_work_is_found_in_rust_only() {
        for (word, _) in UNFINISHED {
            assert_eq!(of_file("a.rs", &format!("//! A.\n  {word}\n")).len(), 1, "{word}");
            assert_eq!(of_file("a.md", word), Vec::<String>::new());
        }
    }

    #[test]
    fn paths_of_one_machine_are_found_but_not_in_lock_files() {
        for folder in MACHINE {
            assert_eq!(of_file("a.md", &format!("see {folder}x\n")).len(), 1, "{folder}");
            assert_eq!(of_file("a.lock", folder), Vec::<String>::new());
        }
        let [folder, ..] = MACHINE;
        assert!(names_folder(&format!("\"{folder}\""), folder));
        assert!(!names_folder(&format!("crates/a/src{folder}mod.rs"), folder));
    }
}
