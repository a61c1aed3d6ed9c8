//! What password managers export: named as such, for a vault is where codes may be.

use std::io::{Cursor, Write as _};

use postern_scan::{DigestKey, Form, Totals};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{code, named};
use crate::archives::told;

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap()
}

fn in_vault(name: &str, bytes: &[u8], expected: &str) {
    assert_eq!(named(name, bytes), [expected], "{name}");
    let (findings, _) = told(name, bytes);
    assert!(findings.iter().all(|finding| finding.place.origin.is_vault), "{name}");
}

#[test]
fn vaults_are_named_as_what_they_are() {
    let bitwarden = json!({ "encrypted": false, "folders": [], "items": [
        { "id": "11111111-aaaa", "name": "a", "notes": null, "type": 1, "login": {} },
        { "id": "22222222-bbbb", "name": "b", "notes": format!("codes\n{}", code(1)), "type": 1, "login": {},
          "fields": [{ "name": "x", "value": code(1), "type": 0 }] } ] });
    in_vault("bitwarden.json", &bytes(&bitwarden), "item 22222222-bbbb");
    let table = format!(
        "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\n\
         ,,login,a,{},,0,https://a.example/,me,x,\n",
        code(2)
    );
    in_vault("bitwarden.csv", table.as_bytes(), "row number 1");
    let table =
        format!("url,username,password,totp,extra,name,grouping,fav\nhttp://sn,,,,\"x\n{}\",a,,0\n", code(3));
    in_vault("lastpass.csv", table.as_bytes(), "row number 1");
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<KeePassFile>\n<Root><Group><UUID>R3JvdXA=</UUID>\
         <Entry><UUID>RW50cnk=</UUID><String><Key>Notes</Key><Value>{}</Value></String><History><Entry><UUID>RW50cnk=\
         </UUID><String><Key>Notes</Key><Value>{}</Value></String></Entry></History></Entry></Group></Root>\n</KeePassFile>",
        code(4),
        code(5)
    );
    assert_eq!(named("keepass.xml", xml.as_bytes()), ["entry RW50cnk="; 2]);
    let inner = json!({ "accounts": [{ "attrs": { "uuid": "acc" }, "vaults": [{ "attrs": { "uuid": "vlt" }, "items": [
        { "uuid": "itm", "overview": { "title": "x" }, "details": { "notesPlain": code(6) } } ] }] }] });
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, member) in [("export.attributes", json!({ "version": 3 })), ("export.data", inner)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes(&member)).unwrap();
    }
    let (findings, troubles) = told("x.1pux", &zip.finish().unwrap().into_inner());
    assert!(troubles.is_empty() && findings[0].place.origin.is_vault);
    assert_eq!(findings[0].place.origin.parts, ["export.data", "item itm"]);
}

#[test]
fn every_report_says_so() {
    let table =
        format!("url,username,password,totp,extra,name,grouping,fav\nhttp://sn,,,,{},a,,0\n", code(7));
    let (findings, _) = told("lastpass.csv", table.as_bytes());
    for (form, said) in [
        (Form::Text, "in a vault export"),
        (Form::Html, "in a vault export"),
        (Form::JsonLines, "\"in_vault_export\":true"),
        (Form::Sarif, "\"inVaultExport\":true"),
    ] {
        let mut out = Vec::new();
        let mut report = form.report(&mut out, DigestKey::new(b"a key of the tests").name());
        report.finding(&findings[0]).unwrap();
        report.end(&Totals::default()).unwrap();
        drop(report);
        assert!(String::from_utf8(out).unwrap().contains(said), "{form:?}");
    }
}
