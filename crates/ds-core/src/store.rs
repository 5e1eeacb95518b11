//! What is remembered of apps, appspaces and members. ds-store implements these over SQLite; ds-dev and
//! tests have their own. Contract tests for every implementation are in ds-testkit.

use async_trait::async_trait;

use crate::{
    AccountId, Address, App, AppId, AppVersion, Appspace, AppspaceId, Job, JobId, JobRecord,
    Member, Permission, ProxyId, Schema, VersionId, Work,
};

/// Why something could not be remembered or recalled.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another record has this already; nothing was changed.
    #[error("{what} is taken")]
    Taken {
        /// What is taken, in words: "the address notes.example.com".
        what: String,
    },
    /// There is no such record; nothing was changed.
    #[error("there is no {what}")]
    Missing {
        /// What is missing, in words.
        what: String,
    },
    /// What was read makes no sense.
    #[error("cannot understand the stored {what}")]
    Broken {
        /// What was read.
        what: &'static str,
        /// Why it makes no sense.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database failed.
    #[error("cannot {action}")]
    Failed {
        /// What was being done: "list apps".
        action: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Installed apps.
#[async_trait]
pub trait AppStore: Send + Sync {
    /// Every app of an account, by name.
    async fn apps(&self, owner: AccountId) -> Result<Vec<App>, StoreError>;
    /// The app of an account by its name, if there is one.
    async fn app_named(&self, owner: AccountId, name: &str) -> Result<Option<App>, StoreError>;
    /// The installed versions of an app, oldest version number first.
    async fn versions(&self, app: AppId) -> Result<Vec<AppVersion>, StoreError>;
    /// The installed versions of all apps of an account, of each app the oldest version number first.
    async fn versions_of(&self, owner: AccountId) -> Result<Vec<AppVersion>, StoreError> {
        let mut all = Vec::new();
        for app in self.apps(owner).await? {
            all.extend(self.versions(app.id).await?);
        }
        Ok(all)
    }
    /// One installed version.
    async fn version(&self, id: VersionId) -> Result<Option<AppVersion>, StoreError>;
    /// Records a version, and its app if that is new, together.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the app has this version, or the owner another app of this name.
    async fn add_version(&self, app: &App, version: &AppVersion) -> Result<(), StoreError>;
    /// Forgets a version, and its app if that was the last.
    async fn remove_version(&self, id: VersionId) -> Result<(), StoreError>;
}

/// The appspaces of this host.
#[async_trait]
pub trait AppspaceStore: Send + Sync {
    /// The appspace that answers at an address.
    async fn at(&self, address: &Address) -> Result<Option<Appspace>, StoreError>;
    /// One appspace.
    async fn appspace(&self, id: AppspaceId) -> Result<Option<Appspace>, StoreError>;
    /// Every appspace of an account, by address.
    async fn appspaces_of(&self, owner: AccountId) -> Result<Vec<Appspace>, StoreError>;
    /// Records an appspace.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if something answers at its address already.
    async fn add(&self, appspace: &Appspace) -> Result<(), StoreError>;
    /// Records an appspace, and that the job which made it is done: both or neither. Who may not come back to `like`,
    /// from whose data it was made, may not come to it either.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if something answers at its address already, [`StoreError::Missing`] if no such job
    /// is under way.
    async fn add_by(
        &self,
        appspace: &Appspace,
        job: JobId,
        like: Option<AppspaceId>,
    ) -> Result<(), StoreError>;
    /// Records which version runs in an appspace now, and that the job which brought it there is done: both or
    /// neither.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace or version, or no such job under way.
    async fn change_version(
        &self,
        id: AppspaceId,
        version: VersionId,
        job: JobId,
    ) -> Result<(), StoreError>;
    /// Forgets an appspace.
    async fn remove(&self, id: AppspaceId) -> Result<(), StoreError>;
    /// Records whether the owner paused it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn set_paused(&self, id: AppspaceId, paused: bool) -> Result<(), StoreError>;
}

/// The members of appspaces; kept inside each appspace's own data, so that they travel with it.
#[async_trait]
pub trait MemberStore: Send + Sync {
    /// All members, owner first, then by name.
    async fn members(&self, appspace: AppspaceId) -> Result<Vec<Member>, StoreError>;
    /// One member.
    async fn member(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<Member>, StoreError>;
    /// The member who logs in with this account of this host.
    async fn member_of_account(
        &self,
        appspace: AppspaceId,
        account: AccountId,
    ) -> Result<Option<Member>, StoreError>;
    /// Adds a member, and the account they log in with, if any.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the proxy id or the account is a member already.
    async fn add_member(
        &self,
        appspace: AppspaceId,
        member: &Member,
        account: Option<AccountId>,
    ) -> Result<(), StoreError>;
    /// Gives or takes a permission.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such member.
    async fn set_permission(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        permission: &Permission,
        granted: bool,
    ) -> Result<(), StoreError>;
    /// Removes a member.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such member.
    async fn remove_member(&self, appspace: AppspaceId, id: &ProxyId) -> Result<(), StoreError>;
}

/// The schema of each appspace's data, kept beside its members.
#[async_trait]
pub trait SchemaStore: Send + Sync {
    /// The schema the data has; 0 for a new appspace.
    async fn schema(&self, appspace: AppspaceId) -> Result<Schema, StoreError>;
    /// Records the schema the data now has.
    async fn set_schema(&self, appspace: AppspaceId, schema: Schema) -> Result<(), StoreError>;
}

/// Looks whether what an appspace carries with it is whole.
#[async_trait]
pub trait Integrity: Send + Sync {
    /// Checks the database of members and schema.
    ///
    /// # Errors
    /// [`StoreError::Broken`] if it is damaged, another if it cannot be checked.
    async fn check(&self, appspace: AppspaceId) -> Result<(), StoreError>;
    /// Checks one that came from elsewhere, before anything else is asked of it: it must also be of our making, with
    /// nothing in it that computes.
    ///
    /// # Errors
    /// As [`check`](Self::check); [`StoreError::Broken`] if it has what none of ours has, or is larger than any.
    async fn check_foreign(&self, appspace: AppspaceId) -> Result<(), StoreError> {
        self.check(appspace).await
    }
}

/// Something that keeps part of an appspace open (a sandbox, a database, a log) and can let go of it.
#[async_trait]
pub trait Closes: Send + Sync {
    /// Lets go of everything of this appspace; it may be opened again afterwards.
    async fn close(&self, appspace: AppspaceId);
}

/// What is being done that takes long: recorded before it acts, so that after a crash it can be undone.
#[async_trait]
pub trait JobLog: Send + Sync {
    /// Records a job before its first step. Of one appspace there is one job at a time: an earlier one whose end
    /// could not be recorded has ended now.
    async fn begin(&self, job: &Job) -> Result<(), StoreError>;
    /// Replaces what is recorded of a job's work: it is about to do something that could not be undone, or
    /// finished, by what was known when it began.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if no such job is under way.
    async fn advance(&self, id: JobId, work: &Work) -> Result<(), StoreError>;
    /// Records that a job ended: done, or undone with the reason.
    async fn end(&self, id: JobId, failure: Option<&str>) -> Result<(), StoreError>;
    /// The jobs that a crash left in the middle, oldest first.
    async fn unfinished(&self) -> Result<Vec<Job>, StoreError>;
    /// The last jobs of an appspace, newest first: as many as a page shows.
    async fn recent(&self, appspace: AppspaceId) -> Result<Vec<JobRecord>, StoreError>;
}
