//! Rows, parts, claims and wrapped keys.

use super::{Way, way};
use crate::ground::Ground;
use crate::seen_by::ENDED_SET;

const COLUMNS: &str = "version, body, seal, state, due";

/// An older row of the same record.
pub(super) fn replay(ground: &Ground, table: &str, id: &str) {
    ground.run(&format!(
        "UPDATE {table} SET ({COLUMNS}) = (SELECT {COLUMNS} FROM yesterday_{table} o WHERE o.id = {id} AND o.tenant = {table}.tenant) \
         WHERE id = {id}"
    ));
}

/// The row of another record.
fn copy(ground: &Ground, table: &str, from: &str, to: &str) {
    ground.run(&format!(
        "UPDATE {table} SET ({COLUMNS}) = (SELECT {COLUMNS} FROM {table} o WHERE o.id = {from}) WHERE id = {to}"
    ));
}

/// Another byte in the middle of a column.
pub(super) fn flip(ground: &Ground, table: &str, column: &str, row: &str) {
    let (behind, row) = (ground.behind(), ground.named(row));
    let found = behind.read(&format!("SELECT {} FROM {table} WHERE {row}", behind.hex(column)));
    let mut bytes = crate::behind::from_hex(&found[0][0]);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    behind.run(&format!("UPDATE {table} SET {column} = {} WHERE {row}", behind.bytes(&bytes)));
}

