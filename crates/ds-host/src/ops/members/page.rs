//! Members, page by page: an appspace may have a thousand.

use std::collections::HashSet;

use ds_auth::TokenKind;
use ds_core::{AccountId, Appspace, Member, ProxyId, contains_folded};

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
    /// The people among the members of an appspace that have `find` in their name or in how they log in, or are called so by the
    /// host: `most` after the first `skip`; and its keys and secret links.
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
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let mut keys = self.keys_at(&appspace).await?;
        keys.retain(|one| one.token.kind != TokenKind::Client);
        let of_keys: HashSet<ProxyId> = keys.iter().map(|one| one.token.member.clone()).collect();
        let mut members = self.parts.members.members(appspace.id).await?;
        members.retain(|one| !of_keys.contains(&one.proxy_id));
        let all = members.len();
        let find = find.trim();
        let (found, people) = if find.is_empty() {
            let shown = members.into_iter().skip(skip).take(most);
            (all, self.summaries(&appspace, shown.collect()).await?)
        } else {
            // What is looked for may be in any of their ways to log in.
            let mut people = self.summaries(&appspace, members).await?;
            people.retain(|one| is_meant(one, find));
            let found = people.len();
            (found, people.into_iter().skip(skip).take(most).collect())
        };
        Ok(MemberPage {
            people,
            all,
            found,
            keys,
        })
    }

    /// How these log in, and when they were here; while the appspace is visited.
    pub(super) async fn summaries(
        &self,
        appspace: &Appspace,
        members: Vec<Member>,
    ) -> Result<Vec<MemberSummary>, OpError> {
        let roles = self.roles_of(appspace).await?;
        let seen = self.parts.sessions.last_seen(appspace.id).await?;
        // One question about all of them, however many there are.
        let mut ways = self.parts.membership.logins.all_ways(appspace.id).await?;
        let shown = members.iter().filter_map(|one| ways.get(&one.proxy_id));
        let emails = self.emails_of(shown.filter_map(|one| one.account)).await?;
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

/// Whether a member is one of those that somebody looks for.
fn is_meant(one: &MemberSummary, find: &str) -> bool {
    // DropIDs are recorded without what browsers add to them.
    let plain = find.strip_prefix("https://").unwrap_or(find);
    let plain = plain.trim_end_matches('/');
    let logins = one.logins.iter().map(|login| login.name.as_str());
    let mut texts = logins.chain(one.account.as_deref());
    one.member.proxy_id.as_str() == find
        || contains_folded(&one.member.display_name, find)
        || texts.any(|text| contains_folded(text, plain))
}
