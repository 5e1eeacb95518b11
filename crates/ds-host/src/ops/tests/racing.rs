//! What was allowed by what somebody had, when they have it no more.

use std::collections::HashMap;

use async_trait::async_trait;
use ds_auth::{
    Account, Epoch,
    people::{AddressError, ProfileStore as _, Profiles, ResetStore as _, Resets},
};
use ds_core::{AccountId, StoreError, SystemClock, secret::Token};
use ds_store::Store;

use super::{
    super::*,
    fixture::{Fixture, PASSWORD, letters},
};

const OLD: &str = "ada@example.com";
const NEW: &str = "new@example.com";

/// Accounts whose address is changed as soon as they were found by it.
struct Changing(Arc<Store>);

#[async_trait]
impl AccountStore for Changing {
    async fn account_with_password(
        &self,
        email: &str,
    ) -> Result<Option<(Account, String)>, StoreError> {
        let found = self.0.account_with_password(email).await?;
        if let Some((account, _)) = &found {
            self.0.set_address(account.id, NEW, true).await?;
        }
        Ok(found)
    }

    async fn has_accounts(&self) -> Result<bool, StoreError> {
        self.0.has_accounts().await
    }

    async fn has_account(&self, email: &str) -> Result<bool, StoreError> {
        self.0.has_account(email).await
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.0.accounts().await
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.0.account(id).await
    }

    async fn emails_of(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>, StoreError> {
        self.0.emails_of(ids).await
    }

    async fn add_account(&self, account: &Account, hash: &str) -> Result<(), StoreError> {
        self.0.add_account(account, hash).await
    }

    async fn add_first_account(&self, account: &Account, hash: &str) -> Result<(), StoreError> {
        self.0.add_first_account(account, hash).await
    }

    async fn replace_password(
        &self,
        id: AccountId,
        present: &str,
        new: &str,
    ) -> Result<Option<Epoch>, StoreError> {
        self.0.replace_password(id, present, new).await
    }

    async fn renew_hash(&self, id: AccountId, present: &str, new: &str) -> Result<(), StoreError> {
        self.0.renew_hash(id, present, new).await
    }
}

#[tokio::test]
async fn no_link_goes_to_an_address_that_is_changed_meanwhile() {
    let host = Fixture::new().await;
    host.account(OLD, true).await;
    let begun = async |accounts: Arc<dyn AccountStore>, email: &str| {
        let resets = Resets::new(host.store.clone(), accounts, Arc::new(SystemClock));
        let (tell, mut told) = tokio::sync::mpsc::channel::<(Account, Token)>(1);
        let send = async move |account, token| tell.send((account, token)).await.unwrap();
        tokio::spawn(resets.ask(email, None, false, send).unwrap());
        // `None` when the task has ended without a letter.
        told.recv().await
    };
    let sent = begun(Arc::new(Changing(host.store.clone())), OLD).await;
    assert!(sent.is_none(), "{sent:?}");
    let sent = begun(host.store.clone(), NEW).await;
    let (account, token) = sent.expect("a letter");
    assert_eq!(account.email, NEW);
    assert!(host.store.reset(&token.hash()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_changes_no_address() {
    let host = Fixture::new().await;
    let ops = &host.ops;
    let ada = host.account(OLD, true).await;
    let ada = ops.account_meant(&ada.to_string()).await.unwrap();
    let profiles = Profiles::new(host.store.clone(), Arc::new(SystemClock));
    // The old password was right just now.
    let since = ops.parts.sessions.epoch().await.unwrap();
    let other = "calmly-drifting-walnut-17";
    ops.change_password(&ada, PASSWORD.into(), other.into(), None)
        .await
        .unwrap();
    let changed = profiles.change_unproven(&ada, NEW, None, since).await;
    assert!(matches!(changed, Err(AddressError::Changed)), "{changed:?}");
    let asked = profiles.ask(&ada, NEW, None, since).await;
    assert!(matches!(asked, Err(AddressError::Changed)), "{asked:?}");
    let email = ops.account_meant(&ada.id.to_string()).await.unwrap().email;
    assert_eq!(email, OLD);

    let wish = ops.change_address(&ada, other.into(), NEW, None).await;
    assert_eq!(wish.unwrap(), AddressWish::Changed(NEW.into()));
}

#[tokio::test]
async fn a_host_that_ends_writes_the_letters_that_were_asked_for() {
    let host = Fixture::with_mail().await;
    let ops = &host.ops;
    let ada = host.account(OLD, true).await;
    let ada = ops.account_meant(&ada.to_string()).await.unwrap();
    let by = Actor::Account(ada.id);
    ops.set_registration_rule(by, RegistrationRule::Proven)
        .await
        .unwrap();
    ops.change_address(&ada, PASSWORD.into(), NEW, None)
        .await
        .unwrap();
    ops.ask_to_register("eve@example.com", None).await.unwrap();
    ops.ask_for_reset(OLD, None).unwrap();
    let post = ops.parts.post.as_ref().unwrap();
    post.close(std::time::Duration::from_secs(10)).await;
    let all = letters(&host.dir.path().join("mail"), 4).await;
    for link in ["/account/address/", "/register/", "/reset/"] {
        assert!(all.iter().any(|text| text.contains(link)), "{link}");
    }
}
