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
mod registrations;
mod removals;
mod resets;
mod roles;
mod settings;
mod signing;

use ds_core::StoreError;

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
}

fn missing(what: &str) -> StoreError {
    StoreError::Missing { what: what.into() }
}
