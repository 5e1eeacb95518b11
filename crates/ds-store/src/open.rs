//! Opening databases: private to the user, brought up to the present tables, refused if newer than we are.

use std::{
    fs::{OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

/// How long a statement waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its file could not be created or made private.
    #[error("cannot create the database {}", .path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not there, and was not to be made.
    #[error("the database {} is missing", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It could not be opened.
    #[error("cannot open the database {}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A newer program has used it.
    #[error(
        "the database {} was made by a newer Dropserver; update this one, or go back to a backup",
        .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
    },
    /// Its tables could not be brought up to date.
    #[error("cannot bring the database {} up to date", .path.display())]
    Migrate {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: MigrateError,
    },
}

impl OpenError {
    pub(crate) fn migrate(path: &Path, source: MigrateError) -> Self {
        let path = path.to_owned();
        match source {
            MigrateError::VersionMissing(_) => Self::Newer { path },
            source => Self::Migrate { path, source },
        }
    }

    pub(crate) fn open(path: &Path, source: sqlx::Error) -> Self {
        Self::Open {
            path: path.to_owned(),
            source,
        }
    }
}

/// What all our databases have in common. What was committed is on disk: nothing is lost to a power cut.
pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .synchronous(SqliteSynchronous::Full)
}

/// Creates the file if it is missing and `make` says so, and sees that only the present user can read it. SQLite
/// gives the files it makes beside it the same mode.
pub(crate) async fn private_file(path: &Path, make: bool) -> Result<(), OpenError> {
    let owned = path.to_owned();
    let opened = tokio::task::spawn_blocking(move || {
        let file = OpenOptions::new()
            .create(make)
            .append(true)
            .mode(0o600)
            .open(owned)?;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        Ok(())
    });
    opened
        .await
        .map_err(io::Error::other)
        .flatten()
        .map_err(|source| {
            let path = path.to_owned();
            match source.kind() {
                io::ErrorKind::NotFound if !make => OpenError::Missing { path },
                _ => OpenError::Create { path, source },
            }
        })
}
