//! Exports as rows under a line of names.

use super::{Form, Known};
use crate::record::Level;

/// Every one.
pub(super) static ALL: [Known; 6] = [
    Known::new(
        "Discord",
        Form::Table,
        &[&["ID", "Timestamp", "Contents"]],
        &[Level::new(&[""], "message", &[("ID", ""), ("Timestamp", " at")])],
    ),
    Known::new(
        "Jira",
        Form::Table,
        &[&["Issue key", "Summary"]],
        &[Level::new(&[""], "issue", &[("Issue key", "")])],
    ),
    Known::new(
        "ServiceNow",
        Form::Table,
        &[&["element_id", "value", "sys_id"], &["number", "short_description"]],
        &[Level::new(&[""], "entry", &[("number", ""), ("sys_id", ""), ("element_id", " of")])],
    ),
    Known::new(
        "Zendesk",
        Form::Table,
        &[&["Ticket ID", "Subject"], &["Id", "Subject", "Requester"]],
        &[Level::new(&[""], "ticket", &[("Ticket ID", ""), ("Id", "")])],
    ),
    // What a browser keeps is no vault: codes in its notes are what is to be found.
    Known::new(
        "browser passwords",
        Form::Table,
        &[&["name", "url", "username", "password"], &["Title", "URL", "Username", "Password"]],
        &[Level::new(&[""], "row", &[])],
    ),
    Known::new(
        "browser passwords",
        Form::Table,
        &[&["url", "username", "password", "guid", "timeCreated"]],
        &[Level::new(&[""], "row", &[("guid", "")])],
    ),
];
