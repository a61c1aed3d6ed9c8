//! The statements of every request, as functions in the database. A connection keeps the plan of a function's
//! statements, also behind a pool that lends it out anew with every transaction; planning them each time took most
//! of a batch's time.
//!
//! `migrate` makes them anew with every step. An older program may still call them: a function is changed only in
//! what such a program does not see, otherwise the new one gets another name.

use postern_core::kernel::Kind;

use super::schema::{CLAIM, ROW};

/// Every plan is for any number of rows and goes by the index: a plan outlives the sizes that it was made for.
const PLANS: &str = "SET plan_cache_mode = force_generic_plan SET enable_seqscan = off";

/// All of them.
pub(super) fn all() -> String {
    let of_kinds = Kind::ALL.into_iter().flat_map(|kind| [lock(kind), insert(kind), update(kind)]);
    let others = [
        view(),
        parts_of(),
        claims_at(),
        wrapped_keys(),
        put_parts(),
        put_claims(),
        put_wrapped_keys(),
        put_pending(),
    ];
    of_kinds.chain(others).collect()
}

/// A function whose statements each see what is committed when they begin.
fn function(name: &str, takes: &str, gives: &str, body: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION {name}({takes}) RETURNS {gives} LANGUAGE plpgsql {PLANS} AS $function$\n\
         #variable_conflict use_column\n{body}\n$function$;\n"
    )
}

/// A function that reads, all of it as of one moment.
fn reading(name: &str, takes: &str, gives: &str, body: &str) -> String {
    function(name, takes, gives, body).replace("LANGUAGE plpgsql", "LANGUAGE plpgsql STABLE")
}

/// Columns of a record's row, with their types.
const ROW_TABLE: &str =
    "TABLE (tenant bytea, id bytea, version int8, body bytea, seal bytea, state text, due int8)";

/// Locks rows in the order of their keys and gives them as they are once locked; then, without a version, the keys
/// of records whose next event is there already: pending, numbered or put aside. Tenants, ids, whether to change.
fn lock(kind: Kind) -> String {
    let (table, number) = (kind.name(), kind.number());
    let locked = |strength: &str| {
        format!(
            "RETURN QUERY SELECT r.* FROM unnest($1, $2) AS k (tenant, id) CROSS JOIN LATERAL \
             (SELECT {ROW} FROM {table} r WHERE r.tenant = k.tenant AND r.id = k.id LIMIT 1 FOR {strength}) r;"
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
         FROM {table} r WHERE r.tenant = k.tenant AND r.id = k.id), 0) + 1 OFFSET 0) AS n (version) \
         WHERE coalesce({}, {}, {}, false);\nEND",
        locked("UPDATE"),
        locked("SHARE"),
        next("pending"),
        next("event"),
        next("quarantine"),
    );
    function(&format!("{table}_lock"), "bytea[], bytea[], boolean", ROW_TABLE, &body)
}

/// New rows: tenants, ids, versions, bodies, seals, states, dues.
fn insert(kind: Kind) -> String {
    let table = kind.name();
    let body = format!(
        "BEGIN\nINSERT INTO {table} (tenant, id, version, body, seal, state, due) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) ORDER BY 1, 2;\nEND"
    );
    let takes = "bytea[], bytea[], int8[], bytea[], bytea[], text[], int8[]";
    function(&format!("{table}_insert"), takes, "void", &body)
}

/// Changed rows, which are locked: the same, and the versions before. Where state and due stay, no index is
/// touched.
fn update(kind: Kind) -> String {
    let table = kind.name();
    let body = format!(
        "DECLARE n record;\nBEGIN\nFOR n IN SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) \
         AS n (tenant, id, version, body, seal, state, due, expect) LOOP\n\
         UPDATE {table} r SET version = n.version, body = n.body, seal = n.seal, state = n.state, due = n.due \
         WHERE r.tenant = n.tenant AND r.id = n.id AND r.version = n.expect;\nEND LOOP;\nEND"
    );
    let takes = "bytea[], bytea[], int8[], bytea[], bytea[], text[], int8[], int8[]";
    function(&format!("{table}_update"), takes, "void", &body)
}

/// Columns of a claim, with their types.
const CLAIM_COLUMNS: &str = "tenant bytea, space int2, key bytea, owner_kind int2, owner bytea, version int8, \
     until int8, seal bytea";

/// Claims at the places in the first three arguments.
fn found_claims() -> String {
    format!(
        "SELECT c.* FROM unnest($1, $2, $3) AS k (tenant, space, key) CROSS JOIN LATERAL (SELECT {CLAIM} \
         FROM claim c WHERE c.tenant = k.tenant AND c.space = k.space AND c.key = k.key LIMIT 1) c"
    )
}

/// Who holds places: tenants, spaces, keys.
fn claims_at() -> String {
    let body = format!("BEGIN\nRETURN QUERY {};\nEND", found_claims());
    function("claims_at", "bytea[], int2[], bytea[]", &format!("TABLE ({CLAIM_COLUMNS})"), &body)
}

/// Parts of records: kinds, tenants, ids.
fn parts_of() -> String {
    let body = "BEGIN\nRETURN QUERY SELECT p.* FROM unnest($1, $2, $3) AS k (kind, tenant, id) CROSS JOIN LATERAL \
         (SELECT p.kind, p.tenant, p.id, p.number, p.body, p.seal FROM part p WHERE p.kind = k.kind \
         AND p.tenant = k.tenant AND p.id = k.id ORDER BY p.number) p;\nEND";
    let gives = "TABLE (kind int2, tenant bytea, id bytea, number int8, body bytea, seal bytea)";
    function("parts_of", "int2[], bytea[], bytea[]", gives, body)
}

