//! What makes an appspace unavailable rather than corrupt.

use std::{path::PathBuf, sync::Arc};

use ds_core::{
    AppStore, AppVersion, Appspace, Closed, Closure, DataDir, Gates, Schema, StoreError, publish,
};

use crate::{Inside, JobError, Lifecycle, files::blocking};

/// What is wrong with an appspace, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Anomaly {
    /// Its data directory, or the database in it, is not there.
    #[error(
        "{} is missing: if its disk is not mounted, mount it and restart the host; else restore the appspace from a \
         snapshot",
        .path.display()
    )]
    MissingData {
        /// What is not there.
        path: PathBuf,
    },
    /// Its database of members and schema is damaged.
    #[error(
        "the database of members and schema is damaged: restore the appspace from a snapshot, and look after the \
         host's disk"
    )]
    Damaged(#[source] StoreError),
    /// Its data is not at the schema of its app.
    #[error(
        "the data has schema {has} and version {version} of the app needs {needs}: migrate it, or choose a version \
         of the app with schema {has}"
    )]
    WrongSchema {
        /// The schema of the data.
        has: Schema,
        /// The schema of the app.
        needs: Schema,
        /// The app's version.
        version: ds_core::Version,
    },
    /// The disk is nearly full.
    #[error(
        "the host's disk is nearly full ({} MiB are free, {} MiB must stay free): make room",
        .free >> 20, .least >> 20
    )]
    DiskFull {
        /// Free bytes.
        free: u64,
        /// Bytes that must stay free.
        least: u64,
    },
    /// Something is being done to it, or was and is unsettled: whoever looks now would open what is being copied or
    /// exchanged.
    #[error(transparent)]
    Closed(Closed),
    /// It could not be looked at; that says nothing about the appspace.
    #[error("cannot look whether the appspace is whole")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The closures that [`Lifecycle::examine`] sets and lifts.
const CLOSURES: [Closure; 4] = [
    Closure::MissingData,
    Closure::Damaged,
    Closure::WrongSchema,
    Closure::DiskFull,
];

impl Anomaly {
    /// The closure that keeps people out meanwhile.
    #[must_use]
    pub fn closure(&self) -> Option<Closure> {
        match self {
            Self::MissingData { .. } => Some(Closure::MissingData),
            Self::Damaged(_) => Some(Closure::Damaged),
            Self::WrongSchema { .. } => Some(Closure::WrongSchema),
            Self::DiskFull { .. } => Some(Closure::DiskFull),
            Self::Closed(_) | Self::Unknown(_) => None,
        }
    }
}

/// Looks whether appspaces can be used. Clones look at the same.
#[derive(Clone)]
pub struct Examiner {
    /// Where everything is.
    pub data: DataDir,
    /// The installed apps.
    pub apps: Arc<dyn AppStore>,
    /// The databases inside the appspaces.
    pub inside: Inside,
    /// Who may enter which appspace.
    pub gates: Gates,
    /// How many bytes of the disk must stay free; 0 if nobody looks.
    pub least_free: u64,
}

impl Examiner {
    /// Looks whether an appspace can be used, and closes or opens its gate accordingly. Reads the whole database
    /// of members, which is small.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub async fn examine(&self, appspace: &Appspace) -> Result<(), Anomaly> {
        let gate = self.gates.of(appspace);
        let _visit = gate.visit().map_err(Anomaly::Closed)?;
        let found = self.look_at(appspace).await;
        let why = match &found {
            Ok(()) => None,
            Err(anomaly) => match anomaly.closure() {
                None => return found,
                closure => closure,
            },
        };
        // Shut before it is opened: nobody slips through between two closures.
        if let Some(why) = why {
            gate.close(why);
        }
        for other in CLOSURES.into_iter().filter(|one| Some(*one) != why) {
            gate.lift(other);
        }
        found
    }

    async fn look_at(&self, appspace: &Appspace) -> Result<(), Anomaly> {
        self.look_for_data(appspace).await?;
        match self.inside.integrity.check(appspace.id).await {
            Ok(()) => {}
            Err(error @ StoreError::Broken { .. }) => return Err(Anomaly::Damaged(error)),
            Err(error) => return Err(unknown(error)),
        }
        let has = self.inside.schemas.schema(appspace.id).await;
        let has = has.map_err(Anomaly::Damaged)?;
        let app = version_of(&*self.apps, appspace).await.map_err(unknown)?;
        if has != app.schema {
            return Err(Anomaly::WrongSchema {
                has,
                needs: app.schema,
                version: app.version,
            });
        }
        room(&self.data, self.least_free)
            .await
            .map_err(|error| match error {
                JobError::NoRoom { free, least } => Anomaly::DiskFull { free, least },
                error => unknown(error),
            })
    }

    /// Before anything is opened: what is missing must not be made anew.
    async fn look_for_data(&self, appspace: &Appspace) -> Result<(), Anomaly> {
        let dir = self.data.appspace(appspace.id);
        for path in [dir.data(), dir.meta_database()] {
            let looked = path.clone();
            let is_there = blocking(move || looked.try_exists()).await;
            if !is_there.map_err(unknown)? {
                return Err(Anomaly::MissingData { path });
            }
        }
        Ok(())
    }
}

impl Lifecycle {
    /// Looks whether an appspace can be used, and closes or opens its gate accordingly.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub async fn examine(&self, appspace: &Appspace) -> Result<(), Anomaly> {
        let parts = self.parts();
        let examiner = Examiner {
            data: parts.data.clone(),
            apps: Arc::clone(&parts.apps),
            inside: parts.inside.clone(),
            gates: parts.gates.clone(),
            least_free: parts.least_free,
        };
        examiner.examine(appspace).await
    }

    pub(crate) async fn version_of(&self, appspace: &Appspace) -> Result<AppVersion, StoreError> {
        version_of(&*self.parts().apps, appspace).await
    }

    /// Looks whether there is room on the disk for work that takes some.
    ///
    /// # Errors
    /// [`JobError::NoRoom`] if there is not.
    pub async fn room(&self) -> Result<(), JobError> {
        room(&self.parts().data, self.parts().least_free).await
    }
}

async fn version_of(apps: &dyn AppStore, appspace: &Appspace) -> Result<AppVersion, StoreError> {
    let found = apps.version(appspace.version_id).await?;
    found.ok_or_else(|| StoreError::Missing {
        what: format!("app version {}", appspace.version_id),
    })
}

async fn room(data: &DataDir, least: u64) -> Result<(), JobError> {
    if least == 0 {
        return Ok(());
    }
    let root = data.root().to_owned();
    match blocking(move || publish::free_space(&root)).await {
        Ok(free) if free < least => Err(JobError::NoRoom { free, least }),
        Ok(_) => Ok(()),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "cannot ask how full the disk is");
            Ok(())
        }
    }
}

fn unknown(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Anomaly {
    Anomaly::Unknown(error.into())
}
