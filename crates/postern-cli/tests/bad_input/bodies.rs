//! Bodies: too long, too deep, numbers, names twice, bytes that are no text.

use postern_testkit::StoreKind;

use crate::site::Site;

/// A right redemption with something done to its text.
fn altered(site: &Site, from: &str, to: &str) -> Vec<u8> {
    let text = site.body(&site.sheet.codes[1]).to_string();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).into_bytes()
}

fn bodies(site: &Site) -> Vec<(&'static str, Vec<u8>)> {
    let right = site.body(&site.sheet.codes[1]).to_string();
    let nested =
        |open: &str, close: &str, depth| [open.repeat(depth), close.repeat(depth)].concat().into_bytes();
    let with = |from: &str, to: &str| altered(site, from, to);
    let raw = |from: &[u8], to: &[u8]| {
        let bytes = right.as_bytes();
        let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
        [&bytes[..at], to, &bytes[at + from.len()..]].concat()
    };
    let code = format!("\"code\":\"{}\"", site.sheet.codes[1]);
    vec![
        ("a mebibyte of spaces", vec![b' '; 1 << 20]),
        ("a mebibyte of letters", vec![b'x'; 1 << 20]),
        ("a right one after 64 KiB of spaces", [vec![b' '; 64 << 10].as_slice(), right.as_bytes()].concat()),
        ("deep lists", nested("[", "]", 30_000)),
        ("deep objects", nested("{\"a\":", "}", 10_000)),
        ("deep lists that do not end", b"[".repeat(60_000)),
        (
            "a deep member more",
            with("\"txn\"", &format!("\"x\":{}1{},\"txn\"", "[".repeat(200), "]".repeat(200))),
        ),
        ("a deep external id", with("\"anna\"", &format!("{}{}", "[".repeat(2_000), "]".repeat(2_000)))),
        ("a member more", with("\"txn\"", "\"other\":1,\"txn\"")),
        ("a member more inside", with("\"level\"", "\"other\":1,\"level\"")),
        ("the code twice", with(&code, &format!("{code},{code}"))),
        ("the code twice, once in escapes", with(&code, &format!("{code},\"c\\u006fde\":\"x\""))),
        ("the subject twice", with("\"txn\"", "\"subject\":{\"external_id\":\"anna\"},\"txn\"")),
        ("a member of the first factor twice", with("\"level\"", "\"level\":\"aal1\",\"level\"")),
        ("a member of the client twice", with("\"address\"", "\"address\":\"192.0.2.1\",\"address\"")),
        ("a number beyond all", with("\"anna\"", "1e400")),
        ("a number with a million's exponent", with("\"anna\"", "1e1000000")),
        ("a number of a thousand digits", with("\"anna\"", &"9".repeat(1_000))),
        ("a number where text is wanted", with("\"login-0123456789\"", "-0")),
        ("not a number", with("\"anna\"", "NaN")),
        ("half a surrogate", with("anna", "\\ud800")),
        ("surrogates the wrong way round", with("anna", "\\udc00\\ud800")),
        ("a NUL in a name", with("anna", "an\\u0000na")),
        ("a NUL in a transaction", with("login-", "log\\u0000in-")),
        ("a control character in a name", with("anna", "an\\u001bna")),
        ("a raw control character", raw(b"anna", b"an\x01na")),
        ("a raw NUL", raw(b"anna", b"an\0na")),
        ("bytes that are no UTF-8", raw(b"anna", b"an\xff\xfena")),
        ("an overlong form", raw(b"anna", b"an\xc0\xafna")),
        ("a surrogate in UTF-8", raw(b"anna", b"an\xed\xa0\x80na")),
        ("bytes that are no UTF-8 in the code", raw(b"\"code\":\"", b"\"code\":\"\xff")),
        ("a byte order mark", [b"\xef\xbb\xbf", right.as_bytes()].concat()),
        ("UTF-16", right.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("nothing", Vec::new()),
        ("null", b"null".to_vec()),
        ("a list", b"[]".to_vec()),
        ("a text", b"\"x\"".to_vec()),
        ("half a body", right.as_bytes()[..right.len() / 2].to_vec()),
        ("a comma too many", with("0123456789\"}", "0123456789\",}")),
        ("something after it", [right.as_bytes(), b"{}"].concat()),
        ("twice", [right.as_bytes(), right.as_bytes()].concat()),
        ("a form", b"code=x&subject=anna".to_vec()),
        ("a name that is too long", with("anna", &"a".repeat(256))),
        ("a name of nothing", with("anna", "")),
        ("a transaction that is too long", with("login-0123456789", &"a".repeat(129))),
        ("a transaction with an umlaut", with("login-0123456789", "login-0123456789-\u{e4}")),
        ("a code of 60,000 letters", with(&code, &format!("\"code\":\"{}\"", "A".repeat(60_000)))),
        ("a code of invisible letters", with(&code, &format!("\"code\":\"{}\"", "\\u200b".repeat(9_000)))),
        (
            "a code that grows when normalised",
            with(&code, &format!("\"code\":\"{}\"", "\u{fdfa}".repeat(20_000))),
        ),
        ("a code that is a list", with(&code, "\"code\":[\"x\"]")),
        ("no code", with(&code, "\"code\":null")),
        ("another purpose", with("second_factor", "everything")),
        ("a time beyond all", with("\"aal1\",\"method\":\"pwd\"", "\"aal9\",\"method\":\"pwd\"")),
        ("an address that is none", with("192.0.2.1", "999.0.2.1")),
    ]
}

async fn refused(kind: StoreKind) {
    let site = Site::new(kind).await;
    for (about, body) in bodies(&site) {
        let reply = site.send(&site.request("/v1/redemptions", &body)).await;
        reply.documented(about);
        let statuses = reply.statuses();
        // A server that ends the connection before it has read everything may not be heard.
        assert!(statuses.iter().all(|status| (400..500).contains(status)), "{about}: {statuses:?}");
        assert!(!statuses.is_empty() || body.len() > 64 << 10, "{about} was not answered");
        let (_, told) = reply.last();
        assert!(!told.contains("anna") && !told.contains("aaaa"), "{about} is shown again: {told}");
    }
    site.serves_others().await;
    site.is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_none_spend_nothing_sqlite() {
    refused(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_none_spend_nothing_two_nodes() {
    refused(StoreKind::Postgres).await;
}

/// Every route that takes a body, with those that no route takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_route_takes_them() {
    let site = Site::new(StoreKind::Memory).await;
    let confirm = format!("/v1/code-sets/{}/confirm", site.sheet.set);
    let revoke = format!("/v1/code-sets/{}/revoke", site.sheet.set);
    let routes =
        ["/v1/subjects", "/v1/subjects/lookup", "/v1/code-sets", "/v1/code-sets/revoke", "/v1/rehearsals"];
    let no_route_takes: Vec<_> = bodies(&site)
        .into_iter()
        .filter(|(about, _)| {
            ["mebibyte", "deep lists", "deep objects", "null", "list", "UTF-16"]
                .iter()
                .any(|one| about.contains(one))
        })
        .collect();
    assert!(no_route_takes.len() > 6);
    for path in routes.into_iter().chain([confirm.as_str(), revoke.as_str()]) {
        for (about, body) in &no_route_takes {
            let reply = site.send(&site.request(path, body)).await;
            reply.documented(&format!("{path}: {about}"));
            let told = reply.statuses();
            assert!(told.iter().all(|status| (400..500).contains(status)), "{path}: {about}");
            assert!(!told.is_empty() || body.len() > 64 << 10, "{path}: {about} was not answered");
        }
    }
    site.is_whole().await;
}
