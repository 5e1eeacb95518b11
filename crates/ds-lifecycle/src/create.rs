//! Making an appspace.
//!
//! ```text
//! record the job ─▶ make the directory ─▶ add the owner ─▶ migrate 0 → schema ─▶ record it ─▶ end the job
//!                        └──────────────┴──────────────┴─ on failure: remove the directory, end the job
//! ```
//!
//! Nothing answers at the address before it is recorded, and its gate is held until the job has ended.

use std::{collections::BTreeSet, sync::Arc};

use ds_core::{
    AccountId, Address, AppVersion, Appspace, AppspaceId, Hold, Job, JobId, Member, ProxyId,
    Reason, StoreError, Work, error_chain, publish,
};
use ds_sandbox::AppspaceMounts;

use crate::{CreateError, Lifecycle, MemberUsers, Migration, migrate};

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
        if self
            .0
            .appspaces
            .at(&new.address)
            .await
            .map_err(CreateError::Store)?
            .is_some()
        {
            return Err(CreateError::AddressTaken(new.address));
        }
        let this = self.clone();
        let work = tokio::spawn(async move { this.create_as_job(new).await });
        work.await.unwrap_or(Err(CreateError::Interrupted))
    }

    async fn create_as_job(&self, new: NewAppspace) -> Result<Appspace, CreateError> {
        let id = AppspaceId::new();
        let work = Work::CreateAppspace { appspace: id };
        let job = Job {
            id: JobId::new(),
            work,
            begun: self.0.clock.now(),
        };
        self.0.jobs.begin(&job).await.map_err(CreateError::Store)?;

        let hold = self.0.gates.of_new(id).hold(Reason::Creating).await;
        let made = self.make(&hold, new).await;
        let failure = made.as_ref().err().map(|error| error_chain(error));
        if failure.is_some() {
            self.unmake(id).await;
        }
        if let Err(error) = self.0.jobs.end(job.id, failure.as_deref()).await {
            // Harmless: at the next start the job is found and finds its work done or undone.
            tracing::warn!(job = %job.id, error = &error as &dyn std::error::Error, "cannot end a job");
        }
        made
    }

    async fn make(&self, hold: &Hold, new: NewAppspace) -> Result<Appspace, CreateError> {
        let id = hold.appspace();
        let dir = self.0.data.appspace(id);
        let failed_at = dir.root().to_owned();
        let directory = |source| CreateError::Directory {
            path: failed_at.clone(),
            source,
        };
        let made = dir.clone();
        blocking(move || made.create()).await.map_err(directory)?;

        self.add_owner(id, &new).await.map_err(CreateError::Store)?;
        let migration = Migration {
            code: (self.0.code_of)(&new.version),
            appspace: AppspaceMounts {
                id,
                address: new.address.clone(),
                dir: dir.clone(),
                users: Arc::new(MemberUsers::new(Arc::clone(&self.0.members), id)),
                outlet: None,
            },
            to: new.version.schema,
            limits: self.0.limits.clone(),
        };
        migrate(hold, &*self.0.engine, &*self.0.schemas, migration)
            .await
            .map_err(CreateError::Migrate)?;

        self.close_all(id).await;
        blocking(move || {
            publish::sync_tree(dir.root())?;
            // Once it is recorded, the directory itself must outlive a power cut, too.
            dir.root().parent().map_or(Ok(()), publish::sync_dir)
        })
        .await
        .map_err(directory)?;
        self.record(id, new).await
    }

    async fn add_owner(&self, id: AppspaceId, new: &NewAppspace) -> Result<(), StoreError> {
        let owner = Member {
            proxy_id: ProxyId::random(),
            display_name: new.owner_name.chars().take(NAME_LENGTH).collect(),
            avatar: String::new(),
            permissions: BTreeSet::new(),
            is_owner: true,
        };
        self.0.members.add_member(id, &owner, Some(new.owner)).await
    }

    async fn record(&self, id: AppspaceId, new: NewAppspace) -> Result<Appspace, CreateError> {
        let appspace = Appspace {
            id,
            owner: new.owner,
            address: new.address,
            app: new.version.app,
            version_id: new.version.id,
            version: new.version.version,
            paused: false,
            created: self.0.clock.now(),
        };
        match self.0.appspaces.add(&appspace).await {
            Ok(()) => Ok(appspace),
            Err(StoreError::Taken { .. }) => Err(CreateError::AddressTaken(appspace.address)),
            Err(error) => Err(CreateError::Store(error)),
        }
    }

    /// Takes back what [`Self::make`] did before it failed.
    pub(crate) async fn unmake(&self, id: AppspaceId) {
        self.close_all(id).await;
        self.0.gates.forget(id);
        let dir = self.0.data.appspace(id);
        let root = dir.root().to_owned();
        if let Err(error) = blocking(move || publish::remove_dir(&root)).await {
            tracing::error!(
                path = %dir.root().display(),
                error = &error as &dyn std::error::Error,
                "cannot remove what is left of an appspace that could not be made"
            );
        }
    }
}

/// File work off the runtime's threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(std::io::Error::other)?
}
