//! docs/reference/api.md, from the OpenAPI document.

use serde_json::Value;

use super::markdown::{code, items, members, table, top, word};

/// Where the document's schemas are.
const SCHEMAS: &str = "#/components/schemas/";

/// The page.
pub(super) fn page(document: &Value) -> String {
    let about = word(document.get("info").unwrap_or(&Value::Null), "description");
    let about =
        format!("{about}\n\nThe same for machines: [openapi.json](openapi.json), and `GET /openapi.json`.");
    let routes = members(document, "paths").into_iter().flat_map(|(path, item)| {
        let operations = item.as_object().into_iter().flatten();
        operations.map(move |(method, operation)| route(&method.to_uppercase(), path, operation))
    });
    let schemas = document.get("components").map(|of| members(of, "schemas")).unwrap_or_default();
    let bodies = schemas.into_iter().map(|(name, schema)| body(name, schema));
    let (routes, bodies) = (routes.collect::<String>(), bodies.collect::<String>());
    format!("{}## Routes\n\n{routes}## Bodies\n\n{}", top("API", &about), bodies.trim_end()) + "\n"
}

fn route(method: &str, path: &str, operation: &Value) -> String {
    let scopes = items(operation, "security").iter().flat_map(|one| items(one, "application_key"));
    let scopes: Vec<_> = scopes.filter_map(Value::as_str).map(code).collect();
    let scope = match scopes.as_slice() {
        [] if items(operation, "security").is_empty() => "Needs no key.".to_owned(),
        [] => "Needs a key, with whatever scope.".to_owned(),
        some => format!("Needs a key with the scope {}.", some.join(" or ")),
    };
    let parameters = items(operation, "parameters").iter().map(|one| {
        let needed = one.get("required") == Some(&Value::Bool(true));
        let kind = one.get("schema").map(kind).unwrap_or_default();
        let place = format!("{}{}", word(one, "in"), if needed { ", needed" } else { "" });
        [code(word(one, "name")), place, kind, word(one, "description").to_owned()]
    });
    let parameters = table(["parameter", "in", "is", "means"], &parameters.collect::<Vec<_>>());
    let sent = operation.get("requestBody").and_then(content).map(|kind| format!("Body: {kind}.\n\n"));
    format!(
        "### {method} {path}\n\n{}. {}\n\n{scope}\n\n{parameters}{}{}",
        word(operation, "summary"),
        word(operation, "description"),
        sent.unwrap_or_default(),
        answers(operation),
    )
    .replace(". \n", ".\n")
}

fn answers(operation: &Value) -> String {
    let rows = members(operation, "responses").into_iter().map(|(status, answer)| {
        let told = word(answer, "description");
        let is_problem = answer.get("content").is_some_and(|of| of.get("application/problem+json").is_some());
        if is_problem {
            let names = told.split(", ").map(|name| name.trim_matches('`'));
            let names = names.map(|name| format!("[{name}](problems.md#{name})")).collect::<Vec<_>>();
            return [status.clone(), String::new(), names.join(", ")];
        }
        [status.clone(), content(answer).unwrap_or_default(), told.to_owned()]
    });
    table(["answer", "body", "means"], &rows.collect::<Vec<_>>())
}

/// What a body is: the first of its forms.
fn content(of: &Value) -> Option<String> {
    let (media, form) = members(of, "content").into_iter().next()?;
    Some(form.get("schema").map_or_else(|| code(media), kind))
}

fn body(name: &str, schema: &Value) -> String {
    let needed: Vec<_> = items(schema, "required").iter().filter_map(Value::as_str).collect();
    let rows = members(schema, "properties").into_iter().map(|(member, of)| {
        let must = if needed.contains(&member.as_str()) { "always" } else { "" };
        [code(member), kind(of), must.to_owned(), word(of, "description").to_owned()]
    });
    let rows = table(["member", "is", "there", "means"], &rows.collect::<Vec<_>>());
    let what = if rows.is_empty() { format!("Is {}.\n\n", kind(schema)) } else { rows };
    let about = word(schema, "description");
    let about = if about.is_empty() { String::new() } else { format!("{about}\n\n") };
    format!("### {name}\n\n{about}{what}")
}

/// What a schema is, in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = word(schema, "$ref").strip_prefix(SCHEMAS) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    let several = ["oneOf", "anyOf", "allOf"].iter().map(|of| items(schema, of)).find(|of| !of.is_empty());
    if let Some(several) = several {
        let kinds = several.iter().map(kind).filter(|kind| !kind.is_empty()).collect::<Vec<_>>();
        return kinds.join(" or ");
    }
    let words = items(schema, "enum").iter().filter_map(Value::as_str).map(code).collect::<Vec<_>>();
    if !words.is_empty() {
        return words.join(", ");
    }
    let kinds = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        Some(Value::String(kind)) => kind.clone(),
        _ => "any value".to_owned(),
    };
    match schema.get("items") {
        Some(of) => format!("{kinds} of {}", kind(of)),
        None => kinds,
    }
}
