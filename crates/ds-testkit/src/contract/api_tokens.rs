//! Tokens of the API.

use std::time::Duration;

use ds_auth::{ApiToken, Epoch, Scope};
use ds_core::{AccountId, ApiTokenId, secret::Token};

use super::{HostStore, add_account, assert_missing, assert_taken};
use crate::sample::NOW;

/// [`ApiTokenStore`](ds_auth::ApiTokenStore).
pub async fn api_token_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let token = |account: AccountId, name: &str| ApiToken {
        id: ApiTokenId::new(),
        account,
        name: name.into(),
        scope: Scope::Manage,
        created: NOW,
        expires: Some(NOW.plus(Duration::from_hours(1))),
        last_used: None,
    };
    let (one, mut other, of_bob) = (
        token(ada, "Backup <script>"),
        ApiToken {
            scope: Scope::Read,
            expires: None,
            created: NOW.plus(Duration::from_secs(1)),
            ..token(ada, "never ends")
        },
        token(bob, "his"),
    );
    let hashes = [(); 3].map(|()| Token::random().hash());
    for (hash, token) in hashes.iter().zip([&one, &other, &of_bob]) {
        assert_eq!(store.api_token(hash).await.unwrap(), None);
        store
            .add_api_token(hash, token, Epoch(u64::MAX))
            .await
            .unwrap();
        assert_eq!(store.api_token(hash).await.unwrap().as_ref(), Some(token));
    }
    assert_taken(
        store
            .add_api_token(&hashes[0], &token(ada, "again"), Epoch(u64::MAX))
            .await,
    );
    let of_ada = store.api_tokens_of(ada).await.unwrap();
    assert_eq!(of_ada, [one.clone(), other.clone()]);

    store.note_api_token(other.id, NOW).await.unwrap();
    other.last_used = Some(NOW);
    let noted = store.api_token(&hashes[1]).await.unwrap();
    assert_eq!(noted.as_ref(), Some(&other));

    assert_missing(store.remove_api_token(bob, one.id).await);
    store.remove_api_token(ada, one.id).await.unwrap();
    assert_missing(store.remove_api_token(ada, one.id).await);
    assert_eq!(store.api_token(&hashes[0]).await.unwrap(), None);
    assert_eq!(store.api_tokens_of(ada).await.unwrap(), [other]);
    assert_eq!(store.api_tokens_of(bob).await.unwrap(), [of_bob]);
    store.note_api_token(one.id, NOW).await.unwrap();
}
