//! Buckets of tenants are numbered by who has the lease, and by another once it is given up.

use std::collections::BTreeMap;
use std::time::Duration;

use postern_store::postgres::Options;

use crate::nodes::two;
use crate::on_server::{OnServer, another};
use crate::sequencer::whole;
use crate::support::{add, counter, run};

/// Every bucket's lease, for somebody else.
const TAKEN: &str = "INSERT INTO lease (name, holder, epoch, until) \
     SELECT 'sequencer/' || bucket, '\\x00', 7, 9000000000000 FROM generate_series(0, 15) bucket";

#[test]
fn who_has_no_lease_numbers_nothing() {
    run(async {
        let server = OnServer::read_committed();
        let [node, _other] = two(&server, Options::default()).await;
        server.database().psql(TAKEN);
        let options = Options { clocks: None, committers: 1, readers: 1, ..Options::default() };
        let sequencer = another(&server.database().url(), options).await;
        add(&*node, counter(1), 1).await;
        // Ten rounds of a sequencer.
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(server.database().psql("SELECT count(*) FROM pending").trim(), "1");

        server.database().psql("UPDATE lease SET until = 0");
        for _ in 0..200 {
            if server.database().psql("SELECT count(*) FROM pending").trim() == "0" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        whole(&*node, &BTreeMap::from([(counter(1), 1)])).await;
        // Whoever takes a lease over begins a new epoch, which the one before does not survive.
        let epochs = "SELECT DISTINCT epoch FROM lease WHERE name LIKE 'sequencer/%' AND until > 0";
        assert_eq!(server.database().psql(epochs).trim(), "8");
        sequencer.close().await;
    });
}
