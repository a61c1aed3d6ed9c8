//! Logs are gone over beside each other, and what is found is what is found in each of them by itself.

use postern_core::ids::TenantId;
use postern_testkit::{StoreKind, World, tenant};
use rusqlite::Connection;
use serde_json::{Value, json};

/// More than are gone over at the same time.
const TENANTS: usize = 20;

async fn verified(world: &World, tenant: Option<TenantId>) -> Value {
    serde_json::to_value(world.app.verify(tenant, true).await.unwrap()).unwrap()
}

/// What each log has by itself, put together in the order of tenants.
async fn one_by_one(world: &World, tenants: &[TenantId]) -> Value {
    let mut tenants = tenants.to_vec();
    tenants.sort_unstable();
    let (mut logs, mut findings, mut rows) = (Vec::new(), Vec::new(), 0);
    for tenant in tenants {
        let one = verified(world, Some(tenant)).await;
        assert_eq!(one["logs"].as_array().unwrap().len(), 1);
        logs.extend(one["logs"].as_array().unwrap().clone());
        findings.extend(one["findings"].as_array().unwrap().clone());
        rows += one["rows"].as_u64().unwrap();
    }
    json!({
        "verified": findings.is_empty(), "replayed": true, "logs": logs, "rows": rows, "not_replayed": [],
        "findings": findings,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn logs_beside_each_other_say_what_each_says_by_itself() {
    let world = World::new(StoreKind::Sqlite).await;
    let mut tenants = vec![TenantId::SYSTEM, world.tenant];
    for number in 0..TENANTS {
        tenants.push(tenant(&world.app, &format!("tenant-{number}")).await.0);
    }
    let clean = verified(&world, None).await;
    assert_eq!(clean["verified"], true, "{}", clean["findings"]);
    assert_eq!(clean, one_by_one(&world, &tenants).await);

    let behind = Connection::open(world.data().join("postern.db")).unwrap();
    let alter = |sql: &str, tenant: TenantId| assert_eq!(behind.execute(sql, [tenant.bytes()]).unwrap(), 1);
    let (event, row) = (tenants[5], tenants[11]);
    alter("UPDATE event SET mac = zeroblob(32) WHERE tenant = ?1 AND idx = 1", event);
    alter("UPDATE application SET seal = zeroblob(32) WHERE tenant = ?1", row);
    let expected = one_by_one(&world, &tenants).await;
    let found = expected["findings"].as_array().unwrap();
    for altered in [event, row] {
        assert!(found.iter().any(|finding| finding["tenant"] == altered.to_string()), "{found:?}");
    }
    let good = |finding: &&Value| ![event, row].iter().any(|one| finding["tenant"] == one.to_string());
    assert_eq!(found.iter().find(good), None, "nothing is said of the good ones");
    // Again and again, since they end in another order each time; and one after the other, as the daily comparison does.
    for _ in 0..10 {
        assert_eq!(verified(&world, None).await, expected);
    }
    let slowly = serde_json::to_value(world.app.verify_slowly().await.unwrap()).unwrap();
    assert_eq!(slowly, expected);
}
