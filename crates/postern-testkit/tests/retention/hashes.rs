//! Hashes over full tiles are stored, so that the first proof after a start reads no log; they are believed by their MAC
//! and by the signed root alone.
#![expect(clippy::disallowed_methods, reason = "these write behind the store's back")]

use postern_app::{App, EventName, Problem};
use postern_core::application::Token;
use postern_core::ids::TenantId;
use postern_core::ports::Keys as _;
use postern_testkit::{StoreKind, reopen};
use rusqlite::Connection;
use std::sync::Arc;

use crate::support::{aged, anchor};

/// A folder with a stored hash after its service has ended, and everything to open it again.
struct Ended {
    folder: tempfile::TempDir,
    keys: Arc<postern_testkit::CountedKeys>,
    clock: Arc<postern_testkit::TestClock>,
    tenant: TenantId,
    token: Arc<Token>,
}

impl Ended {
    async fn new() -> Self {
        let world = aged(StoreKind::Sqlite).await;
        anchor(&world).await;
        world.app.grow_trees().await;
        let token = Arc::clone(&world.token);
        let (folder, keys, clock, tenant) = world.close();
        Self { folder, keys, clock, tenant, token }
    }

    fn database(&self) -> Connection {
        Connection::open(self.folder.path().join("postern.db")).unwrap()
    }

    fn tiles(&self) -> i64 {
        let count = "SELECT count(*) FROM tile_hash WHERE tenant = ?1";
        self.database().query_row(count, (self.tenant.bytes(),), |row| row.get(0)).unwrap()
    }

    fn set(&self, hash: [u8; 32], mac: [u8; 32]) {
        let set = "UPDATE tile_hash SET hash = ?1, mac = ?2 WHERE tenant = ?3 AND tile = 0";
        assert_eq!(self.database().execute(set, (hash, mac, self.tenant.bytes())).unwrap(), 1);
    }

    fn opened(&self) -> Arc<App> {
        reopen(self.folder.path(), &self.keys, &self.clock)
    }

    async fn proves(&self, app: &App) -> Result<(), Problem> {
        let proof = app.proof(&self.token, EventName::Index(258)).await?;
        assert!(proof.check(&app.verifier_key(self.tenant)).is_ok());
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_takes_the_stored_hashes_and_reads_no_event_below_them() {
    let ended = Ended::new().await;
    assert_eq!(ended.tiles(), 1);
    // An event of the full tile cannot be read: whoever reads it has no proof.
    let spoil = "UPDATE event SET mac = zeroblob(32) WHERE tenant = ?1 AND idx = 3";
    assert_eq!(ended.database().execute(spoil, (ended.tenant.bytes(),)).unwrap(), 1);
    ended.proves(&ended.opened()).await.unwrap();
    ended.database().execute("DELETE FROM tile_hash", ()).unwrap();
    assert_eq!(ended.proves(&ended.opened()).await, Err(Problem::Unavailable), "it did not read the event");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_hash_that_was_altered_is_made_again() {
    let ended = Ended::new().await;
    ended.set([9; 32], [9; 32]);
    ended.proves(&ended.opened()).await.unwrap();
    assert_eq!(ended.tiles(), 1, "it is stored again");
    let hash: Vec<u8> = ended
        .database()
        .query_row("SELECT hash FROM tile_hash WHERE tile = 0", (), |row| row.get(0))
        .unwrap();
    assert_ne!(hash, [9; 32]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_hash_that_leads_elsewhere_than_what_was_signed_is_dropped() {
    let ended = Ended::new().await;
    // Genuine by its MAC, and wrong: nobody but the holder of the key could.
    let mac = ended.keys.local().sealer().tile(ended.tenant, 0, &[9; 32]);
    ended.set([9; 32], mac);
    let app = ended.opened();
    assert_eq!(ended.proves(&app).await, Err(Problem::Unavailable));
    assert_eq!(ended.tiles(), 0, "it stays and spoils every start");
    ended.proves(&app).await.unwrap();
}
