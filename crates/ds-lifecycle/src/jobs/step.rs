//! The steps that jobs are made of.

use std::fmt;

use ds_core::JobKind;

/// What a job is doing right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Waiting until nobody is inside and everything is closed.
    Rest,
    /// Making the appspace's directory.
    MakeDirectory,
    /// Adding the owner as first member.
    AddOwner,
    /// Reading a snapshot.
    Fetch,
    /// Cloning the data to where it can be worked on.
    Clone,
    /// Taking a snapshot of the data as it was.
    Snapshot,
    /// Trying the change out on a copy, while the appspace goes on.
    Rehearse,
    /// Waiting again until nobody is inside and everything is closed.
    Settle,
    /// Cloning what changed since the data was cloned first.
    CloneChanges,
    /// Taking the snapshot that counts, if anything changed.
    SnapshotChanges,
    /// Storing that at the other places, while the appspace goes on.
    Spread,
    /// Writing the archive.
    Write,
    /// Unpacking an archive and checking all of it.
    Unpack,
    /// Putting what was read in the place of what is in the clone.
    Replace,
    /// Running the app's migrations.
    Migrate,
    /// Looking whether the app works on the new data.
    Check,
    /// Making sure that everything is on disk.
    Flush,
    /// Letting the new data take the place of the old.
    Exchange,
    /// Moving the appspace's directory into or out of the trash.
    MoveDirectory,
    /// Recording what is new.
    Record,
    /// Removing what is not needed any more.
    Remove,
    /// Reading the snapshots back.
    ReadBack,
    /// Asking the other host to let the appspace go.
    Ask,
    /// Fetching the appspace from the other host.
    Transfer,
    /// Waiting until the other host has all of the appspace and says so.
    HandOver,
    /// Letting the other host decide where the appspace is.
    Decide,
}

use Step::{
    AddOwner, Ask, Check, Clone as CloneData, CloneChanges, Decide, Exchange, Fetch, Flush,
    HandOver, MakeDirectory, Migrate, MoveDirectory, ReadBack, Record, Rehearse, Remove, Replace,
    Rest, Settle, Snapshot, SnapshotChanges, Spread, Transfer, Unpack, Write,
};

impl Step {
    /// The steps of a kind of job, in order. Some of them may be left out.
    #[must_use]
    pub fn of(kind: JobKind) -> &'static [Self] {
        match kind {
            JobKind::CreateAppspace => &[MakeDirectory, AddOwner, Migrate, Flush, Record],
            JobKind::ChangeVersion => &[
                Rest,
                CloneData,
                Snapshot,
                Rehearse,
                Settle,
                CloneChanges,
                SnapshotChanges,
                Migrate,
                Check,
                Flush,
                Exchange,
                Record,
                Spread,
            ],
            // From a snapshot, or from an archive.
            JobKind::Restore => &[
                Fetch,
                Check,
                Unpack,
                AddOwner,
                Migrate,
                Rest,
                CloneData,
                Snapshot,
                Settle,
                CloneChanges,
                SnapshotChanges,
                Replace,
                Flush,
                Exchange,
                Record,
                Spread,
            ],
            JobKind::Snapshot => &[Rest, CloneData, Snapshot],
            // From a snapshot, or from an archive.
            JobKind::Import => &[
                Fetch,
                Check,
                Unpack,
                AddOwner,
                Migrate,
                Flush,
                MoveDirectory,
                Record,
            ],
            JobKind::Move => &[
                Ask,
                Transfer,
                Unpack,
                AddOwner,
                Migrate,
                Flush,
                MoveDirectory,
                Record,
                Decide,
            ],
            JobKind::MoveOut => &[Rest, CloneData, HandOver, MoveDirectory, Record],
            JobKind::Export => &[Rest, CloneData, Write],
            JobKind::Preview => &[Fetch, Check, MoveDirectory],
            JobKind::Delete => &[Rest, MoveDirectory, Record],
            JobKind::TakeOut => &[MoveDirectory, Record],
            JobKind::Verify => &[ReadBack],
            JobKind::EmptyTrash => &[Record, Remove],
            JobKind::InstallVersion => &[],
        }
    }

    /// Whether the job may be given up before this step, and while it is done if the step asks
    /// ([`Progress::is_cancelled`](ds_backup::Progress::is_cancelled)) or [may be dropped](Self::can_drop).
    #[must_use]
    pub fn can_cancel(self) -> bool {
        !matches!(self, Exchange | MoveDirectory | Record | Remove | Decide)
    }

    /// Whether giving up in the middle leaves nothing running: it is waiting, or runs in a sandbox that ends when
    /// nobody waits for it.
    #[must_use]
    pub fn can_drop(self) -> bool {
        matches!(
            self,
            Rest | Settle | Rehearse | Migrate | Check | Ask | Transfer | HandOver
        )
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rest => "bring to rest",
            MakeDirectory => "make the directory",
            AddOwner => "add the owner",
            Fetch => "read the snapshot",
            CloneData => "clone the data",
            Snapshot => "take a snapshot",
            Rehearse => "try it out on a copy",
            Settle => "bring to rest again",
            CloneChanges => "clone what changed since",
            SnapshotChanges => "add that to the snapshot",
            Spread => "store the snapshot at the other places",
            Write => "write the archive",
            Unpack => "unpack and check",
            Replace => "put it in place",
            Migrate => "migrate the data",
            Check => "check that everything works",
            Flush => "write to disk",
            Exchange => "put the new data in place",
            MoveDirectory => "move the directory",
            Record => "record",
            Remove => "remove what is not needed",
            ReadBack => "read the snapshots back",
            Ask => "ask the other host",
            Transfer => "fetch it from the other host",
            HandOver => "let the other host take it over",
            Decide => "agree with the other host",
        })
    }
}
