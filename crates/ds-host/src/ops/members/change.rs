//! Changing members, and ending their membership.

use ds_core::{AccountId, Appspace, AppspaceId, LoginKind, Member, ProxyId, StoreError};

use super::{Way, check_name};
use crate::ops::{Action, Actor, ErrorKind, OpError, Ops, accounts::clip};

/// How many ways to log in a member may have.
const MOST_WAYS: usize = 20;

impl Ops {
    /// Calls a member something else.
    pub async fn rename_member(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
        name: &str,
    ) -> Result<(), OpError> {
        let name = check_name(name)?;
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let found = self.find_member(&appspace, member).await?;
        self.put_name(&appspace, &found.proxy_id, &name).await
    }

    /// Calls a member what they want to be called: for themselves.
    pub async fn rename_self(
        &self,
        appspace: &Appspace,
        id: &ProxyId,
        name: &str,
    ) -> Result<(), OpError> {
        let name = check_name(name)?;
        self.put_name(appspace, id, &name).await
    }

    async fn put_name(&self, at: &Appspace, id: &ProxyId, name: &str) -> Result<(), OpError> {
        let changes = &self.parts.membership.changes;
        changes.set_name(at.id, id, name).await?;
        self.parts.sessions.forget_appspace(at.id);
        Ok(())
    }

