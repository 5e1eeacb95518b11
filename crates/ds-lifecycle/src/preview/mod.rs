//! Previews: a snapshot, open for its owner alone at an address of its own, to look at before it is put back.
//!
//! ```text
//! read it, check it ─▶ move it to previews/<id>/ ─▶ open ──(closed, unused, too old, disk full)──▶ removed
//!                                                     └──(the host ends in whatever way)──▶ removed at its start
//! ```
//!
//! A preview is a copy that is thrown away: its app may write what it likes. It is in no table, so no start of the host
//! finds it; who is open is known in memory alone.

mod close;
mod error;
mod registry;

use std::{sync::Arc, time::Duration};

use ds_backup::{About, snapshots::SnapshotId};
use ds_core::{
    Address, Appspace, AppspaceDir, AppspaceId, ProxyId, StoreError, Timestamp, Work, publish,
};
use tokio::sync::OwnedSemaphorePermit;

pub use error::PreviewError;
pub use registry::Previews;

use crate::{JobHandle, Lifecycle, RestoreError, Run, Step, files::blocking};

/// How many are open at once on a host, those that are being opened included.
const MOST: usize = 4;
/// How long one stays open that nobody uses.
const UNUSED_FOR: Duration = Duration::from_hours(1);
/// How long one stays open at most.
const OPEN_FOR: Duration = Duration::from_hours(4);

/// A snapshot that is to be opened.
#[derive(Clone, Debug)]
pub struct NewPreview {
    /// The appspace that it is of.
    pub of: AppspaceId,
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// How many bytes it has: so much must be free.
    pub bytes: u64,
    /// Where it will answer.
    pub address: Address,
}

/// A snapshot that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The preview as requests see it: an appspace with an id of its own, which is in no store.
    pub appspace: Appspace,
    /// The appspace that it is of.
    pub of: AppspaceId,
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// What the snapshot says of itself. Its version is not the one that runs if only another is for its data.
    pub about: About,
    /// Who the owner is among its members. Nobody else may enter.
    pub owner: ProxyId,
    /// When it is closed at the latest.
    pub until: Timestamp,
}

impl Lifecycle {
    /// The previews that are open.
    #[must_use]
    pub fn previews(&self) -> &Previews {
        &self.0.previews
    }

    /// Opens a snapshot beside its appspace, which goes on meanwhile. Nothing is migrated: a version must be installed
    /// that is for its data.
    ///
    /// # Errors
    /// If something else is being done to the appspace, or too many are open. What goes wrong later, the handle tells;
    /// nothing is left of it then.
    pub fn preview(
        &self,
        new: NewPreview,
    ) -> Result<JobHandle<Arc<Preview>, PreviewError>, PreviewError> {
        let place = self.previews().take_place()?;
        let id = AppspaceId::new();
        let work = Work::Preview {
            appspace: new.of,
            preview: id,
        };
        let this = self.clone();
        let body = move |run: Run| async move { this.open(&run, id, new, place).await };
        Ok(self.jobs().start(work, self.undoing(), body)?)
    }

    async fn open(
        &self,
        run: &Run,
        id: AppspaceId,
        new: NewPreview,
        place: OwnedSemaphorePermit,
    ) -> Result<Arc<Preview>, PreviewError> {
        let of = self.appspace(new.of).await?;
        self.room_for(new.bytes).await?;
        let copy = run.staged();
        let (about, schema) = self.fetch(run, &new.snapshot, &copy, id).await?;
        if about.appspace != of.id {
            return Err(RestoreError::OtherAppspace(about.address).into());
        }
        let version = self.version_on(&of, &about, schema).await?;
        let owner = self.owner_in(&copy, id, &of).await?;
        run.step(Step::MoveDirectory, self.move_preview_in(copy, id))
            .await?;
        let opened = self.parts().clock.now();
        let preview = Arc::new(Preview {
            appspace: Appspace {
                id,
                owner: of.owner,
                address: new.address,
                app: of.app,
                version_id: version.id,
                version: version.version,
                paused: false,
                created: opened,
            },
            of: of.id,
            snapshot: new.snapshot,
            about,
            owner,
            until: opened.plus(OPEN_FOR),
        });
        self.previews().add(Arc::clone(&preview), place);
        Ok(preview)
    }

    /// The member who stands for the owner of the appspace.
    async fn owner_in(
        &self,
        copy: &AppspaceDir,
        id: AppspaceId,
        of: &Appspace,
    ) -> Result<ProxyId, PreviewError> {
        let inside = (self.parts().inside_of)(copy.clone());
        let found = async {
            let known = inside.members.member_of_account(id, of.owner).await?;
            let all = inside.members.members(id).await?;
            let mut owners = known.into_iter().chain(all);
            Ok::<_, StoreError>(owners.find(|member| member.is_owner))
        };
        let found = found.await;
        inside.closes.close(id).await;
        let owner = found.map_err(RestoreError::Damaged)?;
        Ok(owner.ok_or(PreviewError::NoOwner)?.proxy_id)
    }

    async fn move_preview_in(&self, copy: AppspaceDir, id: AppspaceId) -> Result<(), PreviewError> {
        let root = self.parts().data.previews_root();
        let to = self.parts().data.preview(id);
        let moved = blocking(move || {
            publish::create_private_dir(&root)?;
            // Nothing of it needs to last.
            std::fs::rename(copy.root(), to.root())
        });
        moved.await.map_err(PreviewError::Files)
    }

    /// Looks whether so much more still leaves what must be free.
    async fn room_for(&self, bytes: u64) -> Result<(), PreviewError> {
        self.room().await?;
        let needs = bytes.saturating_add(self.parts().least_free);
        let root = self.parts().data.root().to_owned();
        match blocking(move || publish::free_space(&root)).await {
            Ok(free) if free < needs => Err(PreviewError::NoRoom { free, needs }),
            // Whoever cannot be asked is found full when it is written to.
            _ => Ok(()),
        }
    }
}
