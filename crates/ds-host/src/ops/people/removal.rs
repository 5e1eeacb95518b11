//! Removing an account with all it has.
//!
//! ```text
//! recorded, blocked ─▶ each appspace to the trash ─▶ its snapshots forgotten, and it removed for good ─▶ apps ─▶ the account
//! ```
//!
//! What was recorded is gone on with at the next start, and once a day, until the account is gone: every step finds what is left.

use std::{net::IpAddr, time::Duration};

use ds_auth::{
    Account,
    people::{AccountChange, Removal},
};
use ds_core::{AppId, AppspaceId, error_chain, fault};

use super::{
    super::{ErrorKind, OpError, Ops},
    Action, Actor, letters, roles,
};

/// How long is waited for work on an appspace that cannot be given up.
const PATIENCE: Duration = Duration::from_mins(10);
/// How often is looked whether it is over.
const LOOK: Duration = Duration::from_millis(50);

impl Ops {
    /// Removes one's own account, with all it has. From when this returns nobody can log in to it, and the rest goes on by
    /// itself.
    ///
    /// # Errors
    /// If the password is wrong, or nobody would be left to run the host.
    pub async fn delete_own_account(
        &self,
        account: &Account,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<(), OpError> {
        self.confirm(account, password, from).await?;
        self.begin_removal(account.id.into(), account).await?;
        self.spawn_removals();
        Ok(())
    }

    /// Removes somebody else's account, with all it has. From when this returns nobody can log in to it, and the rest goes
    /// on by itself. An admin who does that on a page gives their own password.
    ///
    /// # Errors
    /// If the password is wrong, or nobody would be left to run the host.
    pub async fn remove_account_as(
        &self,
        admin: &Account,
        password: String,
        from: Option<IpAddr>,
        which: &str,
    ) -> Result<(), OpError> {
        let by = Actor::Account(admin.id);
        let account = self.other(&by, which, "remove").await?;
        self.confirm(admin, password, from).await?;
        self.begin_removal(by, &account).await?;
        self.spawn_removals();
        Ok(())
    }

    /// Removes an account, with all it has, for whoever has the command line; returns when it is gone.
    ///
    /// # Errors
    /// If it cannot be removed, or not now: then the host goes on with it later.
    pub async fn remove_account(&self, which: &str) -> Result<Account, OpError> {
        let account = self.account_meant(which).await?;
        self.begin_removal(Actor::CommandLine, &account).await?;
        self.go_on_removing().await;
        let left = self.parts.people.roles.account_at(&account.email).await?;
        if left.is_some_and(|left| left.id == account.id) {
            let message = format!(
                "{} is blocked, and not all it has is gone yet",
                account.email
            );
            return Err(OpError::new(ErrorKind::Busy, message)
                .with_hint("the host goes on by itself; its log says what stands against it"));
        }
        Ok(account)
    }

    /// Goes on with removals that a stop of the host interrupted.
    pub(crate) fn spawn_removals(&self) {
        let ops = self.clone();
        tokio::spawn(async move { ops.go_on_removing().await });
    }

    async fn begin_removal(&self, by: Actor, account: &Account) -> Result<(), OpError> {
        let removal = Removal {
            account: account.id,
            by: match by {
                Actor::Account(id) => Some(id),
                _ => None,
            },
            begun: self.now(),
        };
        let begun = self.parts.people.roles.begin_removal(&removal).await?;
        roles::done(begun, account)?;
        self.shut_out(account.id).await;
        let email = account.email.as_str();
        self.note(by, Action::RemovalBegun, email).await;
        Ok(())
    }

    /// Removes every account whose removal is recorded, as far as that can be done now.
    pub(super) async fn go_on_removing(&self) {
        // Waiting here waits for another removal, which does the same.
        let _alone = self.parts.people.removing.lock().await;
        let removals = match self.parts.people.roles.removals().await {
            Ok(removals) => removals,
            Err(error) => {
                let error = error_chain(&error);
                tracing::error!(error, "cannot find out which accounts are to be removed");
                return;
            }
        };
        for removal in removals {
            if let Err(error) = self.finish_removal(&removal).await {
                let (account, error) = (removal.account, error_chain(&error));
                tracing::error!(%account, error, "cannot remove an account yet; it is tried again tomorrow");
            }
        }
    }

    async fn finish_removal(&self, removal: &Removal) -> Result<(), OpError> {
        let id = removal.account;
        let Some(account) = self.parts.account_store.account(id).await? else {
            return Ok(());
        };
        // What got in between the block and its effect.
        self.shut_out(id).await;
        fault::point("removal: appspaces");
        for appspace in self.parts.appspaces.appspaces_of(id).await? {
            self.when_free(appspace.id).await;
            self.parts.work.changes.delete(appspace.id).await?;
        }
        for trashed in self.parts.work.trash.trash_of(id).await? {
            let appspace = trashed.appspace.id;
            self.forget_all_backups(appspace).await;
            self.when_free(appspace).await;
            self.parts.work.changes.remove_for_good(appspace).await?;
        }
        fault::point("removal: apps");
        for app in self.parts.apps.apps(id).await? {
            self.remove_app(app.id).await?;
        }
        self.forget_followers(id).await?;
        fault::point("removal: account");
        let by = who_removes(removal, &account);
        roles::done(self.remove_bare(&account).await?, &account)?;
        fault::point("removal: done");
        self.shut_out(id).await;
        let email = account.email.as_str();
        self.note(by, Action::AccountRemoved, email).await;
        self.mail(&letters::removed(email, &self.names().site_origin()))
            .await;
        Ok(())
    }

    async fn remove_bare(&self, account: &Account) -> Result<AccountChange, OpError> {
        let roles = &self.parts.people.roles;
        Ok(roles.remove_account(account.id).await?)
    }

    /// Gives up what is being done to an appspace, and waits until it is over.
    async fn when_free(&self, appspace: AppspaceId) {
        let jobs = &self.parts.work.jobs;
        let Some(running) = jobs.of(appspace) else {
            return;
        };
        // Some work must be finished: then it is waited for.
        let _ = jobs.cancel(running.job);
        let is_there = || jobs.of(appspace).is_some_and(|now| now.job == running.job);
        let over = async {
            while is_there() {
                tokio::time::sleep(LOOK).await;
            }
        };
        let _ = tokio::time::timeout(PATIENCE, over).await;
    }

    /// Removes an app that nothing uses any more. Its files first: what is recorded is found again.
    async fn remove_app(&self, app: AppId) -> Result<(), OpError> {
        let dir = self.parts.data.app(app);
        match tokio::fs::remove_dir_all(&dir).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let message = format!("cannot remove {}", dir.display());
                return Err(OpError::new(ErrorKind::Internal, message).with_source(error));
            }
            _ => {}
        }
        for version in self.parts.apps.versions(app).await? {
            self.parts.apps.remove_version(version.id).await?;
        }
        Ok(())
    }
}

/// Who it was, by what they are called: they may be the one who goes.
fn who_removes(removal: &Removal, account: &Account) -> Actor {
    match removal.by {
        Some(by) if by == account.id => Actor::Named(account.email.clone()),
        Some(by) => Actor::Account(by),
        None => Actor::CommandLine,
    }
}
