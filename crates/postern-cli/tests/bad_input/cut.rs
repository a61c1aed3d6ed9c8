//! A request that ends after each of its bytes: nothing of it is done.

use postern_testkit::StoreKind;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::site::Site;

async fn cut(kind: StoreKind) {
    let site = Site::new(kind).await;
    let body = site.body(&site.sheet.codes[1]).to_string();
    let whole = site.request("/v1/redemptions", body.as_bytes());
    for length in 0..whole.len() {
        let mut stream = TcpStream::connect(site.authority()).await.unwrap();
        stream.write_all(&whole[..length]).await.unwrap();
        drop(stream);
    }
    site.serves_others().await;
    // Whatever was begun has ended when a stop would end: the same world, whole, and the code is there.
    site.is_whole().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_cut_at_any_byte_is_not_done_sqlite() {
    cut(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_cut_at_any_byte_is_not_done_two_nodes() {
    cut(StoreKind::Postgres).await;
}
