//! Accounts as those who run the host see them: who they are, who runs the host, and who is kept out.

use ds_auth::{
    Account,
    people::{AccountChange, AccountEntry},
};
use ds_core::AccountId;

use super::{
    super::{ErrorKind, OpError, Ops, accounts::clip},
    Action, Actor,
};

/// The most accounts that one list shows.
const LISTED: u32 = 10_000;

/// What became of blocking somebody.
#[derive(Clone, Debug)]
pub struct Blocked {
    /// The account, as it is now.
    pub entry: AccountEntry,
    /// Appspaces that were to be paused and could not be, with the reason.
    pub not_paused: Vec<(String, String)>,
}

impl Ops {
    /// The accounts whose mail address or name has `find` in it, oldest first: `most` after the first `skip`; and whether
    /// there are more.
    ///
    /// # Errors
    /// If whoever asks does not run the host.
    pub async fn people(
        &self,
        by: impl Into<Actor>,
        find: &str,
        skip: u32,
        most: u32,
    ) -> Result<(Vec<AccountEntry>, bool), OpError> {
        self.must_be_admin(&by.into()).await?;
        let most = most.min(LISTED);
        let roles = &self.parts.people.roles;
        let entries = roles.account_entries(find.trim(), skip, most + 1);
        let mut all = entries.await?;
        let has_more = all.len() > most as usize;
        all.truncate(most as usize);
        Ok((all, has_more))
    }

    /// The account that is meant: by its id, or by its mail address; blocked ones, too.
    pub async fn account_meant(&self, which: &str) -> Result<Account, OpError> {
        let roles = &self.parts.people.roles;
        let found = match which.parse::<AccountId>() {
            Ok(id) => roles.account_entry(id).await?.map(|entry| entry.account),
            Err(_) => roles.account_at(&which.trim().to_lowercase()).await?,
        };
        found.ok_or_else(|| no_account(which))
    }

    /// One account, as admins see it.
    ///
    /// # Errors
    /// If there is none, or whoever asks does not run the host.
    pub async fn person(&self, by: impl Into<Actor>, which: &str) -> Result<AccountEntry, OpError> {
        self.must_be_admin(&by.into()).await?;
        let id = self.account_meant(which).await?.id;
        self.entry_of(id).await
    }

    /// Keeps somebody out: all their sessions end, at once and everywhere here, and nothing that proves who they are does so any
    /// more. Their appspaces go on for the members, unless `pause` says otherwise.
    ///
    /// # Errors
    /// If it is oneself, or nobody would be left to run the host.
    pub async fn block_account(
        &self,
        by: impl Into<Actor>,
        which: &str,
        pause: bool,
    ) -> Result<Blocked, OpError> {
        let by = by.into();
        let account = self.other(&by, which, "block").await?;
        let roles = &self.parts.people.roles;
        let changed = roles.set_blocked(account.id, Some(self.now())).await?;
        done(changed, &account)?;
        self.shut_out(account.id).await;
        let email = account.email.as_str();
        self.note(by, Action::AccountBlocked, email).await;
        let mut not_paused = Vec::new();
        if pause {
            for space in self.parts.appspaces.appspaces_of(account.id).await? {
                if let Err(error) = self.parts.lifecycle.pause(&space).await {
                    let why = ds_core::error_chain(&error);
                    not_paused.push((space.address.to_string(), why));
                }
            }
        }
        let entry = self.entry_of(account.id).await?;
        Ok(Blocked { entry, not_paused })
    }

    /// Lets somebody in again. They log in anew.
    ///
    /// # Errors
    /// If there is no such account, or it is being removed.
    pub async fn unblock_account(
        &self,
        by: impl Into<Actor>,
        which: &str,
    ) -> Result<AccountEntry, OpError> {
        let by = by.into();
        self.must_be_admin(&by).await?;
        let account = self.account_meant(which).await?;
        let changed = self
            .parts
            .people
            .roles
            .set_blocked(account.id, None)
            .await?;
        done(changed, &account)?;
        self.parts.tokens.forget_account(account.id);
        let email = account.email.as_str();
        self.note(by, Action::AccountUnblocked, email).await;
        self.entry_of(account.id).await
    }

    /// Lets somebody run this host, or not any more.
    ///
    /// # Errors
    /// If nobody would be left who runs it.
    pub async fn set_admin(
        &self,
        by: impl Into<Actor>,
        which: &str,
        is_admin: bool,
    ) -> Result<AccountEntry, OpError> {
        let by = by.into();
        self.must_be_admin(&by).await?;
        let account = self.account_meant(which).await?;
        if account.is_admin != is_admin {
            let roles = &self.parts.people.roles;
            done(roles.set_admin(account.id, is_admin).await?, &account)?;
            let action = if is_admin {
                Action::MadeAdmin
            } else {
                Action::UnmadeAdmin
            };
            self.note(by, action, account.email.as_str()).await;
        }
        self.entry_of(account.id).await
    }

    /// The account of somebody else, for an admin who wants to do this to it.
    ///
    /// # Errors
    /// If it is their own, there is none, or whoever asks does not run the host.
    pub async fn other(&self, by: &Actor, which: &str, action: &str) -> Result<Account, OpError> {
        self.must_be_admin(by).await?;
        let account = self.account_meant(which).await?;
        if *by == Actor::Account(account.id) {
            let message = format!("you cannot {action} your own account here");
            let hint = "somebody else who runs this host can; you can delete yours on its own page";
            return Err(OpError::new(ErrorKind::Conflict, message).with_hint(hint));
        }
        Ok(account)
    }

    /// Ends what is remembered of somebody who was blocked: the database knows already.
    pub(super) async fn shut_out(&self, id: AccountId) {
        if let Err(error) = self.parts.sessions.end_account(id).await {
            // They are over in the database, and memory is believed no more.
            let error = ds_core::error_chain(&error);
            tracing::error!(account = %id, error, "cannot end the sessions of a blocked account");
        }
        self.parts.tokens.forget_account(id);
    }

    async fn entry_of(&self, id: AccountId) -> Result<AccountEntry, OpError> {
        let entry = self.parts.people.roles.account_entry(id).await?;
        entry.ok_or_else(|| no_account(&id.to_string()))
    }
}

pub(super) fn done(changed: AccountChange, account: &Account) -> Result<(), OpError> {
    let email = &account.email;
    let conflict = |message: String, hint: &'static str| {
        Err(OpError::new(ErrorKind::Conflict, message).with_hint(hint))
    };
    match changed {
        AccountChange::Done => Ok(()),
        AccountChange::Missing => Err(no_account(email)),
        AccountChange::LastAdmin => conflict(
            format!("{email} is the only one who runs this host"),
            "make somebody else an admin first",
        ),
        AccountChange::InUse => conflict(
            format!("{email} still has apps or appspaces"),
            "they go first",
        ),
        AccountChange::Leaving => conflict(
            format!("the account {email} is being removed"),
            "that cannot be taken back",
        ),
    }
}

fn no_account(which: &str) -> OpError {
    let message = format!("there is no account `{}` on this host", clip(which));
    OpError::new(ErrorKind::NotFound, message)
        .with_hint("`ds-host account list` shows those there are")
}
