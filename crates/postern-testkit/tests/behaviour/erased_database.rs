//! An erased person on PostgreSQL: nothing of them is in a dump of the database, and their key leaves its files.

use std::path::Path;
use std::time::Duration;

use postern_app::Client;
use postern_cluster::Database;
use postern_codes::Format;
use postern_core::ids::SubjectId;
use postern_testkit::{Redeem, StoreKind, World};

const ANNA: &str = "anna.quillfeather@people.example";
const BERT: &str = "bert.marshwiggle@people.example";
const AGENT: &str = "Quillfeather/7.3 (a made-up browser)";

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A subject's wrapped key, in hexadecimal.
fn wrapped(database: &Database, id: SubjectId) -> String {
    let id = hexadecimal(&id.bytes());
    database
        .psql(&format!("SELECT encode(wrapped, 'hex') FROM keyring WHERE id = '\\x{id}'"))
        .trim()
        .to_owned()
}

/// Whether the keyring's file has a key: what was deleted stays in it until a vacuum.
fn is_in_file(database: &Database, key: &str) -> bool {
    database.psql("CHECKPOINT");
    let folder = database.psql("SHOW data_directory");
    let file = database.psql("SELECT pg_relation_filepath('keyring')");
    let bytes = std::fs::read(Path::new(folder.trim()).join(file.trim())).unwrap();
    hexadecimal(&bytes).contains(key)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_erased_person_nothing_is_in_the_database() {
    let world = World::new(StoreKind::Postgres).await;
    let (anna, bert) = (world.subject(ANNA).await, world.subject(BERT).await);
    let sheet = world.issue(ANNA, Format::Standard).await;
    let client = Client { user_agent: Some(AGENT.to_owned()), ..Client::default() };
    let asked =
        postern_app::Redemption { client, ..world.redemption(ANNA, &sheet.codes[1], Redeem::default()) };
    world.app.redeem(&world.token, asked).await.unwrap();
    let database = world.database();
    let (of_anna, of_bert) = (wrapped(database, anna), wrapped(database, bert));
    assert!(of_anna.len() > 32 && database.dump().contains(&of_anna) && is_in_file(database, &of_anna));

    world.app.request_erasure(&world.token, anna).await.unwrap();
    world.clock.advance(Duration::from_secs(86_400));
    world.app.settle_due().await;
    world.app.number_pending().await;
    let dump = database.dump();
    let personal = [ANNA, AGENT].map(|text| [text.to_owned(), hexadecimal(text.as_bytes())]);
    for secret in personal.iter().flatten().chain([&of_anna]) {
        assert!(!dump.contains(secret.as_str()), "{secret}");
    }
    assert!(dump.contains(&of_bert), "the other's key is gone too");
    // After every deletion autovacuum does by itself what is done here: the table asks for it.
    let options = database.psql("SELECT reloptions FROM pg_class WHERE relname = 'keyring'");
    assert!(options.contains("autovacuum_vacuum_threshold=0"), "{options}");
    database.psql("VACUUM keyring");
    assert!(!is_in_file(database, &of_anna), "a vacuum leaves it in the file");
    assert!(is_in_file(database, &of_bert));
    assert!(world.app.verify(None, true).await.unwrap().verified);
}
