//! Making an appspace.
//!
//! ```text
//! make the directory ─▶ add the owner ─▶ migrate 0 → schema ─▶ flush ─▶ record it and the job's end
//!        └───────────────────┴─────────────────┴──────────────────┴─ on failure: remove the directory
//! ```
//!
//! Nothing answers at the address before it is recorded, and its gate is held until the job has ended.

use std::{collections::BTreeSet, io, path::PathBuf, sync::Arc};

use ds_core::{
    AccountId, Address, AppVersion, Appspace, AppspaceDir, AppspaceId, Hold, Member, ProxyId,
    Reason, StoreError, Work, fault, publish,
};
use ds_sandbox::AppspaceMounts;

use crate::{CreateError, Lifecycle, MemberUsers, Migration, Run, Step, files::blocking, migrate};

/// The longest name a member may have, in characters.
const NAME_LENGTH: usize = 30;

/// What a new appspace is made of.
#[derive(Clone, Debug)]
pub struct NewAppspace {
    /// Whose it will be.
    pub owner: AccountId,
    /// The name that the owner has as its first member; what is over 30 characters is cut.
    pub owner_name: String,
    /// What will run in it.
    pub version: AppVersion,
    /// Where it will answer.
    pub address: Address,
}

impl Lifecycle {
    /// Makes an appspace: its directory, its owner as first member, and its data at the app's schema. The
    /// work goes on if the caller goes away.
    ///
    /// # Errors
    /// There is no appspace then, and nothing of it is left.
    pub async fn create(&self, new: NewAppspace) -> Result<Appspace, CreateError> {
        let there = self.parts().appspaces.at(&new.address).await;
        if there.map_err(CreateError::Store)?.is_some() {
            return Err(CreateError::AddressTaken(new.address));
        }
        self.room().await?;
        let id = AppspaceId::new();
        let work = Work::CreateAppspace { appspace: id };
        let this = self.clone();
        let body = move |run: Run| async move { this.make(&run, id, new).await };
        self.jobs().start(work, self.undoing(), body)?.wait().await
    }

    async fn make(
        &self,
        run: &Run,
        id: AppspaceId,
        new: NewAppspace,
    ) -> Result<Appspace, CreateError> {
        let hold = self.parts().gates.of_new(id).hold(Reason::Creating).await;
        let hold = run.keep(hold);
        let dir = self.parts().data.appspace(id);
        run.step(Step::MakeDirectory, make_directory(dir.clone()))
            .await?;
        run.step(Step::AddOwner, async {
            let added = self.add_owner(id, &new).await;
            added.map_err(CreateError::Store)
        })
        .await?;
        run.step(Step::Migrate, self.first_migration(&hold, &dir, &new))
            .await?;
        run.step(Step::Flush, async {
            self.close_all(id).await;
            flush(dir).await
        })
        .await?;
        run.step(Step::Record, self.record(run, id, new)).await
    }

    async fn first_migration(
        &self,
        hold: &Hold,
        dir: &AppspaceDir,
        new: &NewAppspace,
    ) -> Result<(), CreateError> {
        let (parts, id) = (self.parts(), hold.appspace());
        let migration = Migration {
            code: (parts.code_of)(&new.version),
            appspace: AppspaceMounts {
                id,
                address: new.address.clone(),
                dir: dir.clone(),
                users: Arc::new(MemberUsers::new(Arc::clone(&parts.inside.members), id)),
                outlet: None,
            },
            to: new.version.schema,
            limits: parts.limits.clone(),
        };
        let migrated = migrate(hold, &*parts.engine, &*parts.inside.schemas, migration).await;
        migrated.map_err(CreateError::Migrate)
    }

    async fn add_owner(&self, id: AppspaceId, new: &NewAppspace) -> Result<(), StoreError> {
        let owner = Member {
            proxy_id: ProxyId::random(),
            display_name: new.owner_name.chars().take(NAME_LENGTH).collect(),
            avatar: String::new(),
            permissions: BTreeSet::new(),
            is_owner: true,
        };
        let members = &self.parts().inside.members;
        members.add_member(id, &owner, Some(new.owner)).await
    }

    async fn record(
        &self,
        run: &Run,
        id: AppspaceId,
        new: NewAppspace,
    ) -> Result<Appspace, CreateError> {
        let appspace = Appspace {
            id,
            owner: new.owner,
            address: new.address,
            app: new.version.app,
            version_id: new.version.id,
            version: new.version.version,
            paused: false,
            created: self.parts().clock.now(),
        };
        let recording = self.parts().appspaces.add_by(&appspace, run.id(), None);
        match run.commit(recording).await {
            Ok(()) => {
                // Somebody may have asked for it before it was there.
                (self.parts().forget)(&appspace.address);
                Ok(appspace)
            }
            Err(StoreError::Taken { .. }) => Err(CreateError::AddressTaken(appspace.address)),
            Err(error) => Err(CreateError::Store(error)),
        }
    }
}

async fn make_directory(dir: AppspaceDir) -> Result<(), CreateError> {
    let path = dir.root().to_owned();
    let made = blocking(move || {
        dir.create()?;
        fault::point("make a directory: before it is on disk");
        // Once it is recorded, the directory itself must outlive a power cut, too.
        dir.root().parent().map_or(Ok(()), publish::sync_dir)
    });
    made.await.map_err(|source| in_directory(path, source))
}

async fn flush(dir: AppspaceDir) -> Result<(), CreateError> {
    let path = dir.root().to_owned();
    let flushed = blocking(move || publish::sync_tree(dir.root()));
    flushed.await.map_err(|source| in_directory(path, source))
}

fn in_directory(path: PathBuf, source: io::Error) -> CreateError {
    CreateError::Directory { path, source }
}
