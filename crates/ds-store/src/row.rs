//! Reading columns into types, with what was read if they make no sense.

use std::{error::Error, str::FromStr};

use ds_core::{StoreError, Timestamp};
use serde::de::DeserializeOwned;
use sqlx::{Decode, Row as _, Sqlite, Type, sqlite::SqliteRow};

/// A row of what is called `what` in errors.
pub(crate) struct Reader<'r> {
    what: &'static str,
    row: &'r SqliteRow,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(what: &'static str, row: &'r SqliteRow) -> Self {
        Self { what, row }
    }

    /// A column as the database gives it.
    pub(crate) fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
    {
        self.row.try_get(column).map_err(|error| self.broken(error))
    }

    /// A column of text that is read by its type.
    pub(crate) fn parse<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: FromStr<Err: Error + Send + Sync + 'static>,
    {
        let text: &str = self.get(column)?;
        text.parse().map_err(|error| self.broken(error))
    }

    /// As [`parse`](Self::parse), where there may be nothing.
    pub(crate) fn parse_option<T>(&self, column: &'static str) -> Result<Option<T>, StoreError>
    where
        T: FromStr<Err: Error + Send + Sync + 'static>,
    {
        let text: Option<&str> = self.get(column)?;
        let parsed = text.map(str::parse).transpose();
        parsed.map_err(|error| self.broken(error))
    }

    /// A column of JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        let text: &str = self.get(column)?;
        serde_json::from_str(text).map_err(|error| self.broken(error))
    }

    /// A number of a smaller type.
    pub(crate) fn number<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: TryFrom<i64, Error: Error + Send + Sync + 'static>,
    {
        let number: i64 = self.get(column)?;
        number.try_into().map_err(|error| self.broken(error))
    }

    /// A moment.
    pub(crate) fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.get(column).map(Timestamp)
    }

    fn broken(&self, source: impl Error + Send + Sync + 'static) -> StoreError {
        StoreError::Broken {
            what: self.what,
            source: Box::new(source),
        }
    }
}

/// A structure as it is kept: JSON. Only maps with odd keys fail, and ours have none.
pub(crate) fn to_json<T: serde::Serialize>(
    what: &'static str,
    value: &T,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Broken {
        what,
        source: Box::new(error),
    })
}
