//! Tickets and wikis.

use serde_json::{Value, json};

use super::{code, in_pieces, named, pieces};

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

/// A text as Jira's interface gives it: paragraphs of runs.
fn document(runs: &[&str]) -> Value {
    let runs: Vec<Value> = runs
        .iter()
        .map(|run| json!({ "type": "text", "text": run, "marks": [{ "type": "strong" }] }))
        .collect();
    json!({ "type": "doc", "version": 1, "content": [
        { "type": "paragraph", "content": [{ "type": "text", "text": "see" }, { "type": "hardBreak" }] },
        { "type": "paragraph", "content": runs },
    ]})
}

#[test]
fn jira_comments_are_named_by_issue_and_number() {
    let [prefix, begin, end] = pieces(1);
    let issue = |body: Value| {
        json!({ "id": "10001", "self": "https://jira.example.org/rest/api/3/issue/10001", "key": "OPS-17",
        "fields": { "summary": "login", "description": document(&["none"]),
        "comment": { "comments": [
            { "id": "10099", "body": document(&["hello"]) },
            { "self": "x", "id": "10100", "author": { "displayName": "x" }, "body": body },
        ]}}})
    };
    let one = issue(document(&[&format!("it is {prefix}"), &begin, &end]));
    in_pieces("issue.json", &bytes(&one), 1, "issue OPS-17!/comment 10100");
    let found = json!({ "startAt": 0, "issues": [issue(document(&[&code(2)]))] });
    assert_eq!(named("search.json", &bytes(&found)), ["issue OPS-17!/comment 10100"]);
    let mut described = issue(document(&["none"]));
    described["fields"]["description"] = document(&[&code(3)]);
    assert_eq!(named("issue.json", &bytes(&described)), ["issue OPS-17"]);
}

#[test]
fn jira_backups_have_texts_in_attributes_and_elements() {
    let code = code(4);
    let backup = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<entity-engine-xml>\n    <!-- made by a backup -->\n    \
         <Action id=\"10100\" issue=\"10001\" author=\"x\" type=\"comment\" body=\"codes:&#10;{}\"/>\n    \
         <Action id=\"10101\" issue=\"10002\" type=\"comment\"><body><![CDATA[two\nlines {}]]></body></Action>\n    \
         <Issue id=\"10003\" key=\"OPS-3\" description=\"{}\"></Issue>\n</entity-engine-xml>\n",
        code.replace('-', "&#45;"),
        code,
        code.replace('-', "&amp;#8209;"),
    );
    assert_eq!(
        named("entities.xml", backup.as_bytes()),
        ["comment 10100 of issue 10001", "comment 10101 of issue 10002", "issue OPS-3 10003"]
    );
}

#[test]
fn confluence_pages_are_named_though_their_number_comes_last() {
    let [prefix, begin, end] = pieces(5);
    let export = |body: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<hibernate-generic datetime=\"2024-12-01\">\n<object class=\"Page\" \
             package=\"com.example\">\n<id name=\"id\">900</id>\n<property name=\"title\"><![CDATA[x]]></property>\n\
             </object>\n<object class=\"BodyContent\" package=\"com.example\">\n<id name=\"id\">901</id>\n\
             <property name=\"body\"><![CDATA[{body}]]></property>\n<property name=\"content\" class=\"Page\" \
             package=\"com.example\"><id name=\"id\">900</id>\n</property>\n</object>\n</hibernate-generic>\n"
        )
    };
    let expected = ["object BodyContent 901 of page 900"];
    let table = format!("<table><tr><td>{prefix}</td>\n<td>{begin}</td>\n<td>{end}</td></tr></table>");
    assert_eq!(named("entities.xml", export(&format!("<p>{}</p>", code(5))).as_bytes()), expected);
    assert_eq!(named("entities.xml", export(&table).as_bytes()), expected);
    // A section may not hold its own end: it is cut there.
    let cut = format!("<ac:x>]]]]><![CDATA[></ac:x>{prefix}<em>{begin}{end}</em> ]] ]");
    assert_eq!(named("entities.xml", export(&cut).as_bytes()), expected);
}

#[test]
fn zendesk_comments_are_named_in_lists_and_in_lines() {
    let [prefix, begin, end] = pieces(6);
    let ticket = |id: u64, html: &str| {
        json!({ "url": format!("https://x.zendesk.example/api/v2/tickets/{id}.json"), "id": id,
            "subject": "x", "requester_id": 7, "comments": [
            { "id": 500 + id, "type": "Comment", "author_id": 7, "html_body": html, "created_at": "2024-12-01" } ] })
    };
    let html = format!("<div class=\"zd-comment\">{prefix}<span dir=\"auto\">{begin}</span>{end}</div>");
    let lines = format!("{}\n{}\n", ticket(35, "hello"), ticket(36, &html));
    assert_eq!(named("tickets.ndjson", lines.as_bytes()), ["ticket 36!/comment 536"]);
    let escaped = lines.replace('<', "\\u003c").replace('>', "\\u003e");
    in_pieces("tickets.ndjson", escaped.as_bytes(), 6, "ticket 36!/comment 536");
    let list = json!({ "tickets": [ticket(35, "hello"), ticket(36, &html)], "count": 2 });
    assert_eq!(named("tickets.json", &bytes(&list)), ["ticket 36!/comment 536"]);
}

#[test]
fn service_now_entries_are_named_with_what_they_are_about() {
    let xml = format!(
        "<?xml version=\"1.0\"?><unload unload_date=\"2024-12-01\">\n<sys_journal_field action=\"INSERT_OR_UPDATE\">\
         <element>comments</element><element_id>9c573169c611228700193229fff72400</element_id>\
         <sys_id>4a2b</sys_id><value>it is {}&lt;br/&gt;</value></sys_journal_field></unload>",
        code(7)
    );
    let expected = ["entry 4a2b of 9c573169c611228700193229fff72400"];
    assert_eq!(named("journal.xml", xml.as_bytes()), expected);
    let json = json!({ "result": [{ "sys_id": "4a2b", "element_id": "9c573169c611228700193229fff72400",
        "value": code(7) }] });
    assert_eq!(named("journal.json", &bytes(&json)), expected);
}
