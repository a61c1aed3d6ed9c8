//! A server that drops a write without an error (a trigger, a rule, a policy): what is written beside a record's row, or
//! taken away, is not said to be done then, and nothing of that work is there.

use postern_core::kernel::{Claim, Key, KeyringEntry, Kind, Outcome, Step, decide};
use postern_core::ports::Store;

use crate::counter::Counted;
use crate::on_server::OnServer;
use crate::support::{Ended, add, counter, draft, held, look, place, record_all, run, tenant};

/// What stands beside a record's row.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Beside {
    Part,
    Claim,
    WrappedKey,
}

impl Beside {
    fn table(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Claim => "claim",
            Self::WrappedKey => "keyring",
        }
    }

    /// Makes it, or takes it away.
    async fn becomes(self, store: &dyn Store, is_there: bool) -> Ended {
        let (key, subject) = (counter(1), subject());
        let fact = match (self, is_there) {
            (Self::Part, true) => Counted::PartAdded(1, vec![1; 40]),
            (Self::Part, false) => Counted::PartDropped(1),
            _ => Counted::Added(1),
        };
        let view = look(store, &[key]).await;
        decide(store, &view, move |view| {
            let mut draft = draft();
            let version = record_all(view.held(key)?, std::slice::from_ref(&fact), &mut draft).version();
            match (self, is_there) {
                (Self::Part, _) => {}
                (Self::Claim, true) => {
                    draft.claim(Claim { place: place(7), owner: key, version, until: None });
                }
                (Self::Claim, false) => draft.release(place(7), key),
                (Self::WrappedKey, true) => draft.keep_key(KeyringEntry { subject, wrapped: vec![7; 60] }),
                (Self::WrappedKey, false) => draft.forget_key(subject),
            }
            Ok(Step::Decided(draft, 0))
        })
        .await
    }

    async fn is_there(self, store: &dyn Store) -> bool {
        match self {
            Self::Part => {
                held(store, counter(1)).await.state().is_some_and(|counter| !counter.parts.is_empty())
            }
            Self::Claim => !store.claims(tenant(1)).await.expect("claims").is_empty(),
            Self::WrappedKey => store.keyring(subject()).await.expect("a keyring").is_some(),
        }
    }
}

fn subject() -> Key {
    Key { kind: Kind::Subject, ..counter(1) }
}

#[test]
fn what_the_server_drops_beside_a_row_ends_the_transaction() {
    run(async {
        for beside in [Beside::Part, Beside::Claim, Beside::WrappedKey] {
            let server = OnServer::read_committed();
            let (store, database) = (server.node(), server.database());
            database.psql(
                "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            );
            for (is_there, act) in [(true, "INSERT"), (false, "DELETE")] {
                let table = beside.table();
                database.psql(&format!(
                    "CREATE TRIGGER planted BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION planted()"
                ));
                let before = held(&*store, counter(1)).await.version();
                let dropped = beside.becomes(&*store, is_there).await;
                assert!(matches!(dropped, Outcome::Busy), "{act} ON {table} was dropped: {dropped:?}");
                database.psql(&format!("DROP TRIGGER planted ON {table}"));
                assert_eq!(beside.is_there(&*store).await, !is_there, "{act} ON {table}");
                assert_eq!(held(&*store, counter(1)).await.version(), before, "{act} ON {table}");
                // It is done once the server does as it is told.
                assert!(matches!(beside.becomes(&*store, is_there).await, Outcome::Committed(0)));
                assert_eq!(beside.is_there(&*store).await, is_there, "{act} ON {table}");
            }
        }
    });
}

#[test]
fn what_the_server_drops_of_a_log_is_not_numbered() {
    run(async {
        for dropped in ["INSERT ON event", "UPDATE ON log_head"] {
            let server = OnServer::read_committed();
            let (store, database) = (server.node(), server.database());
            add(&*store, counter(1), 1).await;
            store.number_now().await.expect("its event is numbered");
            add(&*store, counter(1), 2).await;
            database.psql(
                "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            );
            database.psql(&format!(
                "CREATE TRIGGER planted BEFORE {dropped} FOR EACH ROW EXECUTE FUNCTION planted()"
            ));
            assert!(store.number_now().await.is_err(), "{dropped} was dropped");
            database.psql("DROP FUNCTION planted CASCADE");
            store.number_now().await.expect("it is numbered now");
            assert_eq!(database.psql("SELECT count(*), max(idx) FROM event").trim(), "2|1", "{dropped}");
            assert_eq!(store.head(tenant(1)).await.expect("a head").frontier.size(), 2, "{dropped}");
        }
    });
}
