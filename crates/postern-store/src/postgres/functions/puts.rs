//! Functions that write what is not a record's row, and that take it away. Each says so with an error if the server did
//! not do it (a trigger, a rule, a policy): the transaction ends.

use super::Function;

/// A function's body that writes all of what it is given or ends the transaction.
fn writes(insert: &str, what: &str) -> String {
    format!(
        "DECLARE written int8;\nBEGIN\n{insert};\nGET DIAGNOSTICS written = ROW_COUNT;\n\
         IF written <> cardinality($1) THEN RAISE EXCEPTION '{what} was not written'; END IF;\nEND"
    )
}

/// A function's body that takes away what there is of a table's rows `r` at each of the keys `k`, or ends the transaction.
/// One by one: such a statement is planned for one key, whatever size a table had when a connection first planned it.
fn ends(table: &str, keys: &str, same: &str, what: &str) -> String {
    format!(
        "DECLARE k record;\nBEGIN\nFOR k IN SELECT * FROM {keys} LOOP\nDELETE FROM {table} r WHERE {same};\n\
         IF EXISTS (SELECT FROM {table} r WHERE {same}) \
         THEN RAISE EXCEPTION '{what} was not taken away'; END IF;\nEND LOOP;\nEND"
    )
}

/// Parts that come: kinds, tenants, ids, numbers, bodies, seals.
pub(super) fn put_parts() -> Function {
    let body = writes(
        "INSERT INTO part (kind, tenant, id, number, body, seal) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6) ORDER BY 1, 2, 3, 4 \
         ON CONFLICT (kind, tenant, id, number) DO UPDATE SET body = excluded.body, seal = excluded.seal",
        "a part",
    );
    Function::new("put_parts", "int2[], bytea[], bytea[], int8[], bytea[], bytea[]", "void", &body)
}

/// Parts that go: kinds, tenants, ids, numbers.
pub(super) fn end_parts() -> Function {
    let body = ends(
        "part",
        "unnest($1, $2, $3, $4) AS k (kind, tenant, id, number)",
        "r.kind = k.kind AND r.tenant = k.tenant AND r.id = k.id AND r.number = k.number",
        "a part",
    );
    Function::new("end_parts", "int2[], bytea[], bytea[], int8[]", "void", &body)
}

/// Places that are taken: the columns in order.
pub(super) fn put_claims() -> Function {
    let body = writes(
        "INSERT INTO claim (tenant, space, key, owner_kind, owner, version, until, seal) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY 1, 2, 3",
        "a claim",
    );
    let takes = "bytea[], int2[], bytea[], int2[], bytea[], int8[], int8[], bytea[]";
    Function::new("put_claims", takes, "void", &body)
}

/// Places that are given up: tenants, spaces, keys.
pub(super) fn end_claims() -> Function {
    let body = ends(
        "claim",
        "unnest($1, $2, $3) AS k (tenant, space, key)",
        "r.tenant = k.tenant AND r.space = k.space AND r.key = k.key",
        "a claim",
    );
    Function::new("end_claims", "bytea[], int2[], bytea[]", "void", &body)
}

/// Wrapped keys to keep: tenants, ids, wrapped keys.
pub(super) fn put_wrapped_keys() -> Function {
    let body = writes(
        "INSERT INTO keyring (tenant, id, wrapped) SELECT * FROM unnest($1, $2, $3) ORDER BY 1, 2 \
         ON CONFLICT (tenant, id) DO UPDATE SET wrapped = excluded.wrapped",
        "a wrapped key",
    );
    Function::new("put_wrapped_keys", "bytea[], bytea[], bytea[]", "void", &body)
}

/// Wrapped keys that are forgotten: tenants, ids.
pub(super) fn end_wrapped_keys() -> Function {
    let same = "r.tenant = k.tenant AND r.id = k.id";
    let body = ends("keyring", "unnest($1, $2) AS k (tenant, id)", same, "a wrapped key");
    Function::new("end_wrapped_keys", "bytea[], bytea[]", "void", &body)
}

/// Events that wait for a number, all of them or none: tenants, kinds, objects, versions, bodies, MACs.
pub(super) fn put_pending() -> Function {
    let body = writes(
        "INSERT INTO pending (tenant, kind, object, version, body, mac, at) \
         SELECT n.*, (extract(epoch FROM clock_timestamp()) * 1000)::int8 \
         FROM unnest($1, $2, $3, $4, $5, $6) AS n ORDER BY 1, 2, 3, 4",
        "an event",
    );
    Function::new("put_pending", "bytea[], int2[], bytea[], int8[], bytea[], bytea[]", "void", &body)
}
