//! Members, page by page: an appspace may have a thousand.

use std::collections::HashSet;

use ds_auth::TokenKind;
use ds_core::{AccountId, Appspace, Member, ProxyId};

use super::{
    super::{KeySummary, OpError, Ops},
    MemberSummary, roles,
};

/// Some of the members of an appspace, and what stands beside them.
#[derive(Clone, Debug)]
pub struct MemberPage {
    /// People on this page, the owner first, then by name.
    pub people: Vec<MemberSummary>,
    /// How many people are members.
    pub all: usize,
    /// How many of them were looked for.
    pub found: usize,
    /// Keys and secret links, which are members too.
    pub keys: Vec<KeySummary>,
}

impl Ops {
    /// The people among the members of an appspace that have `find` in their name, or log in with exactly that: `most` after
    /// the first `skip`; and its keys and secret links.
    ///
    /// # Errors
    /// If they cannot be read now.
    pub async fn member_page(
        &self,
        owner: AccountId,
        address: &str,
        find: &str,
        skip: usize,
        most: usize,
    ) -> Result<MemberPage, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let mut keys = self.list_keys(owner, address).await?;
        keys.retain(|one| one.token.kind != TokenKind::Client);
        let of_keys: HashSet<ProxyId> = keys.iter().map(|one| one.token.member.clone()).collect();
        let mut members = self.members(owner, address).await?;
        members.retain(|one| !of_keys.contains(&one.proxy_id));
        let all = members.len();
        let named = self.logging_in_with(&appspace, find).await;
        let find = find.trim().to_lowercase();
        members.retain(|one| {
            one.display_name.to_lowercase().contains(&find) || Some(&one.proxy_id) == named.as_ref()
        });
        let found = members.len();
        let some: Vec<Member> = members.into_iter().skip(skip).take(most).collect();
        Ok(MemberPage {
            people: self.summaries(&appspace, some).await?,
            all,
            found,
            keys,
        })
    }

    /// Who logs in with exactly this.
    async fn logging_in_with(&self, appspace: &Appspace, find: &str) -> Option<ProxyId> {
        if find.trim().is_empty() {
            return None;
        }
        let found = self.find_member(appspace, find.trim()).await.ok()?;
        Some(found.proxy_id)
    }

    /// How these log in, and when they were here.
    pub(super) async fn summaries(
        &self,
        appspace: &Appspace,
        members: Vec<Member>,
    ) -> Result<Vec<MemberSummary>, OpError> {
        let _visit = self.parts.lifecycle.visit(appspace)?;
        let roles = self.roles_of(appspace).await?;
        let seen = self.parts.sessions.last_seen(appspace.id).await?;
        // One question about all of them, however many there are.
        let mut ways = self.parts.membership.logins.all_ways(appspace.id).await?;
        let emails = self.emails_of_accounts().await?;
        let summary = |member: Member| {
            let ways = ways.remove(&member.proxy_id).unwrap_or_default();
            MemberSummary {
                account: ways.account.and_then(|id| emails.get(&id).cloned()),
                logins: ways.logins,
                role: roles::role_of(&roles, &member),
                last_seen: seen.get(&member.proxy_id).copied(),
                member,
            }
        };
        Ok(members.into_iter().map(summary).collect())
    }
}
