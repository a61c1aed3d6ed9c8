//! Standard output and standard error: data to the one, messages to the other.

use std::io::Write as _;

use serde_json::Value;

/// Writes data. A closed pipe is the reader's choice, not a failure.
pub(crate) fn data(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Writes a message.
pub(crate) fn message(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes an answer: JSON on one line if asked for, otherwise for people.
pub(crate) fn answer(value: &Value, json: bool) {
    if json {
        data(&value.to_string());
    } else {
        data(lines(value, 0).trim_end());
    }
}

/// Writes a text as it is, or as the one member of a JSON object.
pub(crate) fn text(name: &str, text: &str, json: bool) {
    if json {
        data(&serde_json::json!({ name: text }).to_string());
    } else {
        data(text.trim_end());
    }
}

/// Indented `name: value` lines.
fn lines(value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| member(name, value, depth)).collect(),
        Value::Array(items) if items.is_empty() => format!("{indent}(none)\n"),
        Value::Array(items) => items
            .iter()
            .map(|item| format!("{}\n", lines(item, depth).trim_end()))
            .collect::<Vec<_>>()
            .join("\n"),
        other => format!("{indent}{}\n", plain(other)),
    }
}

fn member(name: &str, value: &Value, depth: usize) -> String {
    let (indent, name) = ("  ".repeat(depth), name.replace('_', " "));
    match value {
        Value::Object(_) => format!("{indent}{name}:\n{}", lines(value, depth + 1)),
        Value::Array(items) if items.iter().any(|item| item.is_object()) => {
            format!("{indent}{name}:\n{}", lines(value, depth + 1))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            format!(
                "{indent}{name}: {}\n",
                if items.is_empty() { "none".to_owned() } else { items.join(", ") }
            )
        }
        other => format!("{indent}{name}: {}\n", plain(other)),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}
