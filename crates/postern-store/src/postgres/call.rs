//! One statement with its values: unnamed, in one round trip, so that any connection of a pool will do.

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row};

/// A statement and its values.
pub(super) struct Call {
    text: String,
    values: Vec<(Box<dyn ToSql + Sync + Send>, Type)>,
}

impl Call {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), values: Vec::new() }
    }

    fn with(mut self, value: impl ToSql + Sync + Send + 'static, kind: Type) -> Self {
        self.values.push((Box::new(value), kind));
        self
    }

    pub(super) fn bytes(self, value: impl Into<Vec<u8>>) -> Self {
        self.with(value.into(), Type::BYTEA)
    }

    pub(super) fn text(self, value: impl Into<String>) -> Self {
        self.with(value.into(), Type::TEXT)
    }

    pub(super) fn number(self, value: i64) -> Self {
        self.with(value, Type::INT8)
    }

    pub(super) fn flag(self, value: bool) -> Self {
        self.with(value, Type::BOOL)
    }

    pub(super) fn small(self, value: u8) -> Self {
        self.with(i16::from(value), Type::INT2)
    }

    pub(super) fn all_bytes(self, values: Vec<Vec<u8>>) -> Self {
        self.with(values, Type::BYTEA_ARRAY)
    }

    pub(super) fn all_texts(self, values: Vec<String>) -> Self {
        self.with(values, Type::TEXT_ARRAY)
    }

    pub(super) fn all_numbers(self, values: Vec<i64>) -> Self {
        self.with(values, Type::INT8_ARRAY)
    }

    pub(super) fn all_optional(self, values: Vec<Option<i64>>) -> Self {
        self.with(values, Type::INT8_ARRAY)
    }

    pub(super) fn all_smalls(self, values: Vec<i16>) -> Self {
        self.with(values, Type::INT2_ARRAY)
    }

    /// The same if it is worth asking.
    pub(super) async fn run_if(self, is_needed: bool, client: &Client) -> Result<Vec<Row>, Error> {
        if is_needed { self.run(client).await } else { Ok(Vec::new()) }
    }

    /// Sends it and collects its rows.
    pub(super) async fn run(self, client: &Client) -> Result<Vec<Row>, Error> {
        let values: Vec<(&(dyn ToSql + Sync), Type)> =
            self.values.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect();
        client.query_typed(&self.text, &values).await
    }
}
