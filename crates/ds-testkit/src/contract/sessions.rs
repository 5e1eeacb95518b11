//! Sessions.

use ds_auth::{Session, Subject};
use ds_core::{
    AccountId, AppspaceId, ProxyId, Timestamp,
    secret::{Token, TokenHash},
};

use super::{HostStore, add_account, add_appspace, assert_taken};
use crate::sample;

fn of_member(appspace: AppspaceId, proxy_id: &ProxyId, account: Option<AccountId>) -> Session {
    sample::session(Subject::Member {
        appspace,
        proxy_id: proxy_id.clone(),
        account,
    })
}

async fn add(store: &impl HostStore, session: &Session) -> TokenHash {
    let token = Token::random().hash();
    store.add_session(&token, session, None).await.unwrap();
    assert_eq!(store.session(&token).await.unwrap().as_ref(), Some(session));
    token
}

async fn are_there(store: &impl HostStore, tokens: &[&TokenHash]) -> Vec<bool> {
    let mut there = Vec::new();
    for token in tokens {
        there.push(store.session(token).await.unwrap().is_some());
    }
    there
}

/// [`SessionStore`](ds_auth::SessionStore).
pub async fn session_store(store: &impl HostStore) {
    let here = add_appspace(store, "here.example.com").await.id;
    let there = add_appspace(store, "there.example.com").await.id;
    let ada = add_account(store, "ada@example.com").await.id;
    let bob = add_account(store, "bob@example.com").await.id;
    let (p, q) = (ProxyId::random(), ProxyId::random());

    let site = add(store, &sample::session(Subject::Account(ada))).await;
    let of_bob = add(store, &sample::session(Subject::Account(bob))).await;
    let at_home = add(store, &of_member(here, &p, Some(ada))).await;
    let abroad = add(store, &of_member(there, &p, Some(ada))).await;
    let guest = add(store, &of_member(here, &q, None)).await;
    let again = add(store, &of_member(here, &q, None)).await;
    let all = [&site, &of_bob, &at_home, &abroad, &guest, &again];
    assert_taken(
        store
            .add_session(&guest, &of_member(here, &q, None), None)
            .await,
    );
    assert_eq!(store.session(&Token::random().hash()).await.unwrap(), None);

    assert!(store.remove_session(&again).await.unwrap());
    assert!(!store.remove_session(&again).await.unwrap());
    assert_eq!(
        are_there(store, &all).await,
        [true, true, true, true, true, false]
    );

    store.remove_sessions_of_member(there, &q).await.unwrap();
    store.remove_sessions_of_member(here, &q).await.unwrap();
    assert_eq!(
        are_there(store, &all).await,
        [true, true, true, true, false, false]
    );

    the_newest(store, there, here).await;
    store.remove_sessions_of_account(ada).await.unwrap();
    assert_eq!(
        are_there(store, &all).await,
        [false, true, false, false, false, false]
    );

    expiry(store, bob, &of_bob).await;

    let last = add(store, &of_member(here, &p, None)).await;
    store.remove(here).await.unwrap();
    assert_eq!(
        are_there(store, &[&last]).await,
        [false],
        "a removed appspace has none"
    );
}

async fn the_newest(store: &impl HostStore, here: AppspaceId, elsewhere: AppspaceId) {
    let [eve, other] = [(); 2].map(|()| ProxyId::random());
    let at = |appspace, proxy_id: &ProxyId, later: i64| {
        let mut session = of_member(appspace, proxy_id, None);
        session.expires = Timestamp(session.expires.0 + later);
        session
    };
    let mut own = Vec::new();
    for later in [3, 1, 4, 2] {
        own.push(add(store, &at(here, &eve, later)).await);
    }
    let others = [
        add(store, &at(here, &other, 0)).await,
        add(store, &at(elsewhere, &eve, 0)).await,
    ];
    assert_eq!(store.keep_newest(here, &eve, 4).await.unwrap(), []);
    let mut ended = store.keep_newest(here, &eve, 2).await.unwrap();
    ended.sort_by_key(|token| token == &own[3]);
    assert_eq!(ended, [own[1].clone(), own[3].clone()]);
    let there: Vec<_> = own.iter().chain(&others).collect();
    assert_eq!(
        are_there(store, &there).await,
        [true, false, true, false, true, true]
    );
    for (appspace, proxy_id) in [(here, &eve), (here, &other), (elsewhere, &eve)] {
        let ended = store.remove_sessions_of_member(appspace, proxy_id);
        ended.await.unwrap();
    }
}

async fn expiry(store: &impl HostStore, account: AccountId, token: &TokenHash) {
    let to = Timestamp(sample::NOW.0 * 2);
    store.extend_session(token, to).await.unwrap();
    let extended = store.session(token).await.unwrap().unwrap();
    assert_eq!(
        (extended.expires, extended.subject),
        (to, Subject::Account(account))
    );
    let gone = Token::random().hash();
    store.extend_session(&gone, to).await.unwrap();
    assert_eq!(
        store.session(&gone).await.unwrap(),
        None,
        "extending makes none"
    );

    store.purge_sessions(to).await.unwrap();
    assert_eq!(are_there(store, &[token]).await, [true]);
    store.purge_sessions(Timestamp(to.0 + 1)).await.unwrap();
    assert_eq!(are_there(store, &[token]).await, [false]);
}
