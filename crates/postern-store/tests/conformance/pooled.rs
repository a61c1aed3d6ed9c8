//! The whole list of cases behind `PgBouncer`, which gives each transaction whatever connection is free.

use postern_cluster::{Bouncer, Database};

use crate::on_server::OnServer;

/// A store that reaches its database through a pool.
pub(crate) fn pooled() -> OnServer {
    OnServer::behind(Database::pgbouncer)
}

/// How a database is reached through what stands before it.
pub(crate) fn url(bouncer: Option<&Bouncer>, database: &Database) -> String {
    bouncer.map_or_else(|| database.url(), |bouncer| bouncer.url(database))
}
