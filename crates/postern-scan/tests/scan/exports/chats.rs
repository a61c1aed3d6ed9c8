//! Chats.

use std::io::{Cursor, Write as _};

use postern_codes::Format;
use postern_scan::Confidence;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{code, in_pieces, named, pieces};
use crate::archives::{said, told};
use crate::site::made_up;

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

fn slack(text: &str, ts: &str) -> Value {
    json!({ "client_msg_id": "f0", "type": "message", "text": text, "user": "U02ABCDEF", "ts": ts })
}

#[test]
fn slack_messages_are_named_by_their_time() {
    let day = json!([
        slack("good morning", "1733000000.000100"),
        slack(&format!("take {} please", code(1)), "1733000000.000200"),
        slack("thanks", "1733000000.000300"),
    ]);
    assert_eq!(named("2024-12-01.json", &bytes(&day)), ["message 1733000000.000200"]);
    assert_eq!(
        named("2024-12-01.json", &serde_json::to_vec_pretty(&day).unwrap()),
        ["message 1733000000.000200"]
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, member) in [("users.json", json!([])), ("general/2024-12-01.json", day)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes(&member)).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let (findings, troubles) = told("export.zip", &zip);
    assert!(troubles.is_empty());
    assert_eq!(findings[0].place.origin.parts, ["general/2024-12-01.json", "message 1733000000.000200"]);
}

#[test]
fn a_code_in_text_and_blocks_of_a_message_counts_once_and_its_pieces_are_joined() {
    let [prefix, begin, end] = pieces(2);
    let mut message = slack("see below", "1733000000.000400");
    message["blocks"] = json!([{ "type": "rich_text", "block_id": "x", "elements": [
        { "type": "rich_text_section", "elements": [
            { "type": "text", "text": format!("mine is {prefix}") },
            { "type": "text", "text": begin, "style": { "bold": true } },
            { "type": "text", "text": end },
        ]},
    ]}]);
    let day = json!([slack("hello", "1733000000.000100"), message]);
    in_pieces("day.json", &bytes(&day), 2, "message 1733000000.000400");
    let mut message = slack(&code(3), "1733000000.000500");
    message["attachments"] = json!([{ "id": 1, "ts": 1_600_000_000, "fallback": code(3) }]);
    message["files"] = json!([{ "id": "F1", "name": "codes.txt", "preview": code(3), "url_private": "x" }]);
    message["edited"] = json!({ "user": "U02ABCDEF", "ts": "1733000009.000000" });
    assert_eq!(named("day.json", &bytes(&json!([message]))), ["message 1733000000.000500"]);
}

#[test]
fn codes_in_neighbouring_messages_are_siblings() {
    let bare = |number| made_up(Format::Standard, number)["PSTN-".len()..].to_owned();
    let mut day: Vec<Value> =
        (1..=3).map(|number| slack(&bare(number), &format!("173300000{number}.0"))).collect();
    // Printed with an indent, what hangs on a message puts the next one fifty lines off.
    for message in &mut day {
        message["reactions"] = (0..50).map(|number| json!(number)).collect();
    }
    let (findings, _) = told("day.json", &serde_json::to_vec_pretty(&json!(day)).unwrap());
    let seen: Vec<_> = findings.iter().map(|found| (found.confidence, found.siblings)).collect();
    assert_eq!(seen, [(Confidence::Certain, 3); 3]);
}

#[test]
fn teams_messages_are_named_with_their_chat_or_channel() {
    let html =
        format!("<div><p>codes:</p><ul><li><b>{}</b></li></ul></div>", code(4).replace('-', "-</b><b>"));
    let message = |id: &str, content: &str| {
        json!({
            "id": id, "messageType": "message", "createdDateTime": "2024-12-01T10:00:00Z",
            "body": { "contentType": "html", "content": content },
            "channelIdentity": { "teamId": "t-1", "channelId": "19:abc@thread.tacv2" },
            "attachments": [],
        })
    };
    let page = json!({ "@odata.context": "https://graph.example.org/v1.0/$metadata", "value": [
        message("1616965872395", "<p>hello</p>"), message("1616965872396", &html),
    ]});
    let expected = ["message 1616965872396 in channel 19:abc@thread.tacv2"];
    assert_eq!(named("page.json", &bytes(&page)), expected);
    assert_eq!(named("one.json", &bytes(&message("1616965872396", &html))), expected);
    // As some programs write it, with angle brackets escaped.
    let escaped = String::from_utf8(bytes(&page)).unwrap().replace('<', "\\u003c").replace('>', "\\u003e");
    in_pieces("page.json", escaped.as_bytes(), 4, expected[0]);
    let mut direct = message("7", &code(5));
    direct["chatId"] = json!("19:1@unq.gbl.spaces");
    direct["channelIdentity"] = Value::Null;
    direct["webUrl"] = json!("https://teams.example.org/l/message/7");
    let expected = ["message 7 in chat 19:1@unq.gbl.spaces at https://teams.example.org/l/message/7"];
    assert_eq!(named("one.json", &bytes(&direct)), expected);
}