    /// Gives a member another way to log in, as [`add_member`](Self::add_member) reads it.
    pub async fn add_member_login(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
        way: &str,
    ) -> Result<(), OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let found = self.find_member_to_give(&appspace, member).await?;
        let (way, logins) = (self.way(way).await?, &self.parts.membership.logins);
        let (at, id) = (appspace.id, &found.proxy_id);
        if logins.logins(at, id).await?.len() >= MOST_WAYS {
            let message = format!("a member can have {MOST_WAYS} ways to log in");
            return Err(OpError::new(ErrorKind::Conflict, message)
                .with_hint("remove one that is not used any more"));
        }
        let added = match &way {
            Way::Account(account) => {
                let before = logins.account_of(at, id).await?;
                if before.is_some_and(|before| before != account.id) {
                    let message = format!(
                        "{} logs in with another account of this host",
                        found.display_name
                    );
                    return Err(OpError::new(ErrorKind::Conflict, message)
                        .with_hint("remove that one first"));
                }
                self.lift_bars_of(&appspace, &way.who()).await?;
                logins.set_account(at, id, Some(account.id)).await
            }
            Way::Login(login) => {
                let known = &self.parts.membership.known;
                if known.has_left(&**logins, at, id, login).await? {
                    let message = format!("their own account has given {} up", login.name);
                    return Err(OpError::new(ErrorKind::Conflict, message).with_hint(
                        "they log in with their account, or with the address it has now",
                    ));
                }
                known.free(&**logins, at, login).await?;
                // Nobody is kept out in a way that the owner gave them.
                self.lift_bars_of(&appspace, &way.who()).await?;
                logins.add_login(at, id, login).await
            }
        };
        added.map_err(|error| match error {
            StoreError::Taken { .. } => OpError::new(
                ErrorKind::Conflict,
                format!(
                    "somebody logs in to {} as {} already",
                    appspace.address,
                    way.text()
                ),
            ),
            error => error.into(),
        })?;
        self.note_change(owner, &appspace, &found).await;
        Ok(())
    }

    /// Takes a way to log in from a member: `kind` is `account`, or how [`LoginKind`] is written. Who came in that way is
    /// logged out, and their open connections end.
    pub async fn remove_member_login(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
        kind: &str,
        name: &str,
    ) -> Result<(), OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let found = self.find_member(&appspace, member).await?;
        let (at, id) = (appspace.id, &found.proxy_id);
        let logins = &self.parts.membership.logins;
        let kind = match kind {
            "account" if found.is_owner => {
                let message = "the owner logs in with the account that the appspace belongs to";
                return Err(OpError::new(ErrorKind::Invalid, message));
            }
            "account" => None,
            kind => Some(LoginKind::read(kind).ok_or_else(|| {
                let message = format!("`{}` is no way to log in", clip(kind));
                OpError::new(ErrorKind::Invalid, message)
            })?),
        };
        // Which session came of which way is not recorded: all end, and who may come logs in again. Before, so that none is
        // left when the way is gone; and after, since who came that way may have come once more.
        self.end_open(at, id).await?;
        match kind {
            None => logins.set_account(at, id, None).await?,
            Some(kind) => drop(logins.remove_login(at, id, kind, name).await?),
        }
        self.end_open(at, id).await?;
        self.note_change(owner, &appspace, &found).await;
        Ok(())
    }

    /// Ends what a member has open, and what programs have in their name. Sessions first: those of a link are seen by it.
    async fn end_open(&self, at: AppspaceId, id: &ProxyId) -> Result<(), StoreError> {
        let sessions = self.parts.sessions.end_member(at, id).await;
        self.keys().tokens().end_member(at, id).await.and(sessions)
    }

    /// Ends a membership: their sessions end at once, and what they have open.
    pub async fn remove_member(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
    ) -> Result<Member, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let found = self.find_member(&appspace, member).await?;
        self.remove_found(owner, &appspace, found).await
    }

    pub(in crate::ops) async fn remove_found(
        &self,
        owner: AccountId,
        appspace: &Appspace,
        found: Member,
    ) -> Result<Member, OpError> {
        if found.is_owner {
            let message = format!("{} belongs to its owner, who stays", appspace.address);
            return Err(OpError::new(ErrorKind::Forbidden, message)
                .with_hint("to be rid of the appspace, delete it"));
        }
        self.end_membership(appspace, &found).await?;
        let about = format!("{} from {}", found.display_name, appspace.address);
        self.note(owner, Action::MemberRemoved, about).await;
        Ok(found)
    }

    /// Ends somebody's own membership.
    pub async fn leave(&self, appspace: &Appspace, id: &ProxyId) -> Result<(), OpError> {
        let found = self.member_now(appspace, id).await?;
        if found.is_owner {
            let message = "this appspace is yours: you cannot leave it";
            return Err(OpError::new(ErrorKind::Forbidden, message)
                .with_hint("to be rid of it, delete it at the account site"));
        }
        let account = self.parts.membership.logins.account_of(appspace.id, id);
        let account = account.await?;
        self.end_membership(appspace, &found).await?;
        let named = || Actor::member(&found.display_name);
        let by = account.map_or_else(named, Actor::Account);
        self.note(by, Action::MemberLeft, appspace.address.to_string())
            .await;
        Ok(())
    }

    /// Whoever interrupts this leaves nobody half removed: it goes on by itself.
    pub(in crate::ops) async fn end_membership(
        &self,
        appspace: &Appspace,
        member: &Member,
    ) -> Result<(), OpError> {
        let (ops, at) = (self.clone(), appspace.id);
        let member = member.clone();
        let done = tokio::spawn(async move {
            // First, while it is known; what they took over goes with themselves.
            ops.forget_followed_by(at, &member).await;
            // Gone from the host before they are gone from the appspace: an older state of it, after a crash, too, brings
            // nothing back that they had open.
            let before = ops.end_open(at, &member.proxy_id).await;
            let removed = ops.parts.members.remove_member(at, &member.proxy_id).await;
            // Also if there was no such member any more: what they had open must not outlive them.
            let ended = ops.end_open(at, &member.proxy_id).await;
            ops.remove_pictures(at, member.avatar).await;
            removed.and(before).and(ended)
        });
        let interrupted = |error| {
            OpError::new(ErrorKind::Internal, "ending a membership was interrupted")
                .with_source(error)
        };
        Ok(done.await.map_err(interrupted)??)
    }
}