/// Wrapped keys: tenants, ids.
fn wrapped_keys() -> String {
    let body = "BEGIN\nRETURN QUERY SELECT r.* FROM unnest($1, $2) AS k (tenant, id) CROSS JOIN LATERAL \
         (SELECT r.tenant, r.id, r.wrapped FROM keyring r WHERE r.tenant = k.tenant AND r.id = k.id LIMIT 1) r;\nEND";
    reading("wrapped_keys", "bytea[], bytea[]", "TABLE (tenant bytea, id bytea, wrapped bytea)", body)
}

/// Everything that looks want, from one moment: tenants, spaces and keys of places; kinds, tenants and ids of
/// records. What the owners of these places are is looked up too. The first column says what a row is: 0 a claim,
/// with its columns from 1 on; 1 a record and 2 a part, with kind, key and columns from 9 on.
fn view() -> String {
    const NO_CLAIM: &str = "NULL::bytea, NULL::int2, NULL::bytea, NULL::int2, NULL::bytea, NULL::int8, \
         NULL::int8, NULL::bytea";
    const NO_ROW: &str =
        "NULL::int2, NULL::bytea, NULL::bytea, NULL::int8, NULL::bytea, NULL::bytea, NULL::text, NULL::int8";
    let claims = found_claims();
    let mut body = format!(
        "DECLARE kinds int2[]; tenants bytea[]; ids bytea[];\nBEGIN\n\
         RETURN QUERY SELECT 0::int2, c.*, {NO_ROW} FROM ({claims}) c;\n\
         SELECT array_agg(w.kind), array_agg(w.tenant), array_agg(w.id) INTO kinds, tenants, ids FROM \
         (SELECT * FROM unnest($4, $5, $6) AS k (kind, tenant, id) \
         UNION SELECT c.owner_kind, c.tenant, c.owner FROM ({claims}) c) w;\n\
         RETURN QUERY SELECT 2::int2, {NO_CLAIM}, p.*, NULL::text, NULL::int8 \
         FROM unnest(kinds, tenants, ids) AS w (kind, tenant, id) CROSS JOIN LATERAL (SELECT p.kind, p.tenant, \
         p.id, p.number, p.body, p.seal FROM part p WHERE p.kind = w.kind AND p.tenant = w.tenant \
         AND p.id = w.id OFFSET 0) p;\n"
    );
    for kind in Kind::ALL {
        let (table, number) = (kind.name(), kind.number());
        body.push_str(&format!(
            "IF {number} = ANY (kinds) THEN RETURN QUERY SELECT 1::int2, {NO_CLAIM}, {number}::int2, r.* \
             FROM unnest(kinds, tenants, ids) AS w (kind, tenant, id) CROSS JOIN LATERAL (SELECT {ROW} \
             FROM {table} r WHERE r.tenant = w.tenant AND r.id = w.id LIMIT 1) r WHERE w.kind = {number}; \
             END IF;\n"
        ));
    }
    body.push_str("END");
    let gives = "TABLE (what int2, claim_tenant bytea, space int2, key bytea, owner_kind int2, owner bytea, \
         claim_version int8, until int8, claim_seal bytea, kind int2, tenant bytea, id bytea, version int8, \
         body bytea, seal bytea, state text, due int8)";
    reading("view", "bytea[], int2[], bytea[], int2[], bytea[], bytea[]", gives, &body)
}

/// Parts that come: kinds, tenants, ids, numbers, bodies, seals.
fn put_parts() -> String {
    let body = "BEGIN\nINSERT INTO part (kind, tenant, id, number, body, seal) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6) ORDER BY 1, 2, 3, 4 \
         ON CONFLICT (kind, tenant, id, number) DO UPDATE SET body = excluded.body, seal = excluded.seal;\nEND";
    function("put_parts", "int2[], bytea[], bytea[], int8[], bytea[], bytea[]", "void", body)
}

/// Places that are taken: the columns in order.
fn put_claims() -> String {
    let body = "BEGIN\nINSERT INTO claim (tenant, space, key, owner_kind, owner, version, until, seal) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY 1, 2, 3;\nEND";
    let takes = "bytea[], int2[], bytea[], int2[], bytea[], int8[], int8[], bytea[]";
    function("put_claims", takes, "void", body)
}

/// Wrapped keys to keep: tenants, ids, wrapped keys.
fn put_wrapped_keys() -> String {
    let body = "BEGIN\nINSERT INTO keyring (tenant, id, wrapped) SELECT * FROM unnest($1, $2, $3) ORDER BY 1, 2 \
         ON CONFLICT (tenant, id) DO UPDATE SET wrapped = excluded.wrapped;\nEND";
    function("put_wrapped_keys", "bytea[], bytea[], bytea[]", "void", body)
}

/// Events that wait for a number: tenants, kinds, objects, versions, bodies, MACs.
fn put_pending() -> String {
    let body = "BEGIN\nINSERT INTO pending (tenant, kind, object, version, body, mac, at) \
         SELECT n.*, (extract(epoch FROM clock_timestamp()) * 1000)::int8 \
         FROM unnest($1, $2, $3, $4, $5, $6) AS n ORDER BY 1, 2, 3, 4;\nEND";
    function("put_pending", "bytea[], int2[], bytea[], int8[], bytea[], bytea[]", "void", body)
}

#[cfg(test)]
mod tests {
    /// The step with which functions changed last.
    const LAST: i64 = 5;

    /// A database has the functions of its last step. So a change of any needs a step of its own, here and in the
    /// SQLite store; then this gets the new text's hash, and `LAST` that step.
    #[test]
    fn functions_change_only_with_a_step() {
        let hash = postern_log::leaf_hash(super::all().as_bytes());
        let hash: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((super::super::migrations::last() >= LAST, hash.as_str()), (true, "7895ed761a4b04f5"));
    }
}
