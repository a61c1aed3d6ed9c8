//! Exports of tickets and wikis.

use super::{Form, Known};
use crate::record::Level;

/// A Jira issue and what hangs on it, as its interface gives it.
const ISSUE: &[Level] = &[
    Level::new(&["", "issues"], "issue", &[("key", "")]),
    Level::new(&["comments"], "comment", &[("id", "")]),
    Level::new(&["worklogs"], "work log", &[("id", "")]),
];

/// A Zendesk ticket and its comments.
const TICKET: &[Level] = &[
    Level::new(&["", "tickets"], "ticket", &[("id", "")]),
    Level::new(&["comments"], "comment", &[("id", "")]),
];

/// An entry of a ServiceNow journal, or a task that it is about.
const ENTRY: &[Level] = &[Level::new(
    &["records", "result", "sys_journal_field", "incident", "sc_task", "sc_request", "kb_knowledge"],
    "entry",
    &[("number", ""), ("sys_id", ""), ("element_id", " of")],
)];

/// Every one.
pub(super) static ALL: [Known; 8] = [
    Known::new(
        "Jira",
        Form::Json,
        &[&["issues", "key", "fields"], &["key", "fields", "self"], &["projects", "issues", "key"]],
        ISSUE,
    ),
    Known::new("Zendesk", Form::Json, &[&["requester_id", "subject"], &["html_body", "plain_body"]], TICKET),
    Known::new("Jira", Form::Json, &[&["comments", "self", "body"]], ISSUE),
    Known::new("ServiceNow", Form::Json, &[&["records", "sys_id"], &["result", "sys_id"]], ENTRY),
    Known::new(
        "Jira",
        Form::Xml,
        &[&["entity-engine-xml"]],
        &[
            Level::new(&["Issue"], "issue", &[("key", ""), ("id", "")]),
            Level::new(&["Action"], "comment", &[("id", ""), ("issue", " of issue")]),
            Level::new(&["Worklog"], "work log", &[("id", ""), ("issue", " of issue")]),
            Level::new(&["CustomFieldValue"], "field", &[("id", ""), ("issue", " of issue")]),
            Level::new(&["ChangeItem"], "change", &[("id", ""), ("group", " of")]),
        ],
    ),
    Known::new(
        "Jira",
        Form::Xml,
        &[&["rss"]],
        &[
            Level::new(&["item"], "item", &[("key", ""), ("link", " at")]),
            Level::new(&["comment"], "comment", &[("id", "")]),
        ],
    ),
    Known::new(
        "Confluence",
        Form::Xml,
        &[&["hibernate-generic"]],
        &[Level::new(&["object"], "object", &[("class", ""), ("id", ""), ("content/id", " of page")])],
    )
    .named_by("name"),
    Known::new(
        "ServiceNow",
        Form::Xml,
        &[&["unload"], &["xml", "sys_journal_field"], &["sys_journal_field"]],
        ENTRY,
    ),
];
