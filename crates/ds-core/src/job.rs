//! Jobs: work that takes long and must end done or undone, whatever happens meanwhile.

use serde::{Deserialize, Serialize};

use crate::{AppId, AppspaceId, JobId, Timestamp, VersionId};

/// One job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id; its staging directory has the same name.
    pub id: JobId,
    /// What it does.
    pub work: Work,
    /// When it began.
    pub begun: Timestamp,
}

/// What a job does, and to what: enough to undo it after a crash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Work {
    /// Installing an app version. Undone by removing its directory if the store does not list it.
    InstallVersion {
        /// The app.
        app: AppId,
        /// The version.
        version: VersionId,
    },
    /// Making an appspace. Undone by removing its directory if the store does not list it.
    CreateAppspace {
        /// The appspace.
        appspace: AppspaceId,
    },
}
