//! A request inside another: whoever stands before the service may have read the length and not the chunks, or the
//! other way round. Such a connection is ended with the first answer (RFC 9112 §6.1), so that there is no second.

use postern_testkit::StoreKind;

use crate::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_inside_another_is_never_done() {
    let site = Site::new(StoreKind::Sqlite).await;
    let right = site.body(&site.sheet.codes[1]).to_string();
    let inner = String::from_utf8(site.request("/v1/redemptions", right.as_bytes())).unwrap();
    // The length covers the chunks and what follows them; the chunks end at once.
    let chunks = format!("2\r\n{{}}\r\n0\r\n\r\n{inner}");
    let length = format!("Content-Length: {}\r\n", chunks.len());
    let chunked = "Transfer-Encoding: chunked\r\n";
    let heads = [
        format!("{length}{chunked}"),
        format!("{chunked}{length}"),
        format!("{length}Transfer-Encoding : chunked\r\n"),
        format!("{length}Transfer-Encoding: xchunked\r\n"),
        format!("{length}Transfer-Encoding:\r\n chunked\r\n"),
        format!("{length}transfer-encoding: CHUNKED\r\n"),
        format!("{length}Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n"),
        format!("{length}Transfer-Encoding: cow\r\nTransfer-Encoding: chunked\r\n"),
    ];
    for head in heads {
        for path in ["/v1/subjects/lookup", "/absent", "/healthz"] {
            let reply = site.send((site.head(path, &head) + &chunks).as_bytes()).await;
            reply.documented(&head);
            assert!(reply.statuses().len() <= 1, "{head}: two answers: {:?}", reply.statuses());
            assert_eq!(site.spent().await, 0, "{head}: the inner request was done");
        }
    }
    // The length ends early: what follows is another request of the same connection, as said.
    let first = site.head("/v1/subjects/lookup", "Content-Length: 2\r\n") + "{}";
    let reply = site.send((first + "x\r\n\r\n").as_bytes()).await;
    assert_eq!(reply.statuses(), [400, 400]);
    site.serves_others().await;
    site.is_whole().await;
    // Where only chunks say how long the body is, nobody can read it otherwise: what follows is the next request. So the
    // test would see an inner request that is done.
    let other = site.body(&site.sheet.codes[2]).to_string();
    let inner = String::from_utf8(site.request("/v1/redemptions", other.as_bytes())).unwrap();
    let inner = inner.replace("Idempotency-Key: bad-input", "Idempotency-Key: another");
    let control = site.head("/absent", chunked) + "2\r\n{}\r\n0\r\n\r\n" + &inner;
    assert_eq!(site.send(control.as_bytes()).await.statuses(), [404, 201]);
}

/// In one connection, one after the other, each for itself: a bad one takes none of its neighbours along.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_requests_in_one_connection_each_is_for_itself() {
    let site = Site::new(StoreKind::Sqlite).await;
    let get = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
    let wrong = site.body("PSTN-1").to_string();
    let wrong = site.head("/v1/redemptions", &format!("Content-Length: {}\r\n", wrong.len())) + &wrong;
    let bad = site.head("/v1/redemptions", "Content-Length: 3\r\n") + "{]}";
    let all = [get, &wrong, &bad, get, &bad, "nonsense\r\n\r\n", get].concat();
    let reply = site.send(all.as_bytes()).await;
    assert_eq!(reply.statuses(), [200, 422, 400, 200, 400, 400], "after what is no HTTP there is nothing");
    let many = site.send(get.repeat(300).as_bytes()).await;
    assert_eq!(many.statuses(), vec![200; 300]);
    site.is_whole().await;
}
