//! Who may not come back: ways to log in that make nobody a member of an appspace again, however it is joined.

use std::collections::BTreeSet;

use ds_auth::{
    dropid::DropId,
    joining::{JoinBar, Who},
};
use ds_core::{AccountId, Appspace, LoginKind, Member};

use super::Comer;
use crate::ops::{ErrorKind, OpError, Ops};

/// How many ways may be barred at one appspace.
const MOST_BARRED: usize = 1_000;

/// Somebody who may not come back, as the owner sees them.
#[derive(Clone, Debug)]
pub struct BarSummary {
    /// What is recorded.
    pub bar: JoinBar,
    /// How they would log in, as people write it.
    pub who: String,
}

impl Ops {
    /// Ends a membership, and lets nobody become a member again who logs in as they did.
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
        // First: who is removed could join before they are barred.
        if let Some(found) = self.barrable(&appspace, member).await? {
            self.bar(&appspace, &found).await?;
        }
        self.remove_member(owner, address, member).await
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
        let emails = self.emails_of_accounts().await?;
        let all = self.joins().join_bars(appspace.id).await?;
        let summary = |bar: JoinBar| BarSummary {
            who: match &bar.who {
                Who::Login(login) => login.name.clone(),
                Who::Account(id) => {
                    let gone = || "an account that is gone".to_owned();
                    emails.get(id).cloned().unwrap_or_else(gone)
                }
            },
            bar,
        };
        Ok(all.into_iter().map(summary).collect())
    }

    /// Lets somebody become a member again, as the list names them. One who may already is fine.
    ///
    /// # Errors
    /// If there is no such appspace, or it cannot be recorded.
    pub async fn lift_join_bar(
        &self,
        owner: AccountId,
        address: &str,
        who: &str,
    ) -> Result<(), OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        Ok(self.joins().lift_join_bar(appspace.id, who).await?)
    }

    async fn barrable(&self, appspace: &Appspace, member: &str) -> Result<Option<Member>, OpError> {
        let _visit = self.parts.lifecycle.visit(appspace)?;
        let found = self.find_member(appspace, member).await?;
        Ok(Some(found).filter(|found| !found.is_owner))
    }

    async fn bar(&self, appspace: &Appspace, member: &Member) -> Result<(), OpError> {
        let (at, id) = (appspace.id, &member.proxy_id);
        let logins = &self.parts.membership.logins;
        let account = logins.account_of(at, id).await?.map(Who::Account);
        let others = logins.logins(at, id).await?.into_iter().map(Who::Login);
        let ways: Vec<Who> = account.into_iter().chain(others).collect();
        if self.joins().join_bars(at).await?.len() + ways.len() > MOST_BARRED {
            let message = format!("{MOST_BARRED} ways to log in may not come back already");
            let full = OpError::new(ErrorKind::Conflict, message);
            return Err(full.with_hint("let some of them again, or remove without that"));
        }
        for who in ways {
            let bar = JoinBar {
                who,
                name: member.display_name.clone(),
                barred: self.now(),
            };
            self.joins().add_join_bar(at, &bar).await?;
        }
        Ok(())
    }

    /// Whether somebody who came may not become a member.
    pub(super) async fn is_barred(
        &self,
        appspace: &Appspace,
        comer: &Comer,
    ) -> Result<bool, OpError> {
        let bars = self.joins().join_bars(appspace.id).await?;
        if bars.is_empty() {
            return Ok(false);
        }
        let ways = self.ways_of(comer).await?;
        Ok(bars.iter().any(|bar| ways.contains(&bar.who.key())))
    }

    /// The texts of all ways in which this host knows who came: those of their account here, too.
    async fn ways_of(&self, comer: &Comer) -> Result<BTreeSet<String>, OpError> {
        let mut ways = BTreeSet::from([comer.who.key()]);
        let behind = match &comer.who {
            Who::Account(id) => Some(*id),
            Who::Login(login) if login.kind == LoginKind::DropId => {
                match login.name.parse::<DropId>() {
                    Ok(id) => self.owner_of_dropid(&id).await?,
                    Err(_) => None,
                }
            }
            Who::Login(login) if login.kind == LoginKind::Email => {
                let found = self.parts.people.account_at(&login.name).await?;
                found.filter(|found| found.email_proven).map(|one| one.id)
            }
            Who::Login(_) => None,
        };
        for id in [behind, comer.account].into_iter().flatten() {
            ways.insert(Who::Account(id).key());
            let account = self.parts.account_store.account(id).await?;
            let proven = account.filter(|account| account.email_proven);
            ways.extend(proven.map(|account| Who::email(&account.email).key()));
            for own in self.dropids_of(id).await? {
                ways.insert(format!("{}:{}", LoginKind::DropId.as_str(), own.id));
            }
        }
        Ok(ways)
    }
}

/// Why somebody does not become a member who may not come back.
pub(super) fn barred(appspace: &Appspace) -> OpError {
    let message = format!("{} does not take you as a member", appspace.address);
    OpError::new(ErrorKind::Forbidden, message).with_hint("ask its owner")
}
