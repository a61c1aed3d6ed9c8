//! `GET /v1/events`: the tenant's events in log order.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse as _;
use postern_app::{EventPage, EventQuery, Problem};
use postern_core::application::Scope;
use postern_core::ids::SubjectId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::extract::{Asked, Caller};
use crate::openapi::Documented;
use crate::problem::Refusal;
use crate::routes::{LONGEST_LIST, LONGEST_WAIT};
use crate::service::{Answer, Shared};

/// Which events.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// After this one: an `index`, or a page's `next`. From the beginning if absent.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,19}$", example = "41")]
    after: Option<u64>,
    /// How many at most: 1 to 500, 100 if absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// Of this subject only: a `sub_…` id.
    #[param(pattern = r"^sub_[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$")]
    subject: Option<String>,
    /// How many seconds to wait for one if there is none: up to 30.
    #[param(minimum = 0, maximum = 30)]
    wait: Option<u64>,
}

/// Some events.
#[derive(Serialize, ToSchema)]
pub(crate) struct Events {
    /// The events as they are in the log, each with its `index`.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Value>,
    /// What to send as `after` for the next page; absent if this is the last one for now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
    /// If older events than this index were asked for: it is the oldest one that is still kept. The others were let go
    /// by the installation's retention; an export from before has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    oldest: Option<u64>,
}

/// The route.
pub(crate) fn route() -> UtoipaMethodRouter<Shared> {
    Documented::new(routes!(list_events))
        .with_key()
        .scope(Scope::EventsRead)
        .refused(&["malformed-request", "invalid-value"])
        .route()
}

/// List events
///
/// The tenant's events in log order. Events that the installation's retention has let go are skipped, and `oldest` says
/// so. With `wait`, an answer without events comes only after that time.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "log",
    params(Which),
    responses((status = 200, description = "Events.", body = Events))
)]
async fn list_events(
    State(service): State<Shared>,
    Caller(token): Caller,
    Asked(which): Asked<Which>,
) -> Answer {
    let query = which.query()?;
    let page = tokio::select! {
        page = service.app.events(&token, query) => page?,
        () = service.stops() => service.app.events(&token, EventQuery { wait: Duration::ZERO, ..query }).await?,
    };
    Ok(Json(events(page)?).into_response())
}

impl Which {
    fn query(self) -> Result<EventQuery, Refusal> {
        let limit = self.limit.unwrap_or(100);
        let wait = Duration::from_secs(self.wait.unwrap_or(0));
        let subject = self.subject.as_deref().map(SubjectId::parse);
        if !(1..=LONGEST_LIST).contains(&limit) {
            return Err(Problem::InvalidValue("A limit is 1 to 500.").into());
        }
        if wait > LONGEST_WAIT {
            return Err(Problem::InvalidValue("A wait is at most 30 seconds.").into());
        }
        match subject {
            Some(None) => Err(Problem::InvalidValue("A subject is named here by its sub_… id.").into()),
            subject => Ok(EventQuery { after: self.after, limit, subject: subject.flatten(), wait }),
        }
    }
}

fn events(page: EventPage) -> Result<Events, Problem> {
    let mut items = Vec::with_capacity(page.items.len());
    for stored in page.items {
        let mut event: Map<String, Value> =
            serde_json::from_slice(&stored.bytes).map_err(|_| Problem::Unavailable)?;
        event.insert("index".to_owned(), Value::from(stored.index));
        items.push(Value::Object(event));
    }
    Ok(Events { items, next: page.next.map(|index| index.to_string()), oldest: page.oldest })
}
