//! Functions of each kind of record: lock and read, insert, update.

use postern_core::kernel::Kind;

use super::super::schema::ROW;
use super::Function;

/// A record's row `r` by the key in `of`. The key's index is the only one that begins with these columns: a plan that
/// is made while a table is small could go by another such index, and would be kept while the table grows.
pub(super) fn at(of: &str) -> String {
    format!("r.tenant = {of}.tenant AND r.id = {of}.id")
}

/// Columns of a record's row, with their types.
const ROW_TABLE: &str =
    "TABLE (tenant bytea, id bytea, version int8, body bytea, seal bytea, state text, due int8)";

/// Locks rows in the order of their keys and gives them as they are once locked; then, without a version, the keys
/// of records whose next event is there already: pending, numbered or put aside. Tenants, ids, whether to change.
pub(super) fn lock(kind: Kind) -> Function {
    let (table, number) = (kind.name(), kind.number());
    let locked = |strength: &str| {
        format!(
            "RETURN QUERY SELECT r.* FROM unnest($1, $2) AS k (tenant, id) CROSS JOIN LATERAL \
             (SELECT {ROW} FROM {table} r WHERE {} LIMIT 1 FOR {strength}) r;",
            at("k")
        )
    };
    // No EXISTS: it may be planned as a hash of everything of this kind.
    let next = |of: &str| {
        format!(
            "(SELECT true FROM {of} e WHERE e.tenant = k.tenant AND e.kind = {number} AND e.object = k.id \
             AND e.version = n.version)"
        )
    };
    let body = format!(
        "BEGIN\nIF $3 THEN {}\nELSE {}\nEND IF;\n\
         RETURN QUERY SELECT k.tenant, k.id, NULL::int8, NULL::bytea, NULL::bytea, NULL::text, NULL::int8 \
         FROM unnest($1, $2) AS k (tenant, id) CROSS JOIN LATERAL (SELECT coalesce((SELECT r.version \
         FROM {table} r WHERE {}), 0) + 1 OFFSET 0) AS n (version) \
         WHERE coalesce({}, {}, {}, false);\nEND",
        locked("UPDATE"),
        locked("SHARE"),
        at("k"),
        next("pending"),
        next("event"),
        next("quarantine"),
    );
    Function::new(format!("{table}_lock"), "bytea[], bytea[], boolean", ROW_TABLE, &body)
}

/// New rows, all of them or none: tenants, ids, versions, bodies, seals, states, dues.
pub(super) fn insert(kind: Kind) -> Function {
    let table = kind.name();
    let body = format!(
        "DECLARE written int8;\nBEGIN\nINSERT INTO {table} (tenant, id, version, body, seal, state, due) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) ORDER BY 1, 2;\n\
         GET DIAGNOSTICS written = ROW_COUNT;\n\
         IF written <> cardinality($1) THEN RAISE EXCEPTION 'a row was not written'; END IF;\nEND"
    );
    let takes = "bytea[], bytea[], int8[], bytea[], bytea[], text[], int8[]";
    Function::new(format!("{table}_insert"), takes, "void", &body)
}

/// Changed rows, which are locked: the same, and the versions before. A row that is not changed all the same (a trigger,
/// a policy of the server) ends the transaction.
pub(super) fn update(kind: Kind) -> Function {
    let table = kind.name();
    let body = format!(
        "DECLARE n record;\nBEGIN\nFOR n IN SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) \
         AS n (tenant, id, version, body, seal, state, due, expect) LOOP\n\
         UPDATE {table} r SET version = n.version, body = n.body, seal = n.seal, state = n.state, due = n.due \
         WHERE {} AND r.version = n.expect;\n\
         IF NOT FOUND THEN RAISE EXCEPTION 'a row was not written'; END IF;\nEND LOOP;\nEND",
        at("n")
    );
    let takes = "bytea[], bytea[], int8[], bytea[], bytea[], text[], int8[], int8[]";
    Function::new(format!("{table}_update"), takes, "void", &body)
}
