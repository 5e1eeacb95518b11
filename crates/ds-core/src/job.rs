//! Jobs: work that takes long and must end done or undone, whatever happens meanwhile.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Address, AppId, AppspaceId, JobId, Timestamp, VersionId, publish::DirId};

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

/// What a job does, and to what: enough to finish or undo it after a crash. Recorded before the first step, and
/// again ([`JobLog::advance`](crate::JobLog::advance)) where more must be known than then.
///
/// What is built in the job's staging directory needs no word here: it is removed.
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
    /// Bringing an appspace to another app version, or its data to its app's schema. Finished if the new data is
    /// in place, else undone.
    ChangeVersion {
        /// The appspace.
        appspace: AppspaceId,
        /// The version that ran.
        from: VersionId,
        /// The version that is to run; the same if only the data changes.
        to: VersionId,
        /// The new data directory, from just before it takes its place.
        #[serde(default)]
        new_data: Option<DirId>,
    },
    /// Taking a snapshot. Nothing to undo.
    Snapshot {
        /// The appspace.
        appspace: AppspaceId,
    },
    /// Putting older data back. Finished if the new data is in place, else undone.
    Restore {
        /// The appspace.
        appspace: AppspaceId,
        /// The version that ran.
        from: VersionId,
        /// The version that is to run on the older data.
        to: VersionId,
        /// The new data directory, from just before it takes its place.
        #[serde(default)]
        new_data: Option<DirId>,
    },
    /// Making an appspace from a copy. Undone by removing its directory if the store does not list it.
    Import {
        /// The appspace.
        appspace: AppspaceId,
    },
    /// Writing an archive. Nothing to undo.
    Export {
        /// The appspace.
        appspace: AppspaceId,
    },
    /// Opening a snapshot of an appspace beside it, to look at. Undone by removing its directory, which no restart of
    /// the host outlives.
    Preview {
        /// The appspace.
        appspace: AppspaceId,
        /// The preview, which has an id of its own.
        preview: AppspaceId,
    },
    /// Taking an appspace over from another host. Undone by removing its directory if the store does not list it.
    Move {
        /// The appspace, here.
        appspace: AppspaceId,
    },
    /// Handing an appspace over to another host. Undone unless that is recorded as decided.
    MoveOut {
        /// The appspace, here.
        appspace: AppspaceId,
    },
    /// Moving an appspace to the trash. Finished if its directory is there, else undone.
    Delete {
        /// The appspace.
        appspace: AppspaceId,
        /// The date it gets.
        at: Timestamp,
    },
    /// Bringing an appspace back from the trash. Undone if the store has it in the trash.
    TakeOut {
        /// The appspace.
        appspace: AppspaceId,
        /// Where it is to answer.
        address: Address,
    },
    /// Reading the snapshots of the host back. Nothing to undo.
    Verify,
    /// Removing an appspace from the trash for good. Finished if the store has forgotten it, else undone.
    EmptyTrash {
        /// The appspace.
        appspace: AppspaceId,
    },
}

/// What sort of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobKind {
    /// [`Work::InstallVersion`].
    InstallVersion,
    /// [`Work::CreateAppspace`].
    CreateAppspace,
    /// [`Work::ChangeVersion`].
    ChangeVersion,
    /// [`Work::Snapshot`].
    Snapshot,
    /// [`Work::Restore`].
    Restore,
    /// [`Work::Import`].
    Import,
    /// [`Work::Export`].
    Export,
    /// [`Work::Preview`].
    Preview,
    /// [`Work::Move`].
    Move,
    /// [`Work::MoveOut`].
    MoveOut,
    /// [`Work::Delete`].
    Delete,
    /// [`Work::TakeOut`].
    TakeOut,
    /// [`Work::Verify`].
    Verify,
    /// [`Work::EmptyTrash`].
    EmptyTrash,
}

/// A job as it is remembered, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRecord {
    /// Its id.
    pub id: JobId,
    /// What it did.
    pub kind: JobKind,
    /// When it began.
    pub begun: Timestamp,
    /// When it ended, if it has.
    pub ended: Option<Timestamp>,
    /// Why it was undone, if it was.
    pub failure: Option<String>,
}

impl Work {
    /// What sort it is.
    #[must_use]
    pub fn kind(&self) -> JobKind {
        match self {
            Self::InstallVersion { .. } => JobKind::InstallVersion,
            Self::CreateAppspace { .. } => JobKind::CreateAppspace,
            Self::ChangeVersion { .. } => JobKind::ChangeVersion,
            Self::Snapshot { .. } => JobKind::Snapshot,
            Self::Restore { .. } => JobKind::Restore,
            Self::Import { .. } => JobKind::Import,
            Self::Export { .. } => JobKind::Export,
            Self::Preview { .. } => JobKind::Preview,
            Self::Move { .. } => JobKind::Move,
            Self::MoveOut { .. } => JobKind::MoveOut,
            Self::Delete { .. } => JobKind::Delete,
            Self::TakeOut { .. } => JobKind::TakeOut,
            Self::Verify => JobKind::Verify,
            Self::EmptyTrash { .. } => JobKind::EmptyTrash,
        }
    }

    /// The same work, now that its new data directory is about to take its place. Work that exchanges nothing stays
    /// as it is.
    #[must_use]
    pub fn with_new_data(mut self, new: DirId) -> Self {
        if let Self::ChangeVersion { new_data, .. } | Self::Restore { new_data, .. } = &mut self {
            *new_data = Some(new);
        }
        self
    }

    /// Which appspace it is done to, if to one.
    #[must_use]
    pub fn appspace(&self) -> Option<AppspaceId> {
        match self {
            Self::InstallVersion { .. } | Self::Verify => None,
            Self::CreateAppspace { appspace }
            | Self::ChangeVersion { appspace, .. }
            | Self::Snapshot { appspace }
            | Self::Restore { appspace, .. }
            | Self::Import { appspace }
            | Self::Export { appspace }
            | Self::Preview { appspace, .. }
            | Self::Move { appspace }
            | Self::MoveOut { appspace }
            | Self::Delete { appspace, .. }
            | Self::TakeOut { appspace, .. }
            | Self::EmptyTrash { appspace } => Some(*appspace),
        }
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InstallVersion => "install",
            Self::CreateAppspace => "create",
            Self::ChangeVersion => "upgrade",
            Self::Snapshot => "snapshot",
            Self::Restore => "restore",
            Self::Import => "import",
            Self::Export => "export",
            Self::Preview => "preview",
            Self::Move => "move here",
            Self::MoveOut => "move to another host",
            Self::Delete => "delete",
            Self::TakeOut => "restore from the trash",
            Self::Verify => "look through the snapshots",
            Self::EmptyTrash => "empty the trash",
        })
    }
}
