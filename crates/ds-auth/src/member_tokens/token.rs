//! Tokens of members as rows.

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, Member, MemberTokenId, Permission, ProxyId, StoreError, Timestamp,
    secret::TokenHash,
};

/// A program that somebody let in is forgotten when it was not used for this long.
const CLIENT_IDLE: Duration = Duration::from_hours(90 * 24);

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// An API key: a program that is a member itself.
    Key,
    /// A secret link: whoever opens it is one and the same member.
    Link,
    /// A program that acts for a member who let it in.
    Client,
}

impl TokenKind {
    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Link => "link",
            Self::Client => "client",
        }
    }

    /// What is written so.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let all = [Self::Key, Self::Link, Self::Client];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A token of a member, as its keeper sees it: without what its bearer presents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberToken {
    /// Its id.
    pub id: MemberTokenId,
    /// Where it opens something.
    pub appspace: AppspaceId,
    /// As whom.
    pub member: ProxyId,
    /// The account of this host by which its member was logged in when they let a program in: the program goes
    /// when the account does.
    pub account: Option<AccountId>,
    /// What it is for.
    pub kind: TokenKind,
    /// What it is called; of a client, what it calls itself.
    pub name: String,
    /// The permissions its bearer has, of those the member holds; all of them without.
    pub scope: Option<BTreeSet<Permission>>,
    /// Where a link leads.
    pub path: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends, if it does.
    pub expires: Option<Timestamp>,
    /// When it was last used, to the hour.
    pub last_used: Option<Timestamp>,
}

impl MemberToken {
    /// Whether it opens nothing any more.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.is_over_when_used(self.last_used, now)
    }

    /// The same, if it was last used then.
    pub(super) fn is_over_when_used(&self, last: Option<Timestamp>, now: Timestamp) -> bool {
        let idle = || {
            let used = last.unwrap_or(self.created);
            self.kind == TokenKind::Client && used.plus(CLIENT_IDLE) <= now
        };
        self.expires.is_some_and(|end| end <= now) || idle()
    }

    /// The member as the bearer is one: with no more permissions than the scope has, and never the owner.
    #[must_use]
    pub fn narrow(&self, member: Member) -> Member {
        let Some(scope) = &self.scope else {
            return member;
        };
        let held = scope.iter().filter(|one| member.may(one));
        Member {
            permissions: held.cloned().collect(),
            is_owner: false,
            ..member
        }
    }
}

/// The tokens of members, by the hash of what their bearers present. They are the host's and not the appspace's:
/// an older state of its data brings none back, and a copy of it opens nothing.
#[async_trait]
pub trait MemberTokenStore: Send + Sync {
    /// Records a token.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace or account.
    async fn add_member_token(
        &self,
        hash: &TokenHash,
        token: &MemberToken,
    ) -> Result<(), StoreError>;
    /// The token with a hash; one that has ended may be returned and is refused by the caller.
    async fn member_token(&self, hash: &TokenHash) -> Result<Option<MemberToken>, StoreError>;
    /// The tokens of an appspace, oldest first.
    async fn member_tokens(&self, appspace: AppspaceId) -> Result<Vec<MemberToken>, StoreError>;
    /// Notes when a token was last used; one that is gone is fine.
    async fn note_member_token(&self, id: MemberTokenId, used: Timestamp)
    -> Result<(), StoreError>;
    /// Removes a token of an appspace. Says by which hash it was known, if it was there.
    async fn remove_member_token(
        &self,
        appspace: AppspaceId,
        id: MemberTokenId,
    ) -> Result<Option<TokenHash>, StoreError>;
    /// Removes every token of a member.
    async fn remove_tokens_of_member(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<(), StoreError>;
    /// Removes every program that was let in by an account's leave.
    async fn remove_clients_of_account(&self, account: AccountId) -> Result<(), StoreError>;
    /// The members of links that have ended and have sessions still.
    async fn ended_links(&self, now: Timestamp) -> Result<Vec<(AppspaceId, ProxyId)>, StoreError>;
    /// Removes clients that were not used since then.
    async fn purge_clients(&self, unused_since: Timestamp) -> Result<(), StoreError>;
}

/// Clients that were not used since this moment are over.
pub(super) fn unused_since(now: Timestamp) -> Timestamp {
    now.minus(CLIENT_IDLE)
}
