//! Exports of chats, notes, notebooks and bookmarks.

use super::{Form, Known};
use crate::record::Level;

/// Every one.
pub(super) static ALL: [Known; 14] = [
    Known::new(
        "Slack",
        Form::Json,
        &[&["ts", "type", "text"]],
        &[Level::new(&[""], "message", &[("ts", "")])],
    )
    .beginning(b'['),
    Known::new(
        "Slack",
        Form::Json,
        &[&["channel_id", "messages", "ts"]],
        &[
            Level::new(&[""], "channel", &[("channel_id", "")]),
            Level::new(&["messages", "slackdump_thread_replies"], "message", &[("ts", "")]),
        ],
    ),
    Known::new(
        "Teams",
        Form::Json,
        &[&["messageType", "createdDateTime", "body"]],
        &[Level::new(
            &["", "value", "replies"],
            "message",
            &[
                ("id", ""),
                ("chatId", " in chat"),
                ("channelIdentity/channelId", " in channel"),
                ("webUrl", " at"),
            ],
        )],
    ),
    Known::new(
        "Mattermost",
        Form::Json,
        &[&["type", "version", "team", "display_name"], &["type", "post", "create_at"]],
        &[
            Level::new(
                &["post", "direct_post"],
                "post",
                &[("team", " of team"), ("channel", " in channel"), ("create_at", " at")],
            ),
            Level::new(&["replies"], "reply", &[("create_at", " at")]),
        ],
    )
    .beginning(b'{'),
    Known::new(
        "Discord",
        Form::Json,
        &[&["ID", "Timestamp", "Contents"]],
        &[Level::new(&[""], "message", &[("ID", ""), ("Timestamp", " at")])],
    ),
    Known::new(
        "Telegram",
        Form::Json,
        &[&["messages", "date", "text", "type"], &["about", "personal_information"]],
        &[
            Level::new(&["", "list"], "chat", &[("id", "")]),
            Level::new(&["messages"], "message", &[("id", ""), ("date", " at")]),
        ],
    ),
    Known::new(
        "Matrix",
        Form::Json,
        &[&["messages", "event_id", "content"]],
        &[Level::new(&["messages"], "message", &[("event_id", "")])],
    ),
    Known::new(
        "Google Chat",
        Form::Json,
        &[&["messages", "creator", "created_date"]],
        &[Level::new(&["messages"], "message", &[("message_id", ""), ("created_date", " of")])],
    ),
    Known::new(
        "Google Keep",
        Form::Json,
        &[&["isTrashed", "isPinned"], &["isTrashed", "textContent"]],
        &[Level::new(&[""], "note", &[("createdTimestampUsec", " of")])],
    ),
    Known::new(
        "a notebook",
        Form::Json,
        &[&["cells", "cell_type"]],
        &[Level::new(&["cells"], "cell", &[]), Level::new(&["outputs"], "output", &[])],
    ),
    Known::new(
        "Standard Notes",
        Form::Json,
        &[&["items", "content_type", "uuid"]],
        &[Level::new(&["items"], "note", &[("uuid", "")])],
    ),
    Known::new(
        "bookmarks",
        Form::Json,
        &[&["checksum", "roots", "children"]],
        &[Level::new(&["children"], "bookmark", &[("id", "")])],
    ),
    Known::new(
        "bookmarks",
        Form::Json,
        &[&["guid", "dateAdded", "children"]],
        &[Level::new(&["", "children"], "bookmark", &[("guid", "")])],
    ),
    Known::new(
        "Evernote",
        Form::Xml,
        &[&["en-export"]],
        &[Level::new(&["note"], "note", &[("created", " of")])],
    ),
];
