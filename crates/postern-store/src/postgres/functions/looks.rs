//! Functions that look: at one moment for a request, at parts and claims for a batch.

use postern_core::kernel::Kind;

use super::super::schema::{CLAIM, ROW};
use super::Function;
use super::records::at;

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
pub(super) fn claims_at() -> Function {
    let body = format!("BEGIN\nRETURN QUERY {};\nEND", found_claims());
    Function::new("claims_at", "bytea[], int2[], bytea[]", format!("TABLE ({CLAIM_COLUMNS})"), &body)
}

/// Parts of records: kinds, tenants, ids.
pub(super) fn parts_of() -> Function {
    let body = "BEGIN\nRETURN QUERY SELECT p.* FROM unnest($1, $2, $3) AS k (kind, tenant, id) CROSS JOIN LATERAL \
         (SELECT p.kind, p.tenant, p.id, p.number, p.body, p.seal FROM part p WHERE p.kind = k.kind \
         AND p.tenant = k.tenant AND p.id = k.id ORDER BY p.number) p;\nEND";
    let gives = "TABLE (kind int2, tenant bytea, id bytea, number int8, body bytea, seal bytea)";
    Function::new("parts_of", "int2[], bytea[], bytea[]", gives, body)
}

/// Wrapped keys: tenants, ids.
pub(super) fn wrapped_keys() -> Function {
    let body = "BEGIN\nRETURN QUERY SELECT r.* FROM unnest($1, $2) AS k (tenant, id) CROSS JOIN LATERAL \
         (SELECT r.tenant, r.id, r.wrapped FROM keyring r WHERE r.tenant = k.tenant AND r.id = k.id LIMIT 1) r;\nEND";
    Function::new("wrapped_keys", "bytea[], bytea[]", "TABLE (tenant bytea, id bytea, wrapped bytea)", body)
        .of_one_moment()
}

/// Everything that looks want, from one moment: tenants, spaces and keys of places; kinds, tenants and ids of
/// records. What the owners of these places are is looked up too. The first column says what a row is: 0 a claim,
/// with its columns from 1 on; 1 a record and 2 a part, with kind, key and columns from 9 on.
pub(super) fn view() -> Function {
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
             FROM {table} r WHERE {} OFFSET 0) r WHERE w.kind = {number}; END IF;\n",
            at("w")
        ));
    }
    body.push_str("END");
    let gives = "TABLE (what int2, claim_tenant bytea, space int2, key bytea, owner_kind int2, owner bytea, \
         claim_version int8, until int8, claim_seal bytea, kind int2, tenant bytea, id bytea, version int8, \
         body bytea, seal bytea, state text, due int8)";
    Function::new("view", "bytea[], int2[], bytea[], int2[], bytea[], bytea[]", gives, &body).of_one_moment()
}
