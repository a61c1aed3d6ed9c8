//! Many new records, by `COPY`: claimed, numbered and in the tree as any others. Nothing of the service calls it.

use std::collections::BTreeMap;
use std::sync::Arc;

use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Sealer};
use postern_log::{Frontier, leaf_hash};
use tokio_postgres::Client;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::call::Call;
use super::connect::{Unreachable, connect, said};
use super::sequencer::lock_head;
use super::target::Reached;
use super::{Isolation, columns, schema};
use crate::loaded::{Loaded, PendingEvent};
use crate::many::Many;

/// A connection that fills one tenant.
pub struct Fill {
    client: Client,
    sealer: Sealer,
    tenant: TenantId,
}

/// Nothing of what was to be written is there.
#[derive(Debug, thiserror::Error)]
pub enum NotFilled {
    /// No connection.
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
    /// The database said no.
    #[error("{}", said(.0))]
    Refused(#[from] tokio_postgres::Error),
    /// The log's head has no seal that fits.
    #[error("the log head of {0} is not as it was written")]
    Head(TenantId),
}

impl Fill {
    /// Connects.
    ///
    /// # Errors
    /// [`NotFilled`].
    pub async fn connect(url: &str, sealer: Sealer, tenant: TenantId) -> Result<Self, NotFilled> {
        let client = connect(&Reached { config: url.parse()?, tls: None }, Arc::default()).await?;
        Ok(Self { client, sealer, tenant })
    }

    /// Writes records of this tenant and their events, all or none. Others may commit meanwhile; numbering waits.
    ///
    /// # Errors
    /// [`NotFilled`]: nothing was written.
    pub async fn write(&mut self, many: Many) -> Result<(), NotFilled> {
        self.client.batch_execute(Isolation::ReadCommitted.begin()).await?;
        let written = self.write_locked(many.loaded()).await;
        self.client.batch_execute(if written.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
        written
    }

    async fn write_locked(&self, loaded: &Loaded) -> Result<(), NotFilled> {
        let head = lock_head(&self.client, &self.sealer, self.tenant).await?;
        let mut frontier = head.ok_or(NotFilled::Head(self.tenant))?;
        self.rows(loaded).await?;
        self.parts(loaded).await?;
        self.claims(loaded).await?;
        self.wrapped_keys(loaded).await?;
        self.events(&loaded.events, &mut frontier).await?;
        let bytes = frontier.to_bytes();
        let seal = self.sealer.head(self.tenant, &bytes);
        let size = columns::number(frontier.size());
        let put =
            Call::new(schema::HEAD_PUT).bytes(self.tenant.bytes()).number(size).bytes(bytes).bytes(seal);
        put.run(&self.client).await?;
        Ok(())
    }

    async fn rows(&self, loaded: &Loaded) -> Result<(), NotFilled> {
        let mut by_kind = BTreeMap::<_, Vec<_>>::new();
        for key in loaded.changed.keys() {
            if let Some(Some(row)) = loaded.rows.get(key) {
                by_kind.entry(key.kind).or_default().push((*key, row));
            }
        }
        for (kind, rows) in by_kind {
            let columns = format!("{} (tenant, id, version, body, seal, state, due)", kind.name());
            let types =
                [Type::BYTEA, Type::BYTEA, Type::INT8, Type::BYTEA, Type::BYTEA, Type::TEXT, Type::INT8];
            let mut copy = self.copy(&columns, &types).await?;
            for (key, row) in rows {
                let (due, version) = (row.due.map(columns::number), columns::number(row.version));
                let (tenant, id) = owner(key);
                copy.row(&[&tenant, &id, &version, &row.body, &row.seal, &row.state, &due]).await?;
            }
            copy.end().await?;
        }
        Ok(())
    }

    async fn parts(&self, loaded: &Loaded) -> Result<(), NotFilled> {
        let types = [Type::INT2, Type::BYTEA, Type::BYTEA, Type::INT8, Type::BYTEA, Type::BYTEA];
        let mut copy = self.copy("part (kind, tenant, id, number, body, seal)", &types).await?;
        for ((key, number), part) in &loaded.new_parts {
            let (kind, number) = (i16::from(key.kind.number()), i64::from(*number));
            let (tenant, id) = owner(*key);
            copy.row(&[&kind, &tenant, &id, &number, &part.bytes, &part.seal]).await?;
        }
        copy.end().await
    }

    async fn claims(&self, loaded: &Loaded) -> Result<(), NotFilled> {
        let columns = "claim (tenant, space, key, owner_kind, owner, version, until, seal)";
        let types = [
            Type::BYTEA,
            Type::INT2,
            Type::BYTEA,
            Type::INT2,
            Type::BYTEA,
            Type::INT8,
            Type::INT8,
            Type::BYTEA,
        ];
        let mut copy = self.copy(columns, &types).await?;
        for (place, (claim, seal)) in &loaded.taken {
            let (space, kind) = (i16::from(place.space.number()), i16::from(claim.owner.kind.number()));
            let (tenant, id) = owner(claim.owner);
            let (key, version) = (place.key.to_vec(), columns::number(claim.version));
            let until = claim.until.map(|until| columns::number(until.millis()));
            copy.row(&[&tenant, &space, &key, &kind, &id, &version, &until, &seal.to_vec()]).await?;
        }
        copy.end().await
    }

    async fn wrapped_keys(&self, loaded: &Loaded) -> Result<(), NotFilled> {
        let types = [Type::BYTEA, Type::BYTEA, Type::BYTEA];
        let mut copy = self.copy("keyring (tenant, id, wrapped)", &types).await?;
        for (key, wrapped) in &loaded.keyring {
            let (tenant, id) = owner(*key);
            copy.row(&[&tenant, &id, wrapped]).await?;
        }
        copy.end().await
    }

    async fn events(&self, events: &[PendingEvent], frontier: &mut Frontier) -> Result<(), NotFilled> {
        let columns = "event (tenant, idx, kind, object, version, body, mac)";
        let types = [Type::BYTEA, Type::INT8, Type::INT2, Type::BYTEA, Type::INT8, Type::BYTEA, Type::BYTEA];
        let mut copy = self.copy(columns, &types).await?;
        for event in events {
            let (index, version) = (columns::number(frontier.size()), columns::number(event.version));
            let (kind, (tenant, object)) = (i16::from(event.key.kind.number()), owner(event.key));
            copy.row(&[&tenant, &index, &kind, &object, &version, &event.bytes, &event.mac.to_vec()]).await?;
            frontier.append(leaf_hash(&event.bytes));
        }
        copy.end().await
    }

    async fn copy(&self, columns: &str, types: &[Type]) -> Result<Copy, NotFilled> {
        let sink = self.client.copy_in(&format!("COPY {columns} FROM STDIN BINARY")).await?;
        Ok(Copy(Box::pin(BinaryCopyInWriter::new(sink, types))))
    }
}

/// Tenant and id as columns.
fn owner(key: Key) -> (Vec<u8>, Vec<u8>) {
    (key.tenant.bytes().to_vec(), key.id.to_vec())
}

/// One table's rows on their way.
struct Copy(std::pin::Pin<Box<BinaryCopyInWriter>>);

impl Copy {
    async fn row(&mut self, columns: &[&(dyn ToSql + Sync)]) -> Result<(), NotFilled> {
        Ok(self.0.as_mut().write(columns).await?)
    }

    async fn end(mut self) -> Result<(), NotFilled> {
        self.0.as_mut().finish().await?;
        Ok(())
    }
}
