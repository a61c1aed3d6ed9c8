//! Pages: tags, cells, entities and attributes around and inside of codes, and mails that are pages only.

use super::{code, pieces};
use crate::archives::said;
use crate::site::places;

#[test]
fn a_code_is_found_through_tags() {
    let [prefix, begin, end] = pieces(1);
    let groups: Vec<String> = code(1).split('-').map(str::to_owned).collect();
    let joined = |joint: &str| groups.join(joint);
    for page in [
        format!("<p>{prefix}<span class=\"a b\" style='x: 1'>{begin}</span>{end}</p>"),
        format!("<p>{prefix}<b><i>{begin}</i></b><a\nhref=\"https://x.example/\">{end}</a></p>"),
        format!("<tr>\n  <td width=\"9\">{}</td>\n</tr>", joined("</td>\n  <td width=\"9\">")),
        format!("<tr><td>{}</td></tr>", joined("</td><td>")),
        joined("<br />\r\n      "),
        joined("</div>\n<div>"),
        joined("<wbr>&shy;"),
        joined("&#x2011;"),
        format!("<input type=\"text\" value=\"{}\">", code(1)),
        format!("<!-- {} -->", code(1)),
        format!("<a href=\"https://x.example/?code={}&amp;x=1\">", code(1)),
    ] {
        let found = places(page.as_bytes());
        assert!(found.iter().any(|(rule, ..)| rule == "postern-standard"), "{page}");
    }
}

#[test]
fn a_code_is_not_made_up_of_what_tags_part() {
    let [prefix, begin, end] = pieces(2);
    for page in [
        format!("{prefix}<h1>Title</h1>{begin}{end}"),
        format!("{prefix}<foreign>{begin}{end}"),
        format!("{prefix} < b > {begin}{end}"),
    ] {
        assert!(places(page.as_bytes()).iter().all(|(rule, ..)| rule != "postern-standard"), "{page}");
    }
}

#[test]
fn a_mail_that_is_a_page_is_read() {
    let [prefix, begin, end] = pieces(3);
    let mail = format!(
        "From: a@example.org\r\nSubject: codes\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\
         Content-Transfer-Encoding: quoted-printable\r\n\r\n<td style=3D\"color: red\">{prefix}<span\r\n \
         class=3D\"x\">{begin}</span=\r\n>{end}</td>\r\n"
    );
    assert_eq!(said("a.eml", mail.as_bytes()), (vec![":7:26".to_owned()], Vec::new()));
}
