//! Rows under a line of names.

use postern_codes::Format;
use postern_scan::Confidence;

use super::{code, named};
use crate::archives::{said, told};
use crate::site::made_up;

#[test]
fn rows_are_named_by_a_column_or_by_their_number() {
    let jira = format!(
        "Summary,Issue key,Issue id,Comment,Comment\nlogin,OPS-1,1,none,\nlogin,OPS-2,2,\"01/Dec/24;x;a \"\"b\"\"\n{}\",\n",
        code(1)
    );
    assert_eq!(named("jira.csv", jira.as_bytes()), ["issue OPS-2"]);
    let now = format!("\u{feff}number;short_description;comments\r\nINC001;x;y\r\nINC002;x;{}\r\n", code(2));
    assert_eq!(named("incident.csv", now.as_bytes()), ["entry INC002"]);
    let chrome = format!(
        "name,url,username,password,note\na,https://a.example/,me,x,\nb,https://b.example/,me,x,\"{}\"\n",
        code(3)
    );
    assert_eq!(named("Chrome Passwords.csv", chrome.as_bytes()), ["row number 2"]);
    let (findings, _) = told("Chrome Passwords.csv", chrome.as_bytes());
    assert!(!findings[0].place.origin.is_vault, "a browser is no vault");
    let firefox = format!(
        "\"url\",\"username\",\"password\",\"httpRealm\",\"formActionOrigin\",\"guid\",\"timeCreated\"\n\
         \"https://a.example\",\"{}\",\"x\",,\"\",\"{{aa-bb}}\",\"1\"\n",
        code(4)
    );
    assert_eq!(named("logins.csv", firefox.as_bytes()), ["row {aa-bb}"]);
}

#[test]
fn a_table_that_is_no_export_stays_plain() {
    let table = format!("id,a,b\n1,x,{}\n", code(5));
    assert_eq!(said("x.csv", table.as_bytes()).0, [":2:5"]);
    let sentence = format!("Name, url and password were these:\n{}\n", code(6));
    assert_eq!(said("x.txt", sentence.as_bytes()).0, [":2:1"]);
}

#[test]
fn codes_in_neighbouring_rows_are_siblings() {
    let bare = |number| made_up(Format::Standard, number)["PSTN-".len()..].to_owned();
    let rows: String =
        (1..=3).map(|number| format!("s{number},https://s.example/,me,x,{}\n", bare(number))).collect();
    let table = format!("name,url,username,password,note\n{rows}");
    let (findings, _) = told("passwords.csv", table.as_bytes());
    let seen: Vec<_> = findings.iter().map(|found| (found.confidence, found.siblings)).collect();
    assert_eq!(seen, [(Confidence::Certain, 3); 3]);
    assert_eq!(named("passwords.csv", table.as_bytes()), ["row number 1", "row number 2", "row number 3"]);
}
