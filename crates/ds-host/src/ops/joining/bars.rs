//! Who may not come back: ways to log in that make nobody a member of an appspace again, however it is joined.

use std::collections::BTreeSet;

use ds_auth::joining::{BarredWay, JoinBar, Who};
use ds_core::{AccountId, Appspace, Member, MemberWays, ProxyId, StoreError, secret::random_text};

use super::known::of_member;
use crate::ops::{ErrorKind, OpError, Ops};

/// How many people may be barred at one appspace.
const MOST_BARRED: usize = 1_000;

/// Somebody who may not come back, as the owner sees them.
#[derive(Clone, Debug)]
pub struct BarSummary {
    /// What is recorded.
    pub bar: JoinBar,
    /// How they logged in, as it was shown to the owner then.
    pub who: String,
}

impl Ops {
    /// Ends a membership, and lets nobody become a member again in any way in which this host knows who it was.
    ///
    /// # Errors
    /// As [`remove_member`](Self::remove_member) says; or if too many are barred already.
    pub async fn remove_member_for_good(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
    ) -> Result<Member, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        // To the end: nobody is barred while the data of before takes the place of this.
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let found = self.find_member(&appspace, member).await?;
        if !found.is_owner {
            // First: who is removed could join before they are barred.
            self.bar(&appspace, &found).await?;
        }
        let removed = self.remove_found(owner, &appspace, found).await?;
        self.end_kept_out(&appspace).await?;
        Ok(removed)
    }

    /// Who may not come back, barred last first.
    ///
    /// # Errors
    /// If there is no such appspace, or it cannot be listed.
    pub async fn join_bars(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<BarSummary>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let all = self.joins().join_bars(appspace.id).await?;
        let summary = |bar: JoinBar| {
            // Not what is known of them now: that is no owner's business.
            let shown = bar.ways.iter().map(|way| way.shown.as_str());
            let shown: Vec<&str> = shown.filter(|shown| !shown.is_empty()).collect();
            let who = match shown.as_slice() {
                [] => "an account of this host".to_owned(),
                shown => shown.join(", "),
            };
            BarSummary { bar, who }
        };
        Ok(all.into_iter().map(summary).collect())
    }

    /// Lets somebody become a member again, in whatever way, as the list names them. One who may already is fine.
    ///
    /// # Errors
    /// If there is no such appspace, or it cannot be recorded.
    pub async fn lift_join_bar(
        &self,
        owner: AccountId,
        address: &str,
        id: &str,
    ) -> Result<(), OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        Ok(self.joins().lift_join_bar(appspace.id, id).await?)
    }

    /// Lets whoever comes in one way come back: the owner wants them.
    pub(in crate::ops) async fn lift_bars_of(
        &self,
        appspace: &Appspace,
        who: &Who,
    ) -> Result<(), StoreError> {
        let ways = self.parts.membership.known.of(who).await?;
        self.joins().lift_join_bars_of(appspace.id, &ways).await
    }

    async fn bar(&self, appspace: &Appspace, member: &Member) -> Result<(), OpError> {
        let ways = self.barred_ways(appspace, &member.proxy_id).await?;
        if ways.is_empty() {
            return Ok(());
        }
        if self.joins().join_bars(appspace.id).await?.len() >= MOST_BARRED {
            let message = format!("{MOST_BARRED} people may not come back already");
            let full = OpError::new(ErrorKind::Conflict, message);
            return Err(full.with_hint("let some of them again, or remove without that"));
        }
        let bar = JoinBar {
            id: random_text(16),
            name: member.display_name.clone(),
            barred: self.now(),
            ways,
        };
        Ok(self.joins().add_join_bar(appspace.id, &bar).await?)
    }

    /// All ways in which this host knows a member: those that their owner sees first.
    async fn barred_ways(
        &self,
        appspace: &Appspace,
        id: &ProxyId,
    ) -> Result<Vec<BarredWay>, OpError> {
        let own = self.ways_of_member(appspace, id).await?;
        let known = self.parts.membership.known.of_all(&own).await?;
        let mut ways = Vec::new();
        for who in own {
            let shown = match &who {
                Who::Login(login) => login.name.clone(),
                Who::Account(id) => {
                    let account = self.parts.account_store.account(*id).await?;
                    account.map(|account| account.email).unwrap_or_default()
                }
            };
            ways.push(BarredWay { who, shown });
        }
        let seen: BTreeSet<String> = ways.iter().map(|way| way.who.key()).collect();
        let mut others: Vec<Who> = known.iter().filter_map(|key| Who::read(key, "")).collect();
        for key in &known {
            // They may read their old mail still.
            if let Some(Who::Account(id)) = Who::read(key, "") {
                others.extend(self.parts.membership.known.left_by(id).await?);
            }
        }
        others.retain(|who| !seen.contains(&who.key()));
        ways.extend(others.into_iter().map(|who| BarredWay {
            who,
            shown: String::new(),
        }));
        Ok(ways)
    }

    pub(super) async fn ways_of_member(
        &self,
        appspace: &Appspace,
        id: &ProxyId,
    ) -> Result<Vec<Who>, StoreError> {
        let logins = &self.parts.membership.logins;
        Ok(of_member(MemberWays {
            account: logins.account_of(appspace.id, id).await?,
            logins: logins.logins(appspace.id, id).await?,
        }))
    }
}
