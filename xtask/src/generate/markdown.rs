//! Markdown: what a generated page opens with, and tables.

use serde_json::Value;

/// The top of a generated page.
pub(super) fn top(title: &str, about: &str) -> String {
    format!(
        "<!-- Made by `cargo xtask generate` from the code. Change it there. -->\n\n# {title}\n\n{about}\n\n"
    )
}

/// A table; nothing if it has no rows.
pub(super) fn table<const COLUMNS: usize>(head: [&str; COLUMNS], rows: &[[String; COLUMNS]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let head = [row(head.map(str::to_owned)), row([(); COLUMNS].map(|()| "---".to_owned()))];
    let rows = rows.iter().cloned().map(row);
    head.into_iter().chain(rows).collect::<String>() + "\n"
}

fn row<const COLUMNS: usize>(cells: [String; COLUMNS]) -> String {
    let cells = cells.map(|cell| cell.replace('\n', " ").replace('|', "\\|"));
    format!("| {} |\n", cells.join(" | "))
}

/// As code.
pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// The elements of a list in a JSON document; none if there is no list.
pub(super) fn items<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The members of an object in a JSON document; none if there is no object.
pub(super) fn members<'a>(of: &'a Value, name: &str) -> Vec<(&'a String, &'a Value)> {
    of.get(name).and_then(Value::as_object).map(|object| object.iter().collect()).unwrap_or_default()
}

/// A text in a JSON document; empty if there is none.
pub(super) fn word<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}
