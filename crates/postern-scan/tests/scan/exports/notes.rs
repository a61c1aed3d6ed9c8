//! Notes, notebooks, bookmarks.

use serde_json::{Value, json};

use super::{code, in_pieces, named, pieces};
use crate::archives::said;

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap()
}

#[test]
fn evernote_notes_are_named_by_when_they_were_made() {
    let export = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE en-export SYSTEM \"http://xml.evernote.com/pub/en.dtd\">\n\
         <en-export export-date=\"20241201T100000Z\">\n<note><title>a</title><content><![CDATA[<en-note>hello</en-note>]]>\
         </content><created>20240101T000000Z</created></note>\n<note><title>b</title><content>\n<![CDATA[<?xml \
         version=\"1.0\"?><en-note><div>codes</div><div>{}</div></en-note>]]></content><created>20240102T000000Z\
         </created></note>\n</en-export>\n",
        code(1)
    );
    assert_eq!(named("notes.enex", export.as_bytes()), ["note of 20240102T000000Z"]);
}

#[test]
fn keep_notes_and_their_lists_are_read() {
    let note = json!({ "color": "DEFAULT", "isTrashed": false, "isPinned": false, "isArchived": false,
        "textContent": format!("codes\n{}", code(2)), "title": "x", "createdTimestampUsec": 1_700_000_000_000_001_u64 });
    assert_eq!(named("note.json", &bytes(&note)), ["note of 1700000000000001"]);
    let list = json!({ "color": "DEFAULT", "isTrashed": false, "isPinned": false, "listContent": [
        { "text": code(3), "isChecked": false }, { "text": code(4), "isChecked": true } ],
        "title": "x", "createdTimestampUsec": 1_700_000_000_000_002_u64 });
    assert_eq!(named("list.json", &bytes(&list)), ["note of 1700000000000002"; 2]);
}

#[test]
fn chats_of_a_takeout_are_named_by_message() {
    let messages = json!({ "messages": [
        { "creator": { "name": "x" }, "created_date": "Sunday", "text": "hello", "topic_id": "t", "message_id": "s/t/1" },
        { "creator": { "name": "x" }, "created_date": "Monday", "text": code(5), "topic_id": "t", "message_id": "s/t/2" },
    ]});
    assert_eq!(named("messages.json", &bytes(&messages)), ["message s/t/2 of Monday"]);
}

#[test]
fn notebooks_name_cell_and_output() {
    let [prefix, begin, end] = pieces(6);
    let notebook = json!({ "cells": [
        { "cell_type": "markdown", "id": "a1", "metadata": {}, "source": ["hello\n"] },
        { "cell_type": "code", "id": "b2", "metadata": {}, "execution_count": 1, "source": [format!("c = '{}'\n", code(7))],
          "outputs": [
            { "name": "stdout", "output_type": "stream", "text": ["nothing\n"] },
            { "output_type": "execute_result", "data": { "text/plain": [format!("'{prefix}"), begin, format!("{end}'")] } },
        ]},
    ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
    in_pieces("x.ipynb", &bytes(&notebook), 6, "cell number 2!/output number 2");
    assert!(named("x.ipynb", &bytes(&notebook)).contains(&"cell number 2".to_owned()));
}

#[test]
fn bookmarks_are_named_in_their_innermost_folder() {
    let chrome = json!({ "checksum": "0", "roots": { "bookmark_bar": { "children": [
        { "children": [{ "id": "9", "name": code(8), "type": "url", "url": "https://example.org/" }], "id": "4",
          "name": "folder", "type": "folder" } ], "id": "1", "name": "bar", "type": "folder" } }, "version": 1 });
    assert_eq!(named("Bookmarks", &bytes(&chrome)), ["bookmark 9"]);
    let firefox = json!({ "guid": "root________", "title": "", "dateAdded": 1, "children": [
        { "guid": "menu________", "dateAdded": 1, "children": [{ "guid": "aaaaaaaaaaaa", "title": code(9), "dateAdded": 1 }] },
    ]});
    assert_eq!(named("bookmarks.json", &bytes(&firefox)), ["bookmark aaaaaaaaaaaa"]);
    let page = format!(
        "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>\n    <DT><A HREF=\"https://example.org/?c={}\" \
         ADD_DATE=\"1700000000\">x</A>\n    <DT><A HREF=\"https://example.org/\">{}</A>\n    <DD>{}\n</DL><p>\n",
        code(10),
        code(11),
        code(12)
    );
    let (places, troubles) = said("bookmarks.html", page.as_bytes());
    assert_eq!((places.len(), troubles.len()), (3, 0), "{places:?}");
}

#[test]
fn what_is_kept_as_plain_text_is_found_by_its_line() {
    let note = format!(
        "---\ntags: [x]\n---\n# Codes\n\n- [ ] {}\n| a | b |\n|---|---|\n| x | `{}` |\n",
        code(13),
        code(14)
    );
    assert_eq!(said("Codes.md", note.as_bytes()).0, [":6:7", ":9:8"]);
    let table = format!("Name,Tags,Notes\nlogin,\"a, b\",\"first\n{}\"\n", code(15));
    assert_eq!(said("Database.csv", table.as_bytes()).0, [":3:1"]);
}