pub(super) fn rows() -> Vec<Way> {
    vec![
        way("one bit of a subject's body", |it| flip(it, "subject", "body", "id = {anna}")).answer("code-not-accepted")
            .verify("is not as it was written"),
        way("one bit of a subject's seal", |it| flip(it, "subject", "seal", "id = {anna}")).answer("code-not-accepted")
            .verify("is not as it was written"),
        way("a subject's version raised", |it| it.run("UPDATE subject SET version = version + 1 WHERE id = {anna}")).answer("code-not-accepted")
            .verify("is not as it was written"),
        way("a subject's version lowered", |it| it.run("UPDATE subject SET version = version - 1 WHERE id = {anna}")).answer("code-not-accepted")
            .verify("is not as it was written"),
        way("a revoked set's state column set to active", |it| {
            it.run("UPDATE subject SET state = 'active' WHERE id = {bert}");
        })
            .verify("is not as it was written"),
        way("a set's expiry column put a year away", |it| {
            it.run("UPDATE subject SET due = due + 31536000000 WHERE id = {anna}");
        }).answer("code-not-accepted")
            .verify("is not as it was written"),
        way("a set copied from another subject", |it| copy(it, "subject", "{hugo}", "{anna}")).answer("code-not-accepted")
            .verify("is not as it was written"),
        way("a set copied from another tenant's subject", |it| copy(it, "subject", "{dora}", "{anna}")).answer("code-not-accepted")
            .verify("is not as it was written"),
        way("spent bits: yesterday's row of who has spent a code", |it| replay(it, "subject", "{anna}")).answer("code-not-accepted")
            .verify("its events make"),
        way("a revoked set: yesterday's row", |it| replay(it, "subject", "{bert}"))
            .verify("is not as it was written"),
        way("a revoked set: yesterday's row and no ended set", |it| {
            replay(it, "subject", "{bert}");
            it.run("DELETE FROM part WHERE id = {bert}");
        })
            .verify("its events make"),
        way("guess budget: yesterday's row of who was guessed at", |it| replay(it, "subject", "{hugo}"))
            .verify("its events make"),
        way("kinds: yesterday's row of who has a canary today", |it| replay(it, "subject", "{kim}"))
            .verify("is not as it was written"),
        way("kinds copied from another subject", |it| copy(it, "subject", "{kim}", "{anna}")).answer("code-not-accepted")
            .verify("is not as it was written"),
        way("who has left: yesterday's row", |it| replay(it, "subject", "{gina}"))
            .verify("is not as it was written"),
        way("who was erased: yesterday's row", |it| replay(it, "subject", "{emil}"))
            .verify("its events make"),
        way("a subject's row deleted", |it| it.run("DELETE FROM subject WHERE id = {anna}")).answer("code-not-accepted")
            .verify("its events have no row"),
        way("a subject's row and its name's place deleted", |it| {
            it.run("DELETE FROM claim WHERE owner = {anna}; DELETE FROM subject WHERE id = {anna}");
        }).answer("code-not-accepted")
            .verify("its events have no row"),
        way("a subject moved to another tenant", |it| {
            it.run("UPDATE subject SET tenant = {other_t} WHERE id = {anna}");
        }).answer("code-not-accepted")
            .verify("its events have no row"),
        way("two subjects' rows swapped", |it| {
            it.run(
                "UPDATE subject SET id = {t} WHERE id = {anna}; UPDATE subject SET id = {anna} WHERE id = {hugo}; \
                 UPDATE subject SET id = {hugo} WHERE id = {t}",
            );
        }).answer("code-not-accepted")
            .verify("is not as it was written"),
        way("two tenants' rows swapped", |it| {
            for table in ["application", "subject", "claim", "keyring", "bucket"] {
                it.run(&format!(
                    "UPDATE {table} SET tenant = {{anna}} WHERE tenant = {{t}}; \
                     UPDATE {table} SET tenant = {{t}} WHERE tenant = {{other_t}}; \
                     UPDATE {table} SET tenant = {{other_t}} WHERE tenant = {{anna}}"
                ));
            }
        }).answer("key-unknown")
            .verify("is not as it was written"),
        way("an application's scopes copied from another", |it| copy(it, "application", "{login}", "{narrow}"))
            .verify("is not as it was written"),
        way("an application key: yesterday's row, before it was revoked", |it| replay(it, "application", "{login}")).answer("code-not-accepted")
            .verify("its events make"),
        way("one bit of an application's keys", |it| flip(it, "application", "body", "id = {login}")).answer("key-unknown")
            .verify("is not as it was written"),
        way("an application deleted", |it| it.run("DELETE FROM application WHERE id = {narrow}"))
            .verify("its events have no row"),
        way("a prover: yesterday's row, before it was revoked", |it| replay(it, "prover", "{old_prover}"))
            .verify("its events make"),
        way("a prover's key copied from another", |it| copy(it, "prover", "{prover}", "{old_prover}"))
            .verify("is not as it was written"),
        way("a prover deleted", |it| it.run("DELETE FROM prover WHERE id = {old_prover}"))
            .verify("its events have no row"),
        way("a tenant's settings: yesterday's row", |it| replay(it, "tenant", "{t}")).answer("code-not-accepted")
            .verify("its events make"),
        way("a tenant's settings copied from another", |it| copy(it, "tenant", "{other_t}", "{t}")).answer("key-unknown")
            .verify("is not as it was written"),
        way("a tenant deleted with everything of it but its log", |it| {
            for table in ["tenant", "application", "prover", "subject", "bucket", "part", "claim", "keyring"] {
                it.run(&format!("DELETE FROM {table} WHERE tenant = {{other_t}}"));
            }
        })
            .verify("its events have no row"),
        way("a tenant deleted with its log", |it| {
            for table in crate::ground::RECORDED.into_iter().chain(["checkpoint"]) {
                it.run(&format!("DELETE FROM {table} WHERE tenant = {{other_t}}"));
            }
        })
            .start("does not continue what its anchor knows")
            .verify("it is known, and has no events"),
        way("guesses for nobody: yesterday's row", |it| {
            it.run(&format!(
                "UPDATE bucket SET ({COLUMNS}) = (SELECT {COLUMNS} FROM yesterday_bucket o WHERE o.id = bucket.id) \
                 WHERE id IN (SELECT id FROM yesterday_bucket)"
            ));
        })
            .verify("its events make"),
        way("guesses for nobody deleted", |it| it.run("DELETE FROM bucket"))
            .verify("its events have no row"),
    ]
}

