//! How members prove who they are, beside an account of this host.

use std::collections::HashMap;

use async_trait::async_trait;

use crate::{AccountId, AppspaceId, Member, ProxyId, StoreError};

/// A kind of proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginKind {
    /// A DropID: `example.com/ada`.
    DropId,
    /// Another page on the web that can vouch for somebody, by its address.
    Profile,
    /// A mail address, lower case.
    Email,
}

/// A way for a member to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberLogin {
    /// Which kind.
    pub kind: LoginKind,
    /// Who they are there, in its one spelling.
    pub name: String,
    /// The server that has signed for them, which must go on signing; empty if none has.
    pub signed_by: String,
}

impl LoginKind {
    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DropId => "dropid",
            Self::Profile => "profile",
            Self::Email => "email",
        }
    }

    /// What is written so.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let all = [Self::DropId, Self::Profile, Self::Email];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How a member logs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberWays {
    /// With this account of this host.
    pub account: Option<AccountId>,
    /// Otherwise, oldest first.
    pub logins: Vec<MemberLogin>,
}

/// The ways in which members log in; kept inside each appspace's own data, as its members are.
#[async_trait]
pub trait MemberLogins: Send + Sync {
    /// Those of a member, oldest first.
    async fn logins(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Vec<MemberLogin>, StoreError>;
    /// Who logs in so, and what is known of it.
    async fn member_with(
        &self,
        appspace: AppspaceId,
        kind: LoginKind,
        name: &str,
    ) -> Result<Option<(Member, MemberLogin)>, StoreError>;
    /// Gives a member a way to log in.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if somebody logs in so, [`StoreError::Missing`] if there is no such member.
    async fn add_login(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        login: &MemberLogin,
    ) -> Result<(), StoreError>;
    /// Records that a server signed for somebody; one who does not log in so is fine.
    async fn note_signed(
        &self,
        appspace: AppspaceId,
        kind: LoginKind,
        name: &str,
        by: &str,
    ) -> Result<(), StoreError>;
    /// Whether a server is known to have signed for anybody here.
    async fn has_signed(&self, appspace: AppspaceId, by: &str) -> Result<bool, StoreError>;
    /// Takes a way to log in from a member. Says whether it was theirs.
    async fn remove_login(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        kind: LoginKind,
        name: &str,
    ) -> Result<bool, StoreError>;
    /// Adds a member together with a way to log in: both or neither.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if somebody has the id, or logs in so.
    async fn add_member_with(
        &self,
        appspace: AppspaceId,
        member: &Member,
        login: &MemberLogin,
    ) -> Result<(), StoreError>;
    /// How every member logs in, with one question; those of no way are not there.
    async fn all_ways(
        &self,
        appspace: AppspaceId,
    ) -> Result<HashMap<ProxyId, MemberWays>, StoreError>;
    /// The account of this host that a member logs in with.
    async fn account_of(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<AccountId>, StoreError>;
    /// Lets a member log in with this account of this host, in place of any other; `None`: with none.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the account is another member, [`StoreError::Missing`] if there is no such member.
    async fn set_account(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        account: Option<AccountId>,
    ) -> Result<(), StoreError>;
}
