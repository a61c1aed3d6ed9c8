//! `postern redeem` and `postern rehearse`.

use serde_json::{Value, json};

use super::remote::{Proof, fresh, proof, service, subject};
use crate::arguments::{Redeem, Rehearse};
use crate::failure::Failure;
use crate::{client, output, prompt};

/// Redeems a code as second factor.
pub(super) async fn redeem(redeem: Redeem, json: bool) -> Result<(), Failure> {
    let service = service(&redeem.remote)?;
    let txn = redeem.txn.map_or_else(fresh, Ok)?;
    let code = prompt::secret("Code")?;
    let mut body = json!({
        "subject": subject(&redeem.subject),
        "code": &*code,
        "purpose": "second_factor",
        "txn": txn,
    });
    let first_factor = match proof(&redeem.remote)? {
        Some(Proof::Assertion(text)) => Some(json!({ "assertion": text })),
        Some(Proof::Bare(claim)) => Some(claim),
        None => None,
    };
    if let (Some(members), Some(first_factor)) = (body.as_object_mut(), first_factor) {
        members.insert("first_factor".to_owned(), first_factor);
    }
    done(service.post("/v1/redemptions", &body, &fresh()?).await?, json)
}

/// Tries a code without spending it.
pub(super) async fn rehearse(rehearse: Rehearse, json: bool) -> Result<(), Failure> {
    let service = service(&rehearse.remote)?;
    let code = prompt::secret("Code")?;
    let mut body = json!({ "subject": subject(&rehearse.subject), "code": &*code });
    let member = match proof(&rehearse.remote)? {
        Some(Proof::Assertion(text)) => Some(("assertion", Value::from(text))),
        Some(Proof::Bare(claim)) => Some(("assurance", claim)),
        None => None,
    };
    if let (Some(members), Some((name, value))) = (body.as_object_mut(), member) {
        members.insert(name.to_owned(), value);
    }
    done(service.post("/v1/rehearsals", &body, &fresh()?).await?, json)
}

fn done((status, answer): (hyper::StatusCode, Value), json: bool) -> Result<(), Failure> {
    if !status.is_success() {
        return Err(client::refusal(status, &answer));
    }
    output::answer(&answer, json);
    Ok(())
}
