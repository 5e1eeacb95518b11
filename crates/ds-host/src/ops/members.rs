//! Members of an appspace, and what they may do.

mod add;
mod change;
mod follow;
mod followed;
mod names;
mod page;
mod permissions;
mod pictures;
mod roles;
mod ways;

use std::{collections::HashMap, sync::Arc};

use ds_auth::{
    AccountStore,
    dropid::{DropIdStore, FollowedStore},
    joining::JoinStore,
    people::{ProfileStore, RoleStore},
};
use ds_core::{
    AccountId, Appspace, AppspaceId, Member, MemberChanges, MemberLogin, MemberLogins, MemberLooks,
    ProxyId, Timestamp,
};

use super::{ErrorKind, KnownWays, OpError, Ops, accounts::clip};

pub(super) use add::Refusal;
pub(crate) use add::name_of_login;
pub(crate) use follow::Claims;
pub(super) use names::{check_name, name_from_email};
pub use page::MemberPage;
use ways::Way;

/// How many members an appspace may have.
pub(super) const MOST_MEMBERS: usize = 1_000;

/// What the operations about members stand on, beside the members.
pub struct Membership {
    /// The ways in which members log in.
    pub logins: Arc<dyn MemberLogins>,
    /// Changes members.
    pub changes: Arc<dyn MemberChanges>,
    /// Who may join, with which links, and who asks to.
    pub joins: Arc<dyn JoinStore>,
    /// What members took over from their own hosts.
    pub looks: Arc<dyn MemberLooks>,
    /// Where DropIDs of this host are followed.
    pub followed: Arc<dyn FollowedStore>,
    /// Finds out what belongs to the same person.
    pub known: KnownWays,
}

impl Membership {
    /// All of it in two stores: that inside the appspaces, and the host's own.
    pub fn new<I, H>(inside: &Arc<I>, host: &Arc<H>) -> Self
    where
        I: MemberLogins + MemberChanges + MemberLooks + 'static,
        H: JoinStore
            + FollowedStore
            + AccountStore
            + RoleStore
            + DropIdStore
            + ProfileStore
            + 'static,
    {
        Self {
            logins: inside.clone(),
            changes: inside.clone(),
            joins: host.clone(),
            looks: inside.clone(),
            followed: host.clone(),
            known: KnownWays::new(host),
        }
    }
}

/// A member as the owner sees them.
#[derive(Clone, Debug)]
pub struct MemberSummary {
    /// The member.
    pub member: Member,
    /// The mail address of the account that they log in with, if it is one of this host.
    pub account: Option<String>,
    /// The other ways in which they log in, oldest first.
    pub logins: Vec<MemberLogin>,
    /// The role that the app suggests and that allows exactly what they may do.
    pub role: Option<String>,
    /// When they were here last, to about an hour; `None` if it is not known.
    pub last_seen: Option<Timestamp>,
}

impl Ops {
    /// The members of an appspace, owner first, then by name.
    pub async fn members(&self, owner: AccountId, address: &str) -> Result<Vec<Member>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        Ok(self.parts.members.members(appspace.id).await?)
    }

    /// The same, with how they log in and when they were here.
    pub async fn member_summaries(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<MemberSummary>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let members = self.parts.members.members(appspace.id).await?;
        self.summaries(&appspace, members).await
    }

    /// The mail addresses of these accounts; those that are gone are left out.
    pub(super) async fn emails_of(
        &self,
        accounts: impl IntoIterator<Item = AccountId>,
    ) -> Result<HashMap<AccountId, String>, OpError> {
        let ids: Vec<AccountId> = accounts.into_iter().collect();
        Ok(self.parts.account_store.emails_of(&ids).await?)
    }

    /// One member, named by mail address, DropID or id.
    pub async fn member_summary(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
    ) -> Result<MemberSummary, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let member = self.find_member(&appspace, member).await?;
        let roles = self.roles_of(&appspace).await?;
        let mut summary = self.summary_of(&appspace, member).await?;
        summary.role = roles::role_of(&roles, &summary.member);
        Ok(summary)
    }

    /// How a member logs in, beside an account of this host.
    pub async fn logins_of(
        &self,
        appspace: &Appspace,
        id: &ProxyId,
    ) -> Result<Vec<MemberLogin>, OpError> {
        Ok(self.parts.membership.logins.logins(appspace.id, id).await?)
    }

    async fn summary_of(
        &self,
        appspace: &Appspace,
        member: Member,
    ) -> Result<MemberSummary, OpError> {
        let of = &self.parts.membership.logins;
        let account = match of.account_of(appspace.id, &member.proxy_id).await? {
            Some(id) => self.parts.account_store.account(id).await?,
            None => None,
        };
        Ok(MemberSummary {
            account: account.map(|account| account.email),
            logins: of.logins(appspace.id, &member.proxy_id).await?,
            member,
            role: None,
            last_seen: None,
        })
    }

    /// A member, named by the mail address of their account, a way in which they log in, or their id. Good to show them, or
    /// to take something from them: whoever's account says that the address is theirs may be meant.
    pub(super) async fn find_member(
        &self,
        appspace: &Appspace,
        text: &str,
    ) -> Result<Member, OpError> {
        Ok(self.member_meant(appspace, text).await?.0)
    }

    /// The same to give them something: then an address that nobody proved names nobody.
    pub(super) async fn find_member_to_give(
        &self,
        appspace: &Appspace,
        text: &str,
    ) -> Result<Member, OpError> {
        match self.member_meant(appspace, text).await? {
            (found, Named::Surely) => Ok(found),
            (found, Named::ByClaim) => {
                let message = format!(
                    "nobody has proved that `{}` is the address of the account that says so",
                    clip(text)
                );
                let hint = format!(
                    "if you mean the member {}, name them by their id: {}",
                    found.display_name, found.proxy_id
                );
                Err(OpError::new(ErrorKind::Conflict, message).with_hint(hint))
            }
        }
    }

    async fn member_meant(
        &self,
        appspace: &Appspace,
        text: &str,
    ) -> Result<(Member, Named), OpError> {
        let found = match text.parse::<ProxyId>() {
            Ok(id) => {
                let found = self.parts.members.member(appspace.id, &id).await?;
                found.map(|found| (found, Named::Surely))
            }
            Err(_) => self.member_named(appspace.id, text).await?,
        };
        found.ok_or_else(|| {
            let message = format!("`{}` is not a member of {}", clip(text), appspace.address);
            OpError::new(ErrorKind::NotFound, message)
                .with_hint("name members by mail address or DropID, or by the id that `ds-host appspace member list` shows")
        })
    }

    async fn member_named(
        &self,
        at: AppspaceId,
        text: &str,
    ) -> Result<Option<(Member, Named)>, OpError> {
        let found = match self.way(text).await {
            Ok(way) => self.member_by(at, &way).await?,
            Err(error) if error.kind() == ErrorKind::Internal => return Err(error),
            Err(_) => None,
        };
        if let Some(found) = found {
            return Ok(Some((found, Named::Surely)));
        }
        let account = match self.account_by_email(text).await {
            Ok(account) => account,
            Err(error) if error.kind() == ErrorKind::Internal => return Err(error),
            Err(_) => return Ok(None),
        };
        let found = self.parts.members.member_of_account(at, account.id).await?;
        let named = if account.email_proven {
            Named::Surely
        } else {
            Named::ByClaim
        };
        Ok(found.map(|found| (found, named)))
    }
}

/// How sure it is who is meant by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// It is theirs.
    Surely,
    /// Their account says that it is theirs, and nobody proved it.
    ByClaim,
}
