//! Links by mail with which members log in.

use std::time::Duration;

use ds_auth::people::EmailLogin;
use ds_core::{AppspaceId, Timestamp, secret::Token};

use super::HostStore;
use crate::sample::NOW;

/// [`EmailLoginStore`](ds_auth::people::EmailLoginStore).
pub async fn email_login_store(store: &impl HostStore) {
    let late = NOW.plus(Duration::from_mins(1));
    let login = |expires: Timestamp| EmailLogin {
        appspace: AppspaceId::new(),
        browser: Token::random().hash().as_str().into(),
        email: "ada@example.com".into(),
        return_to: "/notes?page=2".into(),
        expires,
    };
    let [one, two, three] = [(); 3].map(|()| Token::random().hash());
    let first = login(late);
    store.add_email_login(&one, &first).await.unwrap();
    store.add_email_login(&two, &login(NOW)).await.unwrap();
    store.add_email_login(&three, &login(late)).await.unwrap();
    for _ in 0..2 {
        let found = store.email_login(&one).await.unwrap();
        assert_eq!(found.as_ref(), Some(&first), "looking takes nothing");
    }
    assert_eq!(store.take_email_login(&one).await.unwrap(), Some(first));
    assert_eq!(store.take_email_login(&one).await.unwrap(), None);
    assert_eq!(store.email_login(&one).await.unwrap(), None);
    store.purge_email_logins(NOW).await.unwrap();
    assert_eq!(store.email_login(&two).await.unwrap(), None);
    assert!(store.take_email_login(&three).await.unwrap().is_some());
}
