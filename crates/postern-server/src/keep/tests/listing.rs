//! A second host that has kept for long, asked by this release and the one before over HTTP, both ways.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;

use axum::Json;
use postern_core::ports::Place as _;
use postern_log::{Tile, TileKind};
use postern_outside::Place;
use postern_outside::kept_folder::KeptFolder;
use postern_outside::remote::{HostSettings, SecondHost, Trust};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::*;

const TOKEN: &str = "made-up-token-of-bundles-0000000";

/// A client of a host that is reached by HTTP.
async fn client(folder: &TempDir, router: Router) -> Arc<SecondHost> {
    let path = folder.path().join("token");
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&path).unwrap();
    std::io::Write::write_all(&mut file, TOKEN.as_bytes()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let settings = HostSettings { url, token: Place::File(path), trust: Trust::default() };
    Arc::new(SecondHost::new(settings, Duration::from_secs(20)).unwrap())
}

async fn listed(client: &Arc<SecondHost>, under: &'static str) -> Vec<String> {
    let client = Arc::clone(client);
    tokio::task::spawn_blocking(move || client.list(under).unwrap()).await.unwrap()
}

fn bundles(events: u64) -> Vec<String> {
    Tile::all(TileKind::Entries, events).map(|tile| format!("ten_a/{tile}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_has_kept_for_long_is_listed_page_by_page() {
    let folder = TempDir::new().unwrap();
    let shelf = Arc::new(KeptFolder::open(folder.path()).unwrap());
    let at = folder.path().join("bundles");
    // The log of years, its last bundle at every width, and a hundred thousand keys of one day.
    let events = 256 * 25_000 + 99;
    let last = bundles(events).pop().unwrap();
    let widths = (1..100).map(|width| last.replace(".p/99", &format!(".p/{width}")));
    let keys: Vec<String> = (0..100_000).map(|key| format!("keyring/100/ten_a/{key}-{}", key + 1)).collect();
    for name in bundles(events).into_iter().chain(widths).chain(keys.iter().cloned()) {
        let path = at.join(name);
        // Most folders are there.
        if File::create(&path).is_err() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            File::create(&path).unwrap();
        }
    }
    let secret = || Zeroizing::new(TOKEN.as_bytes().to_vec());
    let tokens = Tokens { anchors: Zeroizing::default(), bundles: secret() };
    let host = router(Arc::new(Keeping { shelf, tokens, writing: Mutex::new(()) }));
    let client = client(&folder, host).await;
    assert_eq!(listed(&client, "ten_a").await, bundles(events));
    assert_eq!(listed(&client, "ten_b").await, Vec::<String>::new());
    let found = listed(&client, "").await;
    assert_eq!((found.len(), found.last()), (keys.len() + 25_001, Some(&last)));
    let mut found = listed(&client, "keyring").await;
    let mut keys = keys;
    found.sort_unstable();
    keys.sort_unstable();
    assert_eq!(found, keys);
}

/// As the release before listed: everything, whoever asks for what.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_of_the_release_before_is_understood() {
    let all = ["ten_a/entries/000.p/9", "keyring/100/ten_a/0-5", "ten_a/entries/000", "ten_ab/entries/000"];
    let router = Router::new().route("/bundles", get(async move || Json(all)));
    let folder = TempDir::new().unwrap();
    let client = client(&folder, router).await;
    assert_eq!(listed(&client, "").await, all);
    assert_eq!(listed(&client, "ten_a").await, [all[0], all[2]]);
}
