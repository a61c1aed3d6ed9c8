//! What a second host takes and what it does not, over its router.

mod listing;

use std::fs::File;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::StatusCode;
use http_body_util::BodyExt as _;
use postern_log::{Anchor, Frontier, leaf_hash};
use postern_outside::kept_folder::KeptFolder;
use tempfile::TempDir;
use tower::ServiceExt as _;
use zeroize::Zeroizing;

use super::*;

const ANCHORS: &str = "made-up-token-of-anchors-0000000";
const BUNDLES: &str = "made-up-token-of-bundles-0000000";

fn host() -> (TempDir, Router) {
    let folder = TempDir::new().unwrap();
    let shelf = Arc::new(KeptFolder::open(folder.path()).unwrap());
    let secret = |token: &str| Zeroizing::new(token.as_bytes().to_vec());
    let tokens = Tokens { anchors: secret(ANCHORS), bundles: secret(BUNDLES) };
    let router = router(Arc::new(Keeping { shelf, tokens, writing: Mutex::new(()) }));
    (folder, router)
}

async fn ask(
    host: &Router,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &[u8],
) -> (StatusCode, Option<String>, Vec<u8>) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = host.clone().oneshot(request.body(Body::from(body.to_vec())).unwrap()).await.unwrap();
    let tag = answer.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
    (answer.status(), tag, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

fn anchor(epoch: u64, first: &str, size: u8) -> Vec<u8> {
    let mut tree = Frontier::new();
    (0..size).for_each(|leaf| tree.append(leaf_hash(format!("{first}{leaf}").as_bytes())));
    Anchor { epoch, logs: [("ten_a".to_owned(), tree)].into() }.to_json()
}

async fn put(host: &Router, condition: (&str, &str), body: &[u8]) -> (StatusCode, Option<String>) {
    let token = format!("Bearer {ANCHORS}");
    let headers = [("authorization", token.as_str()), condition];
    let (status, tag, _) = ask(host, ("PUT", "/anchors/node"), &headers, body).await;
    (status, tag)
}

#[tokio::test]
async fn nothing_is_said_without_the_right_token() {
    let (_folder, host) = host();
    for (path, wrong) in [("/anchors/node", BUNDLES), ("/bundles", ANCHORS), ("/bundles/a/b", ANCHORS)] {
        let shorter = ANCHORS.get(1..).unwrap();
        for token in [format!("Bearer {wrong}"), "Bearer ".into(), format!("Bearer {shorter}"), wrong.into()]
        {
            for method in ["GET", "PUT"] {
                let answer = ask(&host, (method, path), &[("authorization", &token)], b"x").await;
                assert_eq!((answer.0, answer.2.len()), (StatusCode::UNAUTHORIZED, 0), "{method} {path}");
            }
        }
        assert_eq!(ask(&host, ("GET", path), &[], b"").await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(ask(&host, ("GET", "/healthz"), &[], b"").await.0, StatusCode::OK);
}

#[tokio::test]
async fn an_anchor_goes_forward_only() {
    let (folder, host) = host();
    let five = anchor(3, "", 5);
    let (status, tag) = put(&host, ("if-none-match", "*"), &five).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let tag = tag.unwrap();
    assert_eq!(put(&host, ("if-none-match", "*"), &five).await.0, StatusCode::PRECONDITION_FAILED);
    assert_eq!(
        put(&host, ("if-match", "\"other\""), &anchor(3, "", 6)).await.0,
        StatusCode::PRECONDITION_FAILED
    );
    assert_eq!(put(&host, ("x-none", "*"), &anchor(3, "", 6)).await.0, StatusCode::PRECONDITION_REQUIRED);
    for back in
        [anchor(3, "", 4), anchor(2, "", 5), anchor(2, "", 6), anchor(4, "other", 5), anchor(4, "", 0)]
    {
        assert_eq!(put(&host, ("if-match", &tag), &back).await.0, StatusCode::CONFLICT);
    }
    for odd in [&five[..five.len() - 1], b"{}", b""] {
        assert_eq!(put(&host, ("if-match", &tag), odd).await.0, StatusCode::BAD_REQUEST);
    }
    let (status, six) = put(&host, ("if-match", &tag), &anchor(3, "", 6)).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(put(&host, ("if-match", &tag), &anchor(3, "", 7)).await.0, StatusCode::PRECONDITION_FAILED);

    // Somebody at that host lets it go back, once, and only under a new epoch. A write that fails uses nothing up.
    File::create(folder.path().join("anchors/node.leave")).unwrap();
    let six = six.unwrap();
    assert_eq!(put(&host, ("if-match", &six), &anchor(3, "", 4)).await.0, StatusCode::CONFLICT);
    std::fs::create_dir(folder.path().join("anchors/node.new")).unwrap();
    let failed = put(&host, ("if-match", &six), &anchor(4, "", 4)).await.0;
    assert_eq!(failed, StatusCode::SERVICE_UNAVAILABLE);
    std::fs::remove_dir(folder.path().join("anchors/node.new")).unwrap();
    assert_eq!(put(&host, ("if-match", &tag), &anchor(4, "", 4)).await.0, StatusCode::PRECONDITION_FAILED);
    let (status, four) = put(&host, ("if-match", &six), &anchor(4, "", 4)).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(put(&host, ("if-match", &four.unwrap()), &anchor(5, "", 3)).await.0, StatusCode::CONFLICT);
    let token = format!("Bearer {ANCHORS}");
    let kept = ask(&host, ("GET", "/anchors/node"), &[("authorization", &token)], b"").await;
    assert_eq!(kept.2, anchor(4, "", 4));
}

#[tokio::test]
async fn a_bundle_is_written_once_and_never_deleted() {
    let (_folder, host) = host();
    let token = format!("Bearer {BUNDLES}");
    let headers = [("authorization", token.as_str())];
    let path = "/bundles/ten_a/entries/000.p/7";
    assert_eq!(ask(&host, ("GET", path), &headers, b"").await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(&host, ("PUT", path), &headers, b"first").await.0, StatusCode::CREATED);
    assert_eq!(ask(&host, ("PUT", path), &headers, b"second").await.0, StatusCode::PRECONDITION_FAILED);
    for method in ["DELETE", "POST", "PATCH"] {
        assert_eq!(ask(&host, (method, path), &headers, b"").await.0, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(ask(&host, ("GET", path), &headers, b"").await.2, b"first");
    let listed = ask(&host, ("GET", "/bundles"), &headers, b"").await.2;
    assert_eq!(listed, b"[\"ten_a/entries/000.p/7\"]");
    let odd_queries =
        ["under=..", "after=a%2f..%2fb", "under=a%20b", "after=", "under=a&more=1", "narrower=perhaps"];
    for odd in odd_queries {
        let status = ask(&host, ("GET", &format!("/bundles?{odd}")), &headers, b"").await.0;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{odd}");
    }
    for odd in ["/bundles/..%2fanchors%2fnode", "/bundles/a%2f..%2fb", "/bundles/a%20b", "/bundles/a.new"] {
        assert_eq!(ask(&host, ("PUT", odd), &headers, b"x").await.0, StatusCode::BAD_REQUEST, "{odd}");
    }
    let long = vec![0; LONGEST + 1];
    assert_eq!(ask(&host, ("PUT", "/bundles/long"), &headers, &long).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}
