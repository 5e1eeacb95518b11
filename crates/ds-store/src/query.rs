//! The one way statements go to a database: counted, and with what was being done if they fail.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ds_core::StoreError;
use sqlx::{
    Connection as _, Sqlite, SqliteConnection, Transaction,
    error::{DatabaseError, ErrorKind},
    sqlite::{SqliteArguments, SqliteRow},
};

/// The longest text that is looked for, in characters: longer than what it is looked for in.
const MOST_SOUGHT: usize = 300;

/// A statement with its parameters.
pub(crate) type Query<'q> = sqlx::query::Query<'q, Sqlite, SqliteArguments>;

/// How many statements were sent to databases. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct QueryCount(Arc<AtomicU64>);

/// A statement that failed.
pub(crate) struct Failure {
    action: &'static str,
    error: sqlx::Error,
}

impl QueryCount {
    /// Nothing counted yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many so far.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one more.
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// All rows a statement yields.
    pub(crate) async fn all(
        &self,
        on: &mut SqliteConnection,
        action: &'static str,
        query: Query<'_>,
    ) -> Result<Vec<SqliteRow>, Failure> {
        self.add();
        let rows = query.fetch_all(on).await;
        rows.map_err(|error| Failure { action, error })
    }

    /// The first row a statement yields.
    pub(crate) async fn one(
        &self,
        on: &mut SqliteConnection,
        action: &'static str,
        query: Query<'_>,
    ) -> Result<Option<SqliteRow>, Failure> {
        self.add();
        let row = query.fetch_optional(on).await;
        row.map_err(|error| Failure { action, error })
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn run(
        &self,
        on: &mut SqliteConnection,
        action: &'static str,
        query: Query<'_>,
    ) -> Result<u64, Failure> {
        self.add();
        let done = query.execute(on).await;
        done.map(|done| done.rows_affected())
            .map_err(|error| Failure { action, error })
    }

    /// Begins a transaction that writes: it has the right to from the start and cannot lose a race later.
    pub(crate) async fn begin<'c>(
        &self,
        on: &'c mut SqliteConnection,
        action: &'static str,
    ) -> Result<Transaction<'c, Sqlite>, Failure> {
        self.add();
        let begun = on.begin_with("BEGIN IMMEDIATE").await;
        begun.map_err(|error| Failure { action, error })
    }

    /// Makes a transaction's changes last.
    pub(crate) async fn commit(
        &self,
        transaction: Transaction<'_, Sqlite>,
        action: &'static str,
    ) -> Result<(), Failure> {
        self.add();
        let done = transaction.commit().await;
        done.map_err(|error| Failure { action, error })
    }
}

/// What finds a text within another, in small or large letters of any script: for `REGEXP`, since SQLite itself folds ASCII alone.
pub(crate) fn within(find: &str) -> String {
    let find: String = find.chars().take(MOST_SOUGHT).collect();
    format!("(?i){}", regex::escape(&find))
}

/// What came of adding something that whoever is blocked does not get: then no row was added.
pub(crate) fn unless_blocked(
    added: Result<u64, Failure>,
    taken: &str,
    nowhere: &str,
) -> Result<(), StoreError> {
    let missing = || StoreError::Missing {
        what: nowhere.to_owned(),
    };
    match added {
        Ok(0) => Err(missing()),
        Ok(_) => Ok(()),
        Err(failure) if failure.is_unique_violation() => Err(failure.or_taken(|| taken.to_owned())),
        Err(failure) => Err(failure.or_missing(|| nowhere.to_owned())),
    }
}

impl Failure {
    pub(crate) fn new(action: &'static str, error: sqlx::Error) -> Self {
        Self { action, error }
    }

    /// If another record has it already, says that `what` is taken.
    pub(crate) fn or_taken(self, what: impl FnOnce() -> String) -> StoreError {
        match self.kind() {
            Some(ErrorKind::UniqueViolation) => StoreError::Taken { what: what() },
            _ => self.into(),
        }
    }

    /// If it refers to a record that is not there, says that there is no `what`.
    pub(crate) fn or_missing(self, what: impl FnOnce() -> String) -> StoreError {
        match self.kind() {
            Some(ErrorKind::ForeignKeyViolation) => StoreError::Missing { what: what() },
            _ => self.into(),
        }
    }

    pub(crate) fn is_unique_violation(&self) -> bool {
        matches!(self.kind(), Some(ErrorKind::UniqueViolation))
    }

    fn kind(&self) -> Option<ErrorKind> {
        self.error.as_database_error().map(DatabaseError::kind)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self::Failed {
            action: failure.action,
            source: Box::new(failure.error),
        }
    }
}
