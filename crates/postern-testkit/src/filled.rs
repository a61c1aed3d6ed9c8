//! A database full of people, for measuring: decided and sealed in this process, written in large pieces.

use std::path::Path;

use postern_core::ids::TenantId;
use postern_core::ports::{Clock as _, Keys as _};
use postern_outside::clock::SystemClock;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::KeyFile;
use postern_store::many::Many;
use postern_store::{postgres, sqlite};
use tokio::sync::mpsc::{Sender, channel};

use crate::Maker;

/// A person and the codes of a set, as they are printed.
pub type Person = (String, Vec<String>);

/// Which database.
#[derive(Clone, Copy)]
pub enum Database<'a> {
    /// One of PostgreSQL. A service may use it meanwhile.
    Server(&'a str),
    /// A data folder that no service has.
    Folder(&'a Path),
}

enum Fill {
    Server(postgres::Fill),
    Folder(sqlite::Fill),
}

impl Fill {
    async fn write(&mut self, many: Many) {
        match self {
            Self::Server(fill) => fill.write(many).await.unwrap(),
            Self::Folder(fill) => fill.write(&many).unwrap(),
        }
    }
}

/// People that are written at once.
const AT_ONCE: u64 = 5_000;

/// Fills a tenant of an installation with so many people; gives about so many of them, evenly spread. `said` is told
/// how many there are so far.
///
/// # Panics
/// If the key file or the database is not there.
pub async fn fill(
    keys: &Path,
    database: Database<'_>,
    tenant: &str,
    [people, kept]: [u64; 2],
    said: impl Fn(u64),
) -> Vec<Person> {
    let (keys, tenant) = (KeyFile::open(keys).unwrap(), TenantId::parse(tenant).unwrap());
    let sealer = keys.local().sealer().clone();
    let mut fill = match database {
        Database::Server(url) => Fill::Server(postgres::Fill::connect(url, sealer, tenant).await.unwrap()),
        Database::Folder(folder) => Fill::Folder(sqlite::Fill::open(folder, sealer, tenant).unwrap()),
    };
    let (made, mut written) = channel(2);
    let maker = std::thread::spawn(move || make(&keys, tenant, people, kept, &made));
    let mut sheets = Vec::new();
    while let Some((many, some, count)) = written.recv().await {
        fill.write(many).await;
        sheets.extend(some);
        said(count);
    }
    maker.join().unwrap();
    sheets
}

fn make(keys: &KeyFile, tenant: TenantId, people: u64, kept: u64, made: &Sender<(Many, Vec<Person>, u64)>) {
    let maker = Maker { keys, entropy: &SystemEntropy, tenant, now: SystemClock.now() };
    let every = (people / kept.max(1)).max(1);
    let mut first = 0;
    while first < people {
        let (mut many, mut some) = (Many::new(keys.local().sealer().clone()), Vec::new());
        let end = people.min(first + AT_ONCE);
        for number in first..end {
            let name = format!("filled-{number:08}@example.org");
            let codes = maker.person(&name, &mut many);
            if number % every == 0 {
                some.push((name, codes.iter().map(|code| code.to_string()).collect()));
            }
        }
        first = end;
        if made.blocking_send((many, some, end)).is_err() {
            return;
        }
    }
}
