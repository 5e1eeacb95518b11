//! API keys, secret links, and programs that members let in.

use std::time::Duration;

use ds_auth::{MemberToken, Session, Subject, TokenKind};
use ds_core::{AccountId, AppspaceId, MemberTokenId, ProxyId, secret::Token};

use super::{HostStore, add_account, add_appspace, assert_missing, assert_taken};
use crate::sample::NOW;

/// A token of some member.
fn token(appspace: AppspaceId, kind: TokenKind, name: &str) -> MemberToken {
    MemberToken {
        id: MemberTokenId::new(),
        appspace,
        member: ProxyId::random(),
        account: None,
        kind,
        name: name.into(),
        scope: None,
        path: String::new(),
        created: NOW,
        expires: Some(NOW.plus(Duration::from_hours(1))),
        last_used: None,
    }
}

/// [`MemberTokenStore`](ds_auth::MemberTokenStore).
pub async fn member_token_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await.id;
    let here = add_appspace(store, "notes.example.com").await.id;
    let there = add_appspace(store, "wiki.example.com").await.id;
    let key = token(here, TokenKind::Key, "Backup <script>");
    let mut client = MemberToken {
        account: Some(ada),
        scope: Some(["edit".parse().unwrap()].into()),
        expires: None,
        created: NOW.plus(Duration::from_secs(1)),
        ..token(here, TokenKind::Client, "notes-cli")
    };
    let link = MemberToken {
        path: "/album?x=1".into(),
        ..token(there, TokenKind::Link, "Family")
    };
    let hashes = [(); 3].map(|()| Token::random().hash());
    for (hash, token) in hashes.iter().zip([&key, &client, &link]) {
        assert_eq!(store.member_token(hash).await.unwrap(), None);
        store.add_member_token(hash, token).await.unwrap();
        assert_eq!(
            store.member_token(hash).await.unwrap().as_ref(),
            Some(token)
        );
    }
    let again = token(here, TokenKind::Key, "again");
    assert_taken(store.add_member_token(&hashes[0], &again).await);
    let of_here = store.member_tokens(here).await.unwrap();
    assert_eq!(of_here, [key.clone(), client.clone()]);

    store.note_member_token(client.id, NOW).await.unwrap();
    client.last_used = Some(NOW);
    let noted = store.member_token(&hashes[1]).await.unwrap();
    assert_eq!(noted.as_ref(), Some(&client));

    // Of another appspace it is not found.
    let removed = store.remove_member_token(there, key.id).await.unwrap();
    assert_eq!(removed, None);
    let removed = store.remove_member_token(here, key.id).await.unwrap();
    assert_eq!(removed.as_ref(), Some(&hashes[0]));
    let removed = store.remove_member_token(here, key.id).await.unwrap();
    assert_eq!(removed, None);
    assert_eq!(store.member_token(&hashes[0]).await.unwrap(), None);
    store.note_member_token(key.id, NOW).await.unwrap();

    of_members(store, &link, &client).await;
    of_accounts(store, here, ada).await;
}

/// Links end with their time, and tokens with their member.
async fn of_members(store: &impl HostStore, link: &MemberToken, client: &MemberToken) {
    let end = link.expires.unwrap();
    assert_eq!(store.ended_links(end).await.unwrap(), []);
    let session = Session {
        subject: Subject::Member {
            appspace: link.appspace,
            proxy_id: link.member.clone(),
            account: None,
        },
        created: NOW,
        expires: end,
    };
    let token = Token::random().hash();
    store.add_session(&token, &session, None).await.unwrap();
    let before = end.minus(Duration::from_millis(1));
    assert_eq!(store.ended_links(before).await.unwrap(), []);
    let ended = store.ended_links(end).await.unwrap();
    assert_eq!(ended, [(link.appspace, link.member.clone())]);
    store.remove_session(&token).await.unwrap();
    assert_eq!(store.ended_links(end).await.unwrap(), []);

    let (of, member) = (client.appspace, &client.member);
    store
        .remove_tokens_of_member(link.appspace, member)
        .await
        .unwrap();
    assert_eq!(store.member_tokens(of).await.unwrap().len(), 1);
    store.remove_tokens_of_member(of, member).await.unwrap();
    assert_eq!(store.member_tokens(of).await.unwrap(), []);
    assert_eq!(store.member_tokens(link.appspace).await.unwrap().len(), 1);
}

/// What nobody uses is forgotten; what acts by an account's leave ends when the account is blocked.
async fn of_accounts(store: &impl HostStore, here: AppspaceId, ada: AccountId) {
    add_account(store, "admin@example.com").await;
    let bob = add_account(store, "bob@example.com").await.id;
    let client = |account| MemberToken {
        account: Some(account),
        ..token(here, TokenKind::Client, "notes-cli")
    };
    let (of_ada, of_bob) = (client(ada), client(bob));
    let key = token(here, TokenKind::Key, "key");
    for token in [&of_ada, &of_bob, &key] {
        let hash = Token::random().hash();
        store.add_member_token(&hash, token).await.unwrap();
    }
    store.set_blocked(bob, Some(NOW)).await.unwrap();
    let left = store.member_tokens(here).await.unwrap();
    assert_eq!(left.len(), 2);
    assert!(!left.contains(&of_bob));
    // What was allowed before is not made afterwards.
    let late = Token::random().hash();
    assert_missing(store.add_member_token(&late, &of_bob).await);
    assert_eq!(store.member_token(&late).await.unwrap(), None);

    // A key is nobody's own, whoever logs out everywhere.
    let added = Token::random().hash();
    store.add_member_token(&added, &client(ada)).await.unwrap();
    store.remove_clients_of_account(ada).await.unwrap();
    assert_eq!(
        store.member_tokens(here).await.unwrap(),
        std::slice::from_ref(&key)
    );
    store.add_member_token(&added, &of_ada).await.unwrap();

    store
        .purge_clients(NOW.minus(Duration::from_secs(1)))
        .await
        .unwrap();
    assert_eq!(store.member_tokens(here).await.unwrap().len(), 2);
    store.purge_clients(NOW).await.unwrap();
    assert_eq!(store.member_tokens(here).await.unwrap(), [key]);
}