pub(super) fn parts() -> Vec<Way> {
    vec![
        way("an ended set removed", |it| it.run("DELETE FROM part WHERE id = {cleo} AND number = 1"))
            .verify("is not as it was written"),
        way("every ended set removed", |it| it.run("DELETE FROM part WHERE id = {cleo}"))
            .verify("is not as it was written"),
        way("one bit of an ended set", |it| flip(it, "part", "body", "id = {cleo} AND number = 1"))
            .verify("is not as it was written")
            .also(ENDED_SET),
        way("two ended sets swapped", |it| {
            it.run(
                "UPDATE part SET number = 99 WHERE id = {cleo} AND number = 1; \
                 UPDATE part SET number = 1 WHERE id = {cleo} AND number = 2; \
                 UPDATE part SET number = 2 WHERE id = {cleo} AND number = 99",
            );
        })
            .verify("is not as it was written")
            .also(ENDED_SET),
        way("an ended set copied from another subject", |it| {
            it.run(
                "UPDATE part SET (body, seal) = (SELECT body, seal FROM part o WHERE o.id = {kim} AND o.number = 1) \
                 WHERE id = {cleo} AND number = 1",
            );
        })
            .verify("is not as it was written")
            .also(ENDED_SET),
        way("an ended set given to a subject that has none", |it| {
            it.run(
                "INSERT INTO part SELECT kind, tenant, {anna}, number, body, seal FROM part \
                 WHERE id = {cleo} AND number = 1",
            );
        }).answer("code-not-accepted")
            .verify("is not as it was written")
            .also(ENDED_SET),
        way("ended sets and the row of yesterday", |it| {
            replay(it, "subject", "{cleo}");
            it.run("DELETE FROM part WHERE id = {cleo}; INSERT INTO part SELECT * FROM yesterday_part WHERE id = {cleo}");
        })
            .verify("its events make"),
    ]
}

pub(super) fn claims() -> Vec<Way> {
    vec![
        way("a name given to another subject", |it| {
            it.run("UPDATE claim SET owner = {hugo} WHERE owner = {anna} AND space = 1");
        }).answer("code-not-accepted")
            .verify("its seal is wrong"),
        way("a name deleted", |it| it.run("DELETE FROM claim WHERE owner = {anna} AND space = 1")).answer("code-not-accepted")
            .verify("a place that it names is not claimed"),
        way("two names swapped", |it| {
            it.run(
                "UPDATE claim SET key = {t} WHERE owner = {anna} AND space = 1; \
                 UPDATE claim SET key = (SELECT key FROM today_claim o WHERE o.owner = {anna} AND o.space = 1) \
                 WHERE owner = {hugo} AND space = 1; \
                 UPDATE claim SET key = (SELECT key FROM today_claim o WHERE o.owner = {hugo} AND o.space = 1) \
                 WHERE owner = {anna} AND space = 1",
            );
        }).answer("code-not-accepted")
            .verify("its seal is wrong"),
        way("the name of who has left: yesterday's place", |it| {
            it.run(
                "DELETE FROM claim WHERE owner = {gina}; \
                 INSERT INTO claim SELECT * FROM yesterday_claim WHERE owner = {gina}",
            );
        })
            .verify("its owner does not name it"),
        way("a used assertion's place deleted", |it| it.run("DELETE FROM claim WHERE space = 2"))
            .gains(&["an assertion a second time"])
            .verify("the place of an assertion that it used is missing"),
        way("a used assertion's place given to another", |it| {
            it.run("UPDATE claim SET owner = {anna} WHERE space = 2");
        })
            .verify("its seal is wrong"),
        way("a place under an application's cap deleted", |it| it.run("DELETE FROM claim WHERE space = 3"))
            .verify("the place under a cap that an application took for it is missing"),
        way("a subject's wrapped key deleted", |it| it.run("DELETE FROM keyring WHERE id = {anna}"))
            .verify("its own key is missing"),
        way("a subject's wrapped key copied from another", |it| {
            it.run(
                "UPDATE keyring SET wrapped = (SELECT wrapped FROM keyring o WHERE o.id = {hugo}) WHERE id = {anna}",
            );
        })
            .verify("its own key is missing"),
        way("an erased subject's wrapped key: yesterday's", |it| {
            it.run("INSERT INTO keyring SELECT * FROM yesterday_keyring WHERE id = {emil}");
        })
            .verify("its own key is there again"),
    ]
}
