//! Who may come by themselves, who is blocked, and who goes.

use std::time::Duration;

use ds_auth::{
    Account, Epoch, MemberToken, Subject, TokenKind,
    people::{AccountChange, Invitation, Registration, Removal, Reset},
};
use ds_core::{
    AccountId, AppspaceId, MemberTokenId, ProxyId, Timestamp,
    secret::{Token, TokenHash},
};

use super::{HostStore, add_account, add_appspace, assert_missing, assert_taken};
use crate::sample::{self, NOW};

const LATER: Timestamp = Timestamp(NOW.0 + 1);

/// [`RegistrationStore`](ds_auth::people::RegistrationStore).
pub async fn registration_store(store: &impl HostStore) {
    let registration = |email: &str, hours| Registration {
        email: email.into(),
        expires: NOW.plus(Duration::from_hours(hours)),
    };
    let [older, newer, other, third] = [(); 4].map(|()| Token::random().hash());
    let ada = registration("ada@example.com", 2);
    let bob = registration("bob@example.com", 1);
    let add = |token, one| store.add_registration(token, one, 10);
    add(&older, &ada).await.unwrap();
    add(&newer, &ada).await.unwrap();
    add(&other, &bob).await.unwrap();
    assert_eq!(store.registration(&older).await.unwrap(), None);
    assert_eq!(store.registration(&newer).await.unwrap(), Some(ada.clone()));

    let account = sample::account("ada@example.com");
    let accept = |token, now, account| store.accept_registration(token, now, account, "hash");
    assert_missing(accept(&older, NOW, &account).await);
    assert_missing(accept(&newer, ada.expires, &account).await);
    accept(&newer, NOW, &account).await.unwrap();
    let found = store.account_with_password("ada@example.com").await;
    assert_eq!(found.unwrap(), Some((account.clone(), "hash".into())));
    let again = sample::account("ada@example.com");
    assert_missing(accept(&newer, NOW, &again).await);
    assert_taken(accept(&other, NOW, &again).await);
    assert!(store.registration(&other).await.unwrap().is_some());

    // Those that end first make room.
    let late = registration("eve@example.com", 3);
    store.add_registration(&third, &late, 1).await.unwrap();
    assert_eq!(store.registration(&other).await.unwrap(), None);
    store.purge_registrations(late.expires).await.unwrap();
    assert!(store.registration(&third).await.unwrap().is_some());
    let past = Timestamp(late.expires.0 + 1);
    store.purge_registrations(past).await.unwrap();
    assert_eq!(store.registration(&third).await.unwrap(), None);
}

/// [`SettingStore`](ds_auth::people::SettingStore).
pub async fn setting_store(store: &impl HostStore) {
    assert_eq!(store.setting("a").await.unwrap(), None);
    store.set_setting("a", "1").await.unwrap();
    store.set_setting("b", "").await.unwrap();
    store.set_setting("a", "2").await.unwrap();
    assert_eq!(store.setting("a").await.unwrap().as_deref(), Some("2"));
    assert_eq!(store.setting("b").await.unwrap().as_deref(), Some(""));
}

/// Accounts as admins see them, blocks and removals, of [`RoleStore`](ds_auth::people::RoleStore).
pub async fn removals(store: &impl HostStore) {
    use AccountChange::{Done, InUse, LastAdmin, Leaving, Missing};
    let admin = add_account(store, "admin@example.com").await.id;
    assert_eq!(store.set_admin(admin, true).await.unwrap(), Done);
    let appspace = add_appspace(store, "notes.example.com").await;
    let owner = store.account(appspace.owner).await.unwrap().unwrap();
    listed(store, &owner).await;
    let token = belongings(store, &owner).await;
    let [client, key] = programs(store, &owner, appspace.id).await;

    let removal = |account, by, begun| Removal { account, by, begun };
    let by_admin = removal(owner.id, Some(admin), NOW);
    let begin = async |one: &Removal| store.begin_removal(one).await.unwrap();
    assert_eq!(begin(&removal(admin, None, NOW)).await, LastAdmin);
    assert_eq!(begin(&removal(AccountId::new(), None, NOW)).await, Missing);
    assert_eq!(store.removals().await.unwrap(), []);
    assert_eq!(begin(&by_admin).await, Done);
    assert_eq!(begin(&removal(owner.id, None, LATER)).await, Done);
    assert_eq!(store.removals().await.unwrap(), [by_admin]);
    is_shut_out(store, &owner, &token).await;
    assert_eq!(store.member_token(&client).await.unwrap(), None);
    // It is the appspace's, as its members are.
    assert!(store.member_token(&key).await.unwrap().is_some());
    let entry = store.account_entry(owner.id).await.unwrap().unwrap();
    assert_eq!((entry.is_leaving, entry.blocked), (true, Some(NOW)));

    assert_eq!(store.set_blocked(owner.id, None).await.unwrap(), Leaving);
    assert_eq!(store.set_admin(owner.id, true).await.unwrap(), Leaving);
    assert_eq!(store.remove_account(owner.id).await.unwrap(), InUse);
    assert_eq!(store.removals().await.unwrap().len(), 1);
    store.remove(appspace.id).await.unwrap();
    store.remove_version(appspace.version_id).await.unwrap();
    assert_eq!(store.remove_account(owner.id).await.unwrap(), Done);
    assert_eq!(store.removals().await.unwrap(), []);
    assert_eq!(store.account_entry(owner.id).await.unwrap(), None);
    assert_eq!(store.account_at(&owner.email).await.unwrap(), None);
}

