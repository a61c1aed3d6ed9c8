//! Functions in the database: made again where they are missing, and planned for any size.

use std::sync::Mutex;

use postern_store::postgres::{Shape, migrate_watched, shape};

use crate::on_server::OnServer;
use crate::support::run;

#[test]
fn a_function_that_is_not_as_it_was_made_is_made_again() {
    run(async {
        let server = OnServer::read_committed();
        drop(server.node());
        let (database, url) = (server.database(), server.database().url());
        assert_eq!(shape(&url).await.expect("a shape"), Shape::Known);
        let changed = "CREATE OR REPLACE FUNCTION parts_of(int2[], bytea[], bytea[]) RETURNS TABLE (kind int2, \
             tenant bytea, id bytea, number int8, body bytea, seal bytea) LANGUAGE sql AS 'SELECT * FROM part'";
        for harm in ["DROP FUNCTION subject_lock(bytea[], bytea[], boolean)", changed] {
            database.psql(harm);
            let behind = Shape::Behind(vec![(5, "functions")]);
            assert_eq!(shape(&url).await.expect("a shape"), behind, "{harm}");
            let said = Mutex::new(Vec::new());
            let applied = |done, all| said.lock().expect("a lock").push((done, all));
            let migrated = migrate_watched(&url, &applied).await.expect("migrates");
            assert_eq!(migrated, [(5, "functions")], "{harm}");
            assert_eq!(said.into_inner().expect("a lock"), [(0, 1), (1, 1)]);
            assert_eq!(shape(&url).await.expect("a shape"), Shape::Known, "{harm}");
        }
        // A later program's functions are its own.
        database.psql("INSERT INTO migration VALUES (999, 'later', '2031-01-01T00:00:00Z')");
        database.psql(changed);
        assert_eq!(shape(&url).await.expect("a shape"), Shape::Known);
    });
}

/// A connection plans while a table is empty and known to be, and keeps the plan while it grows.
#[test]
fn a_plan_for_an_empty_table_goes_by_the_key_when_it_has_grown() {
    run(async {
        let server = OnServer::read_committed();
        drop(server.node());
        let database = server.database();
        database.psql("ANALYZE");
        let key = "ARRAY[decode(repeat('01', 16), 'hex')], ARRAY[decode(md5('7'), 'hex')]";
        let looks = format!(
            "SELECT count(*) FROM subject_lock({key}, true); SELECT count(*) FROM view('{{}}', '{{}}', '{{}}', \
             ARRAY[4::int2], {key});"
        );
        let update = format!(
            "subject_update({key}, '{{2}}', '{{x}}', '{{y}}', '{{active}}', ARRAY[NULL::int8], '{{1}}')"
        );
        // It is planned, and finds nothing to change.
        let nothing =
            format!("DO $do$ BEGIN PERFORM {update}; EXCEPTION WHEN raise_exception THEN NULL; END $do$;");
        database.psql(&format!(
            "{looks} {nothing} INSERT INTO subject SELECT decode(repeat('01', 16), 'hex'), decode(md5(n::text), 'hex'), 1, \
             'x', 'y', 'active', NULL FROM generate_series(1, 20000) n; {looks} SELECT {update};"
        ));
        let scans = |index: &str| {
            database
                .psql(&format!("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = '{index}'"))
        };

        assert_ne!(scans("subject_pkey").trim(), "0");
        assert_eq!(database.psql("SELECT version FROM subject WHERE version <> 1").trim(), "2");
    });
}
