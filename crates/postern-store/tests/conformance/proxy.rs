//! A proxy before a cluster that cuts connections in the middle of a commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

/// What becomes of commits that are cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cut {
    /// It does not reach the database.
    Before,
    /// It does, and the answer is lost.
    After,
}

/// The proxy. It ends with its runtime.
pub(crate) struct Proxy {
    folder: TempDir,
    /// Commits that were cut.
    pub(crate) cut: Arc<AtomicUsize>,
}

impl Proxy {
    /// Cuts every `each`th commit, before and after the database has it in turn.
    pub(crate) fn before(socket: &Path, each: usize) -> Self {
        let folder = tempfile::Builder::new().prefix("cut").tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("a socket");
        let (cut, seen) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counted, database) = (Arc::clone(&cut), socket.join(".s.PGSQL.5432"));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (cut, seen, database) = (Arc::clone(&counted), Arc::clone(&seen), database.clone());
                tokio::spawn(async move { relay(client, database, each, &seen, &cut).await });
            }
        });
        Self { folder, cut }
    }

    /// A connection string with the proxy in the place of the socket.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("host={} port=5432 user=postgres dbname={database}", self.folder.path().display())
    }
}

/// The simple query that commits, as it goes over the wire.
const COMMIT: &[u8] = b"Q\x00\x00\x00\x0bCOMMIT\x00";

async fn relay(
    mut client: UnixStream,
    database: PathBuf,
    each: usize,
    seen: &AtomicUsize,
    cut: &AtomicUsize,
) {
    let Ok(mut server) = UnixStream::connect(database).await else { return };
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(read @ 1..) = read else { return };
                let message = &asked[..read];
                if let Some(what) = cuts(message, each, seen) {
                    cut.fetch_add(1, Ordering::SeqCst);
                    if what == Cut::After {
                        let _ = server.write_all(message).await;
                        // The database has it and answers; nobody hears it.
                        let _ = server.read(&mut answered).await;
                    }
                    return;
                }
                if server.write_all(message).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(read @ 1..) = read else { return };
                if client.write_all(&answered[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn cuts(message: &[u8], each: usize, seen: &AtomicUsize) -> Option<Cut> {
    if !message.windows(COMMIT.len()).any(|window| window == COMMIT) {
        return None;
    }
    let number = seen.fetch_add(1, Ordering::SeqCst) + 1;
    number
        .is_multiple_of(each)
        .then(|| if (number / each).is_multiple_of(2) { Cut::Before } else { Cut::After })
}