/// What lists of accounts show.
async fn listed(store: &impl HostStore, owner: &Account) {
    let all = store.account_entries("", 0, 10).await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(store.account_entries("", 0, 1).await.unwrap(), all[..1]);
    assert_eq!(store.account_entries("", 1, 10).await.unwrap(), all[1..]);
    assert_eq!(store.account_entries("", 99, 10).await.unwrap(), []);
    let found = store.account_entries("owner@", 0, 10).await.unwrap();
    let [entry] = found.as_slice() else {
        panic!("{found:?}")
    };
    let (seen, entry) = (entry.seen(), entry.clone());
    assert_eq!((&entry.account, entry.blocked, seen), (owner, None, None));
    assert!(store.account_entries("%", 0, 10).await.unwrap().is_empty());
    assert!(store.account_entries(".*", 0, 10).await.unwrap().is_empty());
    assert_eq!(
        store.account_entry(owner.id).await.unwrap(),
        Some(entry.clone())
    );
    assert_eq!(
        store.account_at(&owner.email).await.unwrap().as_ref(),
        Some(owner)
    );

    let mut session = sample::session(Subject::Account(owner.id));
    let [one, two] = [(); 2].map(|()| Token::random().hash());
    store.add_session(&one, &session, None).await.unwrap();
    session.expires = NOW.plus(Duration::from_hours(24 * 32));
    store.add_session(&two, &session, None).await.unwrap();
    let entry = store.account_entry(owner.id).await.unwrap().unwrap();
    let two_days_in = NOW.plus(Duration::from_hours(24 * 2));
    assert_eq!(entry.seen(), Some(two_days_in));
    store.remove_session(&two).await.unwrap();
    let entry = store.account_entry(owner.id).await.unwrap().unwrap();
    assert_eq!(entry.seen(), Some(NOW));
}

/// An invitation, a password to be set anew, and a token of the API, whose hash is returned.
async fn belongings(store: &impl HostStore, owner: &Account) -> TokenHash {
    let later = NOW.plus(Duration::from_hours(1));
    let invitation = Invitation {
        token: Token::random().hash(),
        by: Some(owner.id),
        email: None,
        created: NOW,
        expires: later,
    };
    store.add_invitation(&invitation).await.unwrap();
    let hash = Token::random().hash();
    let reset = Reset {
        by_mail: true,
        made_by: None,
        account: owner.id,
        expires: later,
    };
    store.add_reset(&hash, &reset, None).await.unwrap();
    let token = sample::api_token(owner.id);
    store
        .add_api_token(&hash, &token, Epoch(u64::MAX))
        .await
        .unwrap();
    assert!(store.api_token(&hash).await.unwrap().is_some());
    hash
}

/// A program that somebody let in, and a key of an appspace: what opens them.
async fn programs(store: &impl HostStore, owner: &Account, appspace: AppspaceId) -> [TokenHash; 2] {
    let hashes = [(); 2].map(|()| Token::random().hash());
    let kinds = [(TokenKind::Client, Some(owner.id)), (TokenKind::Key, None)];
    for (hash, (kind, account)) in hashes.iter().zip(kinds) {
        let token = MemberToken {
            id: MemberTokenId::new(),
            appspace,
            member: ProxyId::random(),
            account,
            kind,
            name: "notes-cli".into(),
            scope: None,
            path: String::new(),
            created: NOW,
            expires: None,
            last_used: None,
        };
        store.add_member_token(hash, &token).await.unwrap();
    }
    hashes
}

/// Whoever is blocked has nothing to come in with, and gets nothing.
async fn is_shut_out(store: &impl HostStore, owner: &Account, hash: &TokenHash) {
    assert_eq!(store.sessions_of(owner.id).await.unwrap(), []);
    assert_eq!(store.invitations().await.unwrap(), []);
    assert_eq!(store.reset(hash).await.unwrap(), None);
    assert_eq!(store.api_token(hash).await.unwrap(), None);
    assert_eq!(store.api_tokens_of(owner.id).await.unwrap().len(), 1);
    let session = sample::session(Subject::Account(owner.id));
    assert_missing(store.add_session(hash, &session, None).await);
    assert_eq!(
        store.account_at(&owner.email).await.unwrap().as_ref(),
        Some(owner)
    );
}
