//! Both dialects have the same steps and the same tables, but for what only many nodes need.

use std::collections::BTreeSet;

use crate::harness::OnDisk;
use crate::on_server::OnServer;
use crate::support::run;

/// Tables that only many nodes need.
const NODES: [&str; 3] = ["lease", "pending", "quarantine"];

#[test]
fn both_dialects_have_the_same_steps_and_tables() {
    run(async {
        let (disk, server) = (OnDisk::new(), OnServer::read_committed());
        drop(server.node());
        let raw = disk.raw();
        let all = |text: &str| -> Vec<String> {
            let mut statement = raw.prepare(text).expect("a statement");
            statement.query_map((), |row| row.get(0)).expect("rows").map(|row| row.expect("a row")).collect()
        };
        let steps = "SELECT number || ' ' || name FROM migration ORDER BY number";
        let on_server = server.database().psql(steps);
        assert_eq!(all(steps), on_server.lines().collect::<Vec<_>>());
        // Table, column, kind, whether it may be empty, place in the key.
        let on_disk: BTreeSet<String> = all(
            "SELECT t.name || ' ' || c.name || ' ' || c.type || ' ' || (c.\"notnull\" = 0) || ' ' || c.pk
             FROM pragma_table_list t, pragma_table_info(t.name) c
             WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%'",
        )
        .into_iter()
        .collect();
        let columns = server.database().psql(
            "SELECT c.relname || ' ' || a.attname || ' '
               || CASE format_type(a.atttypid, NULL) WHEN 'bytea' THEN 'BLOB' WHEN 'text' THEN 'TEXT'
               WHEN 'bigint' THEN 'INTEGER' WHEN 'smallint' THEN 'INTEGER' ELSE format_type(a.atttypid, NULL) END
               || ' ' || (NOT a.attnotnull)::int || ' ' || coalesce(array_position(i.indkey::int[], a.attnum::int) + 1, 0)
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
             LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
             WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace",
        );
        let of_nodes = |line: &&str| NODES.iter().any(|table| line.split(' ').next() == Some(*table));
        let on_server: BTreeSet<String> =
            columns.lines().filter(|line| !of_nodes(line)).map(ToOwned::to_owned).collect();
        assert!(on_disk.len() > 40);
        assert_eq!(on_disk.symmetric_difference(&on_server).collect::<Vec<_>>(), Vec::<&String>::new());
        assert!(columns.lines().any(|line| of_nodes(&line)));
    });
}
