//! Odd targets and methods.

use postern_testkit::StoreKind;

use crate::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_targets_and_methods_reach_nothing() {
    let site = Site::new(StoreKind::Memory).await;
    let long = format!("/{}", "x".repeat(5_000));
    let body = site.body(&site.sheet.codes[1]).to_string();
    let targets = [
        "//v1/redemptions",
        "/v1//redemptions",
        "/v1/redemptions/",
        "/v1/./redemptions",
        "/v1/../v1/redemptions",
        "/%2e%2e/v1/redemptions",
        "/v1/%2e/redemptions",
        "/v1%2fredemptions",
        "/v1/redemption%73",
        "/V1/redemptions",
        "/v1/redemptions%00",
        "/v1/redemptions;x=1",
        "/v1/subjects/%00",
        "/v1/subjects/%ff",
        "/v1/subjects/..%2f..",
        "/v1/code-sets/%F0%9F%98%80/confirm",
        "*",
        "v1/redemptions",
        "http:///v1/redemptions",
        "http://[::1",
        "/\u{7f}",
        "/v1/redemptions /x",
        "\\v1\\redemptions",
        &long,
        "",
        "?",
        "#",
    ];
    for target in targets {
        for method in ["POST", "GET", "DELETE"] {
            let head = site.head(target, &format!("Connection: close\r\nContent-Length: {}\r\n", body.len()));
            let request = head.replacen("POST", method, 1) + &body;
            let reply = site.send(request.as_bytes()).await;
            reply.documented(&format!("{method} {target}"));
            let told = reply.statuses();
            assert!(!told.contains(&201) && !told.contains(&200), "{method} {target}: {told:?}");
            assert!(!told.is_empty() || target.len() > 8 << 10, "{method} {target} was not answered");
        }
    }
    let name = "M".repeat(9_000);
    for method in
        ["post", "POSTS", "TRACE", "OPTIONS", "HEAD", "PUT", "PRI", "M-SEARCH", "\u{1}", "P OST", "", &name]
    {
        let request =
            site.head("/v1/redemptions", &format!("Connection: close\r\nContent-Length: {}\r\n", body.len()));
        let reply = site.send((request.replacen("POST", method, 1) + &body).as_bytes()).await;
        if method != "HEAD" {
            reply.documented(method);
        }
        assert!(!reply.statuses().contains(&201), "{method}");
    }
    let connect = site.send(b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n").await;
    connect.documented("CONNECT");
    assert!(connect.statuses().iter().all(|status| *status >= 400), "{connect:?}");
    site.serves_others().await;
    site.is_whole().await;
}

/// The absolute form (RFC 9112 §3.2.2) is the same request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_absolute_form_is_the_same_request() {
    let site = Site::new(StoreKind::Memory).await;
    let reply = site
        .send(b"GET http://localhost/openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!(reply.statuses()[0], 200);
}
