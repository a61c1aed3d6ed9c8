//! Everything that is kept of a person, readable, for the person.

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::encoding::from_base64url;
use postern_core::ids::SubjectId;
use postern_core::kernel::{Held, Key, Kind, StoredEvent, Want};
use postern_core::personal::SubjectKey;
use postern_core::subject::Subject;
use serde_json::{Map, Value};

use crate::Problem;
use crate::app::App;
use crate::person::Person;

/// A page of what is kept of a person.
#[derive(Debug)]
pub struct PersonExport {
    /// Who it is.
    pub person: Option<Person>,
    /// The person's events in log order; what was encrypted in them is under `personal`.
    pub items: Vec<Map<String, Value>>,
    /// Index of the last one, if there may be more.
    pub next: Option<u64>,
}

impl App {
    /// Exports a subject, also one that has left. An erased one has nothing left to export.
    ///
    /// # Errors
    /// A [`Problem`]. The scopes `subjects:read` and `events:read` are both needed.
    pub async fn export_subject(
        &self,
        token: &Arc<Token>,
        id: SubjectId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<PersonExport, Problem> {
        let gate = self.gate(token, Scope::SubjectsRead);
        let key = Key::of(Kind::Subject, gate.tenant(), id);
        let mut wants = gate.wants();
        wants.push(Want::Key(key));
        let view = self.look(&wants).await?;
        let caller = self.checked(&gate, &view).await?;
        let held: Held<Subject> = match view.held(key) {
            Ok(held) => held,
            Err(tampered) => {
                self.note_rejected(tampered.key).await;
                return Err(Problem::StateChanged);
            }
        };
        let state = held.state().filter(|state| !state.departed.is_some_and(|departed| departed.erased));
        let state = state.ok_or(Problem::NotFound)?;
        caller.reaches(state.tier)?;
        self.gate(token, Scope::EventsRead).check(&view)?.reaches(state.tier)?;
        let own_key = self.subject_key(key).await?.ok_or(Problem::StateChanged)?;
        let from = after.map_or(0, |after| after.saturating_add(1));
        let found = self.store().events(key.tenant, from, limit + 1, Some(key)).await;
        let mut events = found.map_err(|fault| Problem::unavailable(&fault))?;
        self.unaltered(key.tenant, None, &events).await?;
        let more = events.len() > limit;
        events.truncate(limit);
        let next = events.last().map(|event| event.index).filter(|_| more);
        let person = self.person(key, state.person_at).await?;
        let items = events.iter().map(|event| readable(event, &own_key)).collect::<Result<_, _>>()?;
        Ok(PersonExport { person, items, next })
    }
}

/// An event with its personal part in the clear.
fn readable(stored: &StoredEvent, own_key: &SubjectKey) -> Result<Map<String, Value>, Problem> {
    let mut event: Map<String, Value> =
        serde_json::from_slice(&stored.bytes).map_err(|fault| Problem::unavailable(&fault))?;
    event.insert("index".to_owned(), Value::from(stored.index));
    let sealed = event.remove("private").and_then(|text| from_base64url(text.as_str()?));
    let personal = sealed.and_then(|sealed| own_key.open(stored.key, &sealed));
    if let Some(personal) = personal.and_then(|json| serde_json::from_slice(&json).ok()) {
        event.insert("personal".to_owned(), personal);
    }
    Ok(event)
}
