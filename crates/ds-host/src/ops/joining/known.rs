//! In which ways this host knows somebody.

use std::{collections::BTreeSet, sync::Arc};

use ds_auth::{
    AccountStore,
    dropid::{DropId, DropIdStore},
    joining::Who,
    people::{ProfileStore, RoleStore},
};
use ds_core::{AccountId, LoginKind, MemberWays, StoreError};

/// Finds out what belongs to the same person. Clones look at the same records.
#[derive(Clone)]
pub struct KnownWays {
    accounts: Arc<dyn AccountStore>,
    roles: Arc<dyn RoleStore>,
    dropids: Arc<dyn DropIdStore>,
    pub(super) profiles: Arc<dyn ProfileStore>,
}

impl KnownWays {
    /// Over the host's records.
    #[must_use]
    pub fn new<S>(store: &Arc<S>) -> Self
    where
        S: AccountStore + RoleStore + DropIdStore + ProfileStore + 'static,
    {
        Self {
            accounts: store.clone(),
            roles: store.clone(),
            dropids: store.clone(),
            profiles: store.clone(),
        }
    }

    /// The [texts](Who::key) of all ways in which this host knows who comes in one: of the account that it belongs to, its
    /// address if it is proven, and its DropIDs.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn of(&self, who: &Who) -> Result<BTreeSet<String>, StoreError> {
        let mut ways = BTreeSet::from([who.key()]);
        if let Some(id) = self.behind(who).await? {
            ways.extend(self.of_account(id).await?);
        }
        Ok(ways)
    }

    /// Those of everybody in these ways.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn of_all(
        &self,
        all: impl IntoIterator<Item = &Who> + Send,
    ) -> Result<BTreeSet<String>, StoreError> {
        let (mut ways, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let all: Vec<&Who> = all.into_iter().collect();
        for who in all {
            ways.insert(who.key());
            let behind = self.behind(who).await?;
            if let Some(id) = behind.filter(|id| seen.insert(*id)) {
                ways.extend(self.of_account(id).await?);
            }
        }
        Ok(ways)
    }

    /// The addresses that an account has given up and nobody has taken.
    pub(super) async fn left_by(&self, id: AccountId) -> Result<Vec<Who>, StoreError> {
        let mut all = Vec::new();
        for left in self.profiles.left_addresses(id).await? {
            if self.roles.account_at(&left).await?.is_none() {
                all.push(Who::email(&left));
            }
        }
        Ok(all)
    }

    /// By what a member is known: their own ways, and the accounts and DropIDs behind them. Not the address of an account, that
    /// somebody else may have had before: it says nothing of who was a member without it.
    pub(super) async fn of_member(&self, own: &[Who]) -> Result<BTreeSet<String>, StoreError> {
        let mut ways = BTreeSet::new();
        for who in own {
            ways.insert(who.key());
            if let Some(id) = self.behind(who).await? {
                ways.extend(self.without_address(id).await?);
            }
        }
        Ok(ways)
    }

    pub(super) async fn of_account(&self, id: AccountId) -> Result<BTreeSet<String>, StoreError> {
        let mut ways = self.without_address(id).await?;
        let account = self.accounts.account(id).await?;
        let proven = account.filter(|account| account.email_proven);
        ways.extend(proven.map(|account| Who::email(&account.email).key()));
        Ok(ways)
    }

    async fn without_address(&self, id: AccountId) -> Result<BTreeSet<String>, StoreError> {
        let mut ways = BTreeSet::from([Who::Account(id).key()]);
        for own in self.dropids.dropids_of(id).await? {
            ways.insert(format!("{}:{}", LoginKind::DropId.as_str(), own.id));
        }
        Ok(ways)
    }

    /// The account of this host that somebody has who comes so.
    async fn behind(&self, who: &Who) -> Result<Option<AccountId>, StoreError> {
        let login = match who {
            Who::Account(id) => return Ok(Some(*id)),
            Who::Login(login) => login,
        };
        Ok(match login.kind {
            LoginKind::DropId => match login.name.parse::<DropId>() {
                Ok(id) => self.dropids.dropid(&id).await?.map(|found| found.account),
                Err(_) => None,
            },
            LoginKind::Email => {
                let found = self.roles.account_at(&login.name).await?;
                found.filter(|found| found.email_proven).map(|one| one.id)
            }
            LoginKind::Profile => None,
        })
    }
}

/// How a member comes.
pub(super) fn of_member(ways: MemberWays) -> Vec<Who> {
    let account = ways.account.map(Who::Account);
    let logins = ways.logins.into_iter().map(Who::Login);
    account.into_iter().chain(logins).collect()
}
