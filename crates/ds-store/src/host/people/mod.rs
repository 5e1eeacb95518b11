//! People beyond their accounts.

mod audit;
mod connections;
mod dropids;
mod email_logins;
mod entries;
mod factors;
mod invitations;
mod logins;
mod passkeys;
mod profiles;
mod registrations;
mod removals;
mod resets;
mod roles;
mod settings;
mod signing;

use ds_core::{AccountId, StoreError};

use super::Store;
use crate::query::Query;

impl Store {
    /// Changes something that belongs to an account; how many rows that were.
    async fn change_of_person(
        &self,
        action: &'static str,
        query: Query<'_>,
    ) -> Result<u64, StoreError> {
        let mut db = self.writer(action).await?;
        let changed = self.count.run(&mut db, action, query).await;
        changed.map_err(|failure| failure.or_missing(|| "such account".into()))
    }

    /// Changes what proves who somebody is: logins that are under way end with what was.
    async fn change_what_proves(
        &self,
        action: &'static str,
        account: AccountId,
        query: Query<'_>,
    ) -> Result<u64, StoreError> {
        let mut db = self.writer(action).await?;
        let mut all = self.count.begin(&mut db, action).await?;
        let changed = self.count.run(&mut all, action, query).await?;
        if changed > 0 {
            self.outdate(&mut all, action, account).await?;
        }
        self.count.commit(all, action).await?;
        Ok(changed)
    }
}

fn missing(what: &str) -> StoreError {
    StoreError::Missing { what: what.into() }
}
