//! A database that waits for a standby which is not there, and is told to wait no longer: what is committed then may be gone
//! when another takes over, so nobody is told that it is done.

use std::sync::Arc;
use std::time::Duration;

use postern_cluster::{Cluster, Database};
use postern_core::kernel::Outcome;
use postern_store::postgres::{Options, Postgres, migrate};
use tokio::task::{JoinHandle, yield_now};

use crate::counter::Counted;
use crate::on_server::another;
use crate::support::{Ended, counter, record, run, sealer, sum};

/// A server without its standby. Only who asks for it waits.
fn alone() -> Cluster {
    Cluster::start(&[("synchronous_standby_names", "absent"), ("synchronous_commit", "local")])
}

/// A node whose commits wait for the standby, one batch after the other.
async fn waiting(database: &Database) -> Arc<Postgres> {
    migrate(&database.url()).await.expect("a database");
    let url = format!("{} options='-c synchronous_commit=on'", database.url());
    let options = Options { clocks: None, committers: 1, others: 1, sequences: false, ..Options::default() };
    Arc::new(another(&url, options).await)
}

fn adding(node: &Arc<Postgres>, number: u8) -> JoinHandle<Ended> {
    let node = Arc::clone(node);
    tokio::spawn(async move { record(&*node, counter(number), vec![Counted::Added(1)]).await })
}

/// Has those who wait for the standby do so no longer, by this function of the database; how many they are.
fn ends_waiting(database: &Database, by: &str) -> usize {
    let told = database.psql(&format!("SELECT {by}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"));
    told.lines().count()
}

#[test]
fn of_those_who_share_a_commit_that_no_standby_has_nobody_is_told_that_it_is_done() {
    run(async {
        let cluster = alone();
        let database = cluster.database();
        let node = waiting(&database).await;
        let tasks: Vec<_> = (1..=12).map(|number| adding(&node, number)).collect();
        let mut commits = 0;
        while !tasks.iter().all(JoinHandle::is_finished) {
            commits += ends_waiting(&database, "pg_cancel_backend");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!((1..12).contains(&commits), "{commits} commits: none was shared");
        for task in tasks {
            assert!(matches!(task.await.expect("it ends"), Outcome::Unknown));
        }
        for number in 1..=12 {
            assert_eq!(sum(&*node, counter(number)).await, 1, "it was done again");
        }
    });
}

#[test]
fn a_commit_that_was_cut_off_while_it_waited_is_not_done_before_a_later_one_is_replicated() {
    run(async {
        let cluster = alone();
        let database = cluster.database();
        let node = waiting(&database).await;
        let task = adding(&node, 1);
        while ends_waiting(&database, "pg_terminate_backend") == 0 {
            yield_now().await;
        }
        // It is there, and that says nothing: another commit has to wait as well.
        while !task.is_finished() {
            ends_waiting(&database, "pg_cancel_backend");
            yield_now().await;
        }
        assert!(matches!(task.await.expect("it ends"), Outcome::Unknown));
        assert_eq!(sum(&*node, counter(1)).await, 1);
    });
}

#[test]
fn who_takes_no_writes_is_not_connected_to() {
    run(async {
        let database = Database::new();
        migrate(&database.url()).await.expect("a database");
        let url = database.url();
        let open = || Postgres::open(url.as_str(), sealer(), [1; 16], Options::default());
        open().await.expect("it takes writes").close().await;
        let name = database.name();
        database.psql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
        assert!(open().await.is_err(), "what it reads may be old");
    });
}