#[test]
fn mattermost_posts_and_replies_are_named_by_channel_and_time() {
    let lines = [
        json!({ "type": "version", "version": 1 }),
        json!({ "type": "post", "post": { "team": "eng", "channel": "town-square", "user": "u", "message": "hi",
            "create_at": 1_733_000_000_001_u64, "replies": [] } }),
        json!({ "type": "post", "post": { "team": "eng", "channel": "town-square", "user": "u",
            "message": code(6), "create_at": 1_733_000_000_002_u64, "replies": [
            { "user": "u", "message": code(7), "create_at": 1_733_000_000_003_u64 } ] } }),
        json!({ "type": "direct_post", "direct_post": { "channel_members": ["u", "v"], "user": "u",
            "message": code(8), "create_at": 1_733_000_000_004_u64 } }),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let post = "post of team eng in channel town-square at 1733000000002";
    let expected =
        [post.to_owned(), format!("{post}!/reply at 1733000000003"), "post at 1733000000004".to_owned()];
    let mut seen = named("import.jsonl", text.as_bytes());
    seen.sort_by_key(|name| expected.iter().position(|known| known == name));
    assert_eq!(seen, expected);
}

#[test]
fn discord_messages_are_named_by_their_number_in_both_forms() {
    let json = json!([
        { "ID": 1_100_000_000_000_000_001_u64, "Timestamp": "2024-12-01 10:00:00", "Contents": "", "Attachments": "" },
        { "ID": 1_100_000_000_000_000_002_u64, "Timestamp": "2024-12-01 10:01:00", "Contents": code(9), "Attachments": "" },
    ]);
    let expected = ["message 1100000000000000002 at 2024-12-01 10:01:00"];
    assert_eq!(named("messages.json", &bytes(&json)), expected);
    let table = format!(
        "ID,Timestamp,Contents,Attachments\n1100000000000000001,2024-12-01 10:00:00,\"a \"\"b\"\"\nc\",\n\
         1100000000000000002,2024-12-01 10:01:00,\"two\nlines {}\",\n",
        code(9)
    );
    assert_eq!(named("messages.csv", table.as_bytes()), expected);
}

#[test]
fn telegram_texts_are_strings_or_pieces() {
    let [prefix, begin, end] = pieces(10);
    let message = |id: u64, text: Value| {
        json!({ "id": id, "type": "message", "date": "2024-12-01T10:00:00", "date_unixtime": "1733047200",
            "from": "Somebody", "from_id": "user1", "text": text, "text_entities": [] })
    };
    let parts = json!([prefix, { "type": "bold", "text": begin }, end]);
    let chat = json!({ "name": "x", "type": "personal_chat", "id": 4242, "messages": [
        message(1, json!("hello")), message(2, parts), message(3, json!("bye")),
    ]});
    let expected = "chat 4242!/message 2 at 2024-12-01T10:00:00";
    in_pieces("result.json", &bytes(&chat), 10, expected);
    let all = json!({ "about": "Here is the data", "personal_information": {}, "chats": { "list": [chat] } });
    in_pieces("result.json", &bytes(&all), 10, expected);
    let chat = json!({ "name": "x", "type": "personal_chat", "id": 4242, "messages": [message(2, json!(code(10)))] });
    assert_eq!(named("result.json", &bytes(&chat)), [expected]);
}

#[test]
fn whatsapp_is_plain_and_its_line_is_the_place() {
    let text = format!(
        "[01.12.24, 10:00:00] Somebody: hello\r\n\u{200e}[01.12.24, 10:01:00] Somebody: codes\r\n{}\r\n",
        code(11)
    );
    assert_eq!(said("_chat.txt", text.as_bytes()), (vec![":3:1".to_owned()], Vec::new()));
}

#[test]
fn pieces_of_two_messages_are_not_joined() {
    let [prefix, begin, end] = pieces(12);
    let day = json!([slack(&prefix, "1.0"), slack(&format!("{begin}{end}"), "2.0")]);
    let (findings, _) = told("day.json", &bytes(&day));
    assert!(findings.iter().all(|finding| finding.confidence == Confidence::Possible));
}
