//! `postern issue`: stages, shows once, asks for one code, confirms.

use serde_json::{Value, json};

use super::remote::{Proof, fresh, proof, service, subject};
use crate::arguments::Issue;
use crate::failure::Failure;
use crate::{client, output, prompt};

/// Issues a set.
pub(super) async fn run(issue: Issue, json: bool) -> Result<(), Failure> {
    let service = service(&issue.remote)?;
    let mut body = json!({ "subject": subject(&issue.subject), "reason": issue.reason });
    let mut add = |name: &str, value: Value| {
        if let Some(members) = body.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    };
    match proof(&issue.remote)? {
        Some(Proof::Assertion(text)) => add("assertion", text.into()),
        Some(Proof::Bare(claim)) => add("assurance", claim),
        None => {}
    }
    if let Some(format) = issue.format {
        add("format", format.into());
    }
    if let Some(count) = issue.count {
        add("count", count.into());
    }
    let (status, staged) = service.post("/v1/code-sets", &body, &fresh()?).await?;
    if !status.is_success() {
        return Err(client::refusal(status, &staged));
    }
    let set = staged.get("set").and_then(Value::as_str).unwrap_or_default().to_owned();
    show(&staged, json);
    output::message(
        "Save or print these codes now: they are not shown again. Then type one of them to make them work.",
    );
    for _ in 0..3 {
        let code = prompt::secret("One of the codes")?;
        let body = json!({ "code": &*code });
        let (status, confirmed) =
            service.post(&format!("/v1/code-sets/{set}/confirm"), &body, &fresh()?).await?;
        if status.is_success() {
            output::answer(&confirmed, json);
            output::message("The set works. The code that you typed was not used up.");
            return Ok(());
        }
        output::message(&client::refusal(status, &confirmed).to_string());
        if code.is_empty() {
            break;
        }
    }
    Err(Failure::refused(format!(
        "the set {set} was not confirmed; the codes before {}. It ends by itself in 15 minutes",
        if issue.reason == "renew" { "still work" } else { "have ended" }
    )))
}

fn show(staged: &Value, json: bool) {
    if json {
        output::data(&staged.to_string());
        return;
    }
    output::data(&format!("{} ({})", text(staged, "name"), text(staged, "set")));
    for code in staged.get("codes").and_then(Value::as_array).into_iter().flatten() {
        let slot = code.get("slot").and_then(Value::as_u64).unwrap_or_default();
        output::data(&format!("{slot:>3}. {}", text(code, "code")));
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
