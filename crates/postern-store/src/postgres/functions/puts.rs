//! Functions that write what is not a record's row.

use super::Function;

/// Parts that come: kinds, tenants, ids, numbers, bodies, seals.
pub(super) fn put_parts() -> Function {
    let body = "BEGIN\nINSERT INTO part (kind, tenant, id, number, body, seal) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6) ORDER BY 1, 2, 3, 4 \
         ON CONFLICT (kind, tenant, id, number) DO UPDATE SET body = excluded.body, seal = excluded.seal;\nEND";
    Function::new("put_parts", "int2[], bytea[], bytea[], int8[], bytea[], bytea[]", "void", body)
}

/// Places that are taken: the columns in order.
pub(super) fn put_claims() -> Function {
    let body = "BEGIN\nINSERT INTO claim (tenant, space, key, owner_kind, owner, version, until, seal) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY 1, 2, 3;\nEND";
    let takes = "bytea[], int2[], bytea[], int2[], bytea[], int8[], int8[], bytea[]";
    Function::new("put_claims", takes, "void", body)
}

/// Wrapped keys to keep: tenants, ids, wrapped keys.
pub(super) fn put_wrapped_keys() -> Function {
    let body = "BEGIN\nINSERT INTO keyring (tenant, id, wrapped) SELECT * FROM unnest($1, $2, $3) ORDER BY 1, 2 \
         ON CONFLICT (tenant, id) DO UPDATE SET wrapped = excluded.wrapped;\nEND";
    Function::new("put_wrapped_keys", "bytea[], bytea[], bytea[]", "void", body)
}

/// Events that wait for a number, all of them or none: tenants, kinds, objects, versions, bodies, MACs.
pub(super) fn put_pending() -> Function {
    let body = "DECLARE written int8;\nBEGIN\nINSERT INTO pending (tenant, kind, object, version, body, mac, at) \
         SELECT n.*, (extract(epoch FROM clock_timestamp()) * 1000)::int8 \
         FROM unnest($1, $2, $3, $4, $5, $6) AS n ORDER BY 1, 2, 3, 4;\n\
         GET DIAGNOSTICS written = ROW_COUNT;\n\
         IF written <> cardinality($1) THEN RAISE EXCEPTION 'an event was not written'; END IF;\nEND";
    Function::new("put_pending", "bytea[], int2[], bytea[], int8[], bytea[], bytea[]", "void", body)
}
