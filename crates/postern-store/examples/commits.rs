#![allow(
    missing_docs,
    clippy::all,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason
)]
use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::*;
use postern_core::ports::Store;
use postern_core::subject::{self, Create, SubjectKind};
use postern_core::tenant::Tier;
use postern_store::sqlite::*;
use std::sync::Arc;
use std::time::Instant;
fn draft(at: u64) -> Draft {
    Draft::new(Context {
        at: Time::from_millis(at),
        actor: Actor::new(ActorKind::Application, "app_00000000000000000000000000"),
        private: None,
    })
}
fn key(n: u32) -> Key {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.wrapping_mul(2654435761).to_be_bytes());
    Key::new(Kind::Subject, TenantId::new([1; 16]), id)
}
async fn create(s: &dyn Store, n: u32) {
    let k = key(n);
    let v = s.look(&[Want::Key(k)]).await.unwrap();
    let mut c = [0; 32];
    c[..16].copy_from_slice(&k.id);
    let r = decide(s, &v, move |v| {
        let mut d = draft(1000);
        let _ = subject::create(
            v.held(k)?,
            Create {
                place: ClaimKey { tenant: k.tenant, space: Space::ExternalId, key: c },
                kind: SubjectKind::Person,
                tier: Tier::Standard,
                personal: vec![7; 300],
                wrapped_key: vec![1; 60],
                epoch: [1; 16],
                salt: [2; 16],
            },
            &mut d,
        );
        Ok(Step::<(), ()>::Decided(d, ()))
    })
    .await;
    assert!(matches!(r, Outcome::Committed(())), "{r:?}");
}
async fn change(s: &dyn Store, n: u32, i: u64) {
    let k = key(n);
    let v = s.look(&[Want::Key(k)]).await.unwrap();
    let r = decide(s, &v, move |v| {
        let mut d = draft(2000 + i);
        let held: Held<subject::Subject> = v.held(k)?;
        let _ = subject::throttled(
            held,
            postern_core::subject::fact::Throttled { count: i as u32, ..sample() },
            &mut d,
        );
        Ok(Step::<(), ()>::Decided(d, ()))
    })
    .await;
    assert!(matches!(r, Outcome::Committed(())), "{r:?}");
}
fn sample() -> postern_core::subject::fact::Throttled {
    postern_core::subject::fact::Throttled {
        count: 1,
        first: Time::START,
        last: Time::START,
        source: postern_core::encoding::Fixed([0; 8]),
    }
}
fn main() {
    let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let dir = tempfile::TempDir::new_in(std::env::args().nth(1).unwrap_or("/work".into())).unwrap();
    let s: Arc<dyn Store> =
        Arc::new(Sqlite::open(dir.path(), Sealer::new(&[1; 32], &[2; 32]), Options::default()).unwrap());
    let n = 20_000u32;
    rt.block_on(async {
        let t = Instant::now();
        let ts: Vec<_> = (0..64)
            .map(|c| {
                let s = Arc::clone(&s);
                tokio::spawn(async move {
                    for i in (c..n).step_by(64) {
                        create(&*s, i).await
                    }
                })
            })
            .collect();
        for t in ts {
            t.await.unwrap()
        }
        println!("create, 64 clients: {:.0}/s", n as f64 / t.elapsed().as_secs_f64());
        let t = Instant::now();
        let m = 1000;
        let mut lat = vec![];
        for i in 0..m {
            let t = Instant::now();
            change(&*s, i * 17 % n, i as u64).await;
            lat.push(t.elapsed());
        }
        lat.sort();
        println!(
            "change, 1 client: {:.0}/s p50 {:?} p99 {:?}",
            m as f64 / t.elapsed().as_secs_f64(),
            lat[500],
            lat[990]
        );
        for clients in [8u32, 64, 256] {
            let t = Instant::now();
            let m = 60_000u32.min(clients * 1000);
            let ts: Vec<_> = (0..clients)
                .map(|c| {
                    let s = Arc::clone(&s);
                    tokio::spawn(async move {
                        let mut l = vec![];
                        for i in (c..m).step_by(clients as usize) {
                            let t = Instant::now();
                            change(&*s, i.wrapping_mul(7919) % n, i as u64).await;
                            l.push(t.elapsed())
                        }
                        l
                    })
                })
                .collect();
            let mut lat = vec![];
            for t in ts {
                lat.extend(t.await.unwrap())
            }
            lat.sort();
            println!(
                "change, {clients} clients: {:.0}/s p50 {:?} p99 {:?} max {:?}",
                m as f64 / t.elapsed().as_secs_f64(),
                lat[lat.len() / 2],
                lat[lat.len() * 99 / 100],
                lat[lat.len() - 1]
            );
        }
        let t = Instant::now();
        let m = 100_000u32;
        for i in 0..m {
            let _ = s.look(&[Want::Key(key(i.wrapping_mul(7919) % n))]).await.unwrap();
        }
        println!("look: {:?} each", t.elapsed() / m);
        let t = Instant::now();
        let m = 4000u32;
        let ts: Vec<_> = (0..64u32)
            .map(|c| {
                let s = Arc::clone(&s);
                tokio::spawn(async move {
                    for i in (c..m).step_by(64) {
                        change(&*s, 5, i as u64).await;
                    }
                })
            })
            .collect();
        for t in ts {
            t.await.unwrap()
        }
        println!("change, 64 clients on one subject: {:.0}/s", m as f64 / t.elapsed().as_secs_f64());
    });
    for f in ["postern.db", "postern.db-wal"] {
        println!("{f} {} MB", std::fs::metadata(dir.path().join(f)).map(|m| m.len() >> 20).unwrap_or(0));
    }
}
