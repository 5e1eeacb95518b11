//! Arguments about snapshots.

use crate::{
    args::Backup,
    control::wire::{self, Command},
};

pub(in crate::cli) fn backup(backup: Backup) -> Command {
    match backup {
        Backup::Create(which) => Command::BackupCreate(which.into()),
        Backup::List { name, owner } => Command::BackupList {
            owner: owner.owner,
            address: name,
        },
        Backup::Verify { read_data } => Command::BackupVerify { read_data },
        Backup::Restore(restore) => Command::BackupRestore {
            which: restore.which.into(),
            snapshot: restore.snapshot,
            to: restore.to,
            path: restore.path,
        },
        Backup::Forget { which, snapshot } => Command::BackupForget {
            which: which.into(),
            snapshot,
        },
        Backup::Preview { which, snapshot } => Command::BackupPreview {
            which: which.into(),
            snapshot,
        },
        Backup::Previews { owner } => Command::BackupPreviews { owner: owner.owner },
        Backup::ClosePreview { url, owner } => Command::BackupClosePreview {
            which: wire::Which {
                owner: owner.owner,
                address: url,
            },
        },
        Backup::Schedule(asked) => super::schedules::schedule(asked),
        Backup::Key => Command::BackupKey,
    }
}
