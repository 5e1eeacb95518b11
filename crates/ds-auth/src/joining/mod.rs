//! How people become members of an appspace beside being added by its owner: by asking at its door, or with an
//! invitation link.

mod who;

use std::collections::BTreeSet;

use async_trait::async_trait;
use ds_core::{AppspaceId, Permission, StoreError, Timestamp, secret::TokenHash};

pub use who::Who;

/// Who may become a member by asking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joining {
    /// Nobody: members are added, or come with a link.
    #[default]
    Closed,
    /// Whom the owner lets in.
    Approval,
    /// Everybody who proves who they are.
    Open,
}

/// Who may join an appspace, and as what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JoinRules {
    /// Who may.
    pub joining: Joining,
    /// What they may do who join.
    pub permissions: BTreeSet<Permission>,
}

/// A link that makes members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinLink {
    /// What to call it in lists; opens nothing.
    pub token: TokenHash,
    /// Of what they become members.
    pub appspace: AppspaceId,
    /// What they may do who come with it.
    pub permissions: BTreeSet<Permission>,
    /// For whom it is, in the owner's words; may be empty.
    pub note: String,
    /// How many more may come with it.
    pub uses_left: u32,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}

/// How many may wait at the door of one appspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MostWaiting {
    /// In all.
    pub all: u32,
    /// Of one [host](Who::host): whoever has one makes as many names there as they like.
    pub of_host: u32,
    /// Of all hosts of one [domain](Who::domain).
    pub of_domain: u32,
}

impl MostWaiting {
    /// So many, wherever they are from.
    #[must_use]
    pub fn anywhere(all: u32) -> Self {
        Self {
            all,
            of_host: all,
            of_domain: all,
        }
    }
}

/// Somebody who asks to become a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// Names it on pages.
    pub id: String,
    /// Of what.
    pub appspace: AppspaceId,
    /// Who they proved to be.
    pub who: Who,
    /// What they want to be called.
    pub name: String,
    /// When they asked.
    pub asked: Timestamp,
}

impl Joining {
    /// How it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Approval => "approval",
            Self::Open => "open",
        }
    }

    /// What is written so.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let all = [Self::Closed, Self::Approval, Self::Open];
        all.into_iter().find(|one| one.as_str() == text)
    }
}

impl JoinLink {
    /// Whether somebody may come with it at this moment.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.uses_left > 0 && now < self.expires
    }
}

/// Somebody who may not become a member of an appspace again, with all ways in which the host knew them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinBar {
    /// Names it on pages.
    pub id: String,
    /// What they were called there.
    pub name: String,
    /// Since when.
    pub barred: Timestamp,
    /// How they would come, by their [texts](Who::key).
    pub ways: Vec<BarredWay>,
}

/// One way in which somebody would come who may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarredWay {
    /// Who comes so.
    pub who: Who,
    /// What the owner was shown of it; empty if the host alone knew.
    pub shown: String,
}

/// Whether two lists of ways, by their [texts](Who::key), are of the same person: they share one, and do not name different
/// accounts of this host. An address may be another's by now.
#[must_use]
pub fn are_one(some: &BTreeSet<String>, others: &BTreeSet<String>) -> bool {
    let accounts = |of: &BTreeSet<String>| -> BTreeSet<String> {
        let is_one = |way: &&String| way.starts_with(who::ACCOUNT_PREFIX);
        of.iter().filter(is_one).cloned().collect()
    };
    let (here, there) = (accounts(some), accounts(others));
    let are_others = !here.is_empty() && !there.is_empty() && here.is_disjoint(&there);
    !some.is_disjoint(others) && !are_others
}

/// What is recorded of joining. It stays with the host: what travels with an appspace lets nobody in elsewhere, and a
/// snapshot brings back no link that was withdrawn.
#[async_trait]
pub trait JoinStore: Send + Sync {
    /// Who may join; where nothing was set, nobody.
    async fn join_rules(&self, appspace: AppspaceId) -> Result<JoinRules, StoreError>;
    /// Says who may join.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn set_join_rules(
        &self,
        appspace: AppspaceId,
        rules: &JoinRules,
    ) -> Result<(), StoreError>;
    /// Records a link.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn add_join_link(&self, link: &JoinLink) -> Result<(), StoreError>;
    /// The links of an appspace, newest first; those that are over too.
    async fn join_links(&self, appspace: AppspaceId) -> Result<Vec<JoinLink>, StoreError>;
    /// One link; it may be over.
    async fn join_link(&self, token: &TokenHash) -> Result<Option<JoinLink>, StoreError>;
    /// Uses a link once, if it is good at `now`: of many at once, no more succeed than it has uses.
    async fn use_join_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<JoinLink>, StoreError>;
    /// Gives a use back that made no member. A link that is gone is fine.
    async fn unuse_join_link(&self, token: &TokenHash) -> Result<(), StoreError>;
    /// Takes a link back. Says whether it was there.
    async fn remove_join_link(
        &self,
        appspace: AppspaceId,
        token: &TokenHash,
    ) -> Result<bool, StoreError>;
    /// Records that somebody asks, in place of what they asked before; but no more than `most` at one appspace. Says
    /// whether it was recorded.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn add_join_request(
        &self,
        request: &JoinRequest,
        most: MostWaiting,
    ) -> Result<bool, StoreError>;
    /// Who asks, first come first.
    async fn join_requests(&self, appspace: AppspaceId) -> Result<Vec<JoinRequest>, StoreError>;
    /// Takes a request off the list, to accept or refuse it.
    async fn take_join_request(
        &self,
        appspace: AppspaceId,
        id: &str,
    ) -> Result<Option<JoinRequest>, StoreError>;
    /// Lets somebody become a member in none of these ways, and takes what they ask off the list: all or nothing. What is
    /// recorded of any of the ways becomes a part of it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn add_join_bar(&self, appspace: AppspaceId, bar: &JoinBar) -> Result<(), StoreError>;
    /// Who may not become a member, barred last first.
    async fn join_bars(&self, appspace: AppspaceId) -> Result<Vec<JoinBar>, StoreError>;
    /// Lets somebody again, in all of their ways. One who may already is fine.
    async fn lift_join_bar(&self, appspace: AppspaceId, id: &str) -> Result<(), StoreError>;
    /// The same for whoever would come in any of these ways, by their [texts](Who::key).
    async fn lift_join_bars_of(
        &self,
        appspace: AppspaceId,
        ways: &BTreeSet<String>,
    ) -> Result<(), StoreError>;
    /// Removes links that ended before then, and requests that were asked before then.
    async fn purge_joining(&self, before: Timestamp) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_the_same_person() {
        let check = |some: &[&str], others: &[&str], expect: bool| {
            let set = |of: &[&str]| of.iter().map(|way| (*way).to_owned()).collect();
            assert_eq!(
                are_one(&set(some), &set(others)),
                expect,
                "{some:?} {others:?}"
            );
            assert_eq!(
                are_one(&set(others), &set(some)),
                expect,
                "{others:?} {some:?}"
            );
        };
        check(&["email:a"], &["email:a", "account:1"], true);
        check(&["email:a", "account:1"], &["email:a", "account:1"], true);
        check(&["email:b", "account:1"], &["email:a", "account:1"], true);
        check(&["email:a", "account:2"], &["email:a", "account:1"], false);
        check(&["email:a", "account:2"], &["account:1", "account:2"], true);
        check(&["email:a"], &["email:b", "account:1"], false);
        check(&[], &["email:b"], false);
    }
}
