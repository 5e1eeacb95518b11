//! Who may come, who may do what, who they are elsewhere, and who did what.

use std::time::Duration;

use ds_auth::{
    Subject,
    dropid::{DropIdLook, DropIdRecord},
    people::{
        AccountChange, AuditAction, AuditBounds, AuditClass, AuditEntry, AuditFilter, COMMAND_LINE,
        Invitation,
    },
};
use ds_core::{AccountId, ProxyId, Timestamp, secret::Token};

use super::{HostStore, add_account, add_appspace, assert_missing, assert_taken};
use crate::sample::{self, NOW};

const LATER: Timestamp = Timestamp(NOW.0 + 1);

/// [`DropIdStore`](ds_auth::dropid::DropIdStore).
pub async fn dropid_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await;
    let bob = add_account(store, "bob@example.com").await;
    let record = |id: &str, account, created| DropIdRecord {
        id: id.parse().unwrap(),
        account,
        display_name: "Ada".into(),
        avatar: String::new(),
        is_public: true,
        created,
    };
    let (one, two) = (
        record("b.example/ada", ada.id, LATER),
        record("b.example/", ada.id, NOW),
    );
    store.add_dropid(&one).await.unwrap();
    store.add_dropid(&two).await.unwrap();
    assert_taken(
        store
            .add_dropid(&record("b.example/ada", bob.id, NOW))
            .await,
    );
    assert_missing(
        store
            .add_dropid(&record("b.example/eve", AccountId::new(), NOW))
            .await,
    );
    assert_eq!(store.dropids_of(ada.id).await.unwrap(), [two, one.clone()]);
    assert_eq!(store.dropids_of(bob.id).await.unwrap(), []);
    assert_eq!(store.dropid(&one.id).await.unwrap(), Some(one.clone()));

    let look = DropIdLook {
        display_name: "Countess".into(),
        avatar: "a.jpg".into(),
        is_public: false,
    };
    assert_missing(store.change_dropid(bob.id, &one.id, &look).await);
    store.change_dropid(ada.id, &one.id, &look).await.unwrap();
    let changed = store.dropid(&one.id).await.unwrap().unwrap();
    assert_eq!(
        (changed.display_name.as_str(), changed.avatar.as_str()),
        ("Countess", "a.jpg")
    );
    assert!(one.is_public && !changed.is_public);

    assert_eq!(
        store.remove_account(ada.id).await.unwrap(),
        AccountChange::Done
    );
    assert_eq!(store.dropid(&one.id).await.unwrap(), None);
    assert_taken(
        store
            .add_dropid(&record("b.example/ada", bob.id, NOW))
            .await,
    );
}

/// [`InvitationStore`](ds_auth::people::InvitationStore).
pub async fn invitation_store(store: &impl HostStore) {
    let ada = add_account(store, "ada@example.com").await;
    let invitation = |by, email: Option<&str>, created: Timestamp| Invitation {
        token: Token::random().hash(),
        by,
        email: email.map(Into::into),
        created,
        expires: created.plus(Duration::from_hours(1)),
    };
    let link = invitation(None, None, NOW);
    let older = invitation(Some(ada.id), Some("bob@example.com"), LATER);
    let newer = invitation(Some(ada.id), Some("bob@example.com"), Timestamp(NOW.0 + 2));
    let second = invitation(None, None, Timestamp(NOW.0 - 1));
    for one in [&link, &older, &newer, &second] {
        store.add_invitation(one).await.unwrap();
    }
    let stranger = invitation(Some(AccountId::new()), None, NOW);
    assert_missing(store.add_invitation(&stranger).await);
    let expect = [newer.clone(), link.clone(), second.clone()];
    assert_eq!(store.invitations().await.unwrap(), expect);
    assert_eq!(store.invitation(&older.token).await.unwrap(), None);
    assert_eq!(
        store.invitation(&newer.token).await.unwrap(),
        Some(newer.clone())
    );

    let bob = ds_auth::Account {
        email_proven: false,
        ..sample::account("bob@example.com")
    };
    let again = sample::account("ada@example.com");
    let accept = |token, now, account| store.accept_invitation(token, now, account, "hash");
    assert_taken(accept(&newer.token, NOW, &again).await);
    assert_missing(accept(&newer.token, newer.expires, &bob).await);
    assert_missing(accept(&older.token, NOW, &bob).await);
    accept(&newer.token, NOW, &bob).await.unwrap();
    let found = store
        .account_with_password("bob@example.com")
        .await
        .unwrap();
    assert_eq!(found, Some((bob.clone(), "hash".into())));
    let eve = sample::account("eve@example.com");
    assert_missing(accept(&newer.token, NOW, &eve).await);

    assert!(store.remove_invitation(&link.token).await.unwrap());
    assert!(!store.remove_invitation(&link.token).await.unwrap());
    store.purge_invitations(second.expires).await.unwrap();
    assert_eq!(
        store.invitations().await.unwrap(),
        std::slice::from_ref(&second)
    );
    store
        .purge_invitations(Timestamp(second.expires.0 + 1))
        .await
        .unwrap();
    assert_eq!(store.invitations().await.unwrap(), []);
}

/// [`RoleStore`](ds_auth::people::RoleStore) and [`SessionList`](ds_auth::people::SessionList).
pub async fn role_store(store: &impl HostStore) {
    use AccountChange::{Done, InUse, LastAdmin, Missing};
    let appspace = add_appspace(store, "notes.example.com").await;
    let owner = appspace.owner;
    let ada = add_account(store, "ada@example.com").await.id;
    let nobody = AccountId::new();
    assert_eq!(store.set_admin(ada, true).await.unwrap(), Done);
    assert!(store.account(ada).await.unwrap().unwrap().is_admin);
    assert_eq!(store.set_admin(ada, false).await.unwrap(), LastAdmin);
    assert_eq!(store.set_blocked(ada, Some(NOW)).await.unwrap(), LastAdmin);
    assert_eq!(store.remove_account(ada).await.unwrap(), LastAdmin);
    assert_eq!(store.set_admin(nobody, true).await.unwrap(), Missing);
    assert_eq!(store.set_blocked(nobody, None).await.unwrap(), Missing);
    assert_eq!(store.remove_account(nobody).await.unwrap(), Missing);
    assert!(store.account(ada).await.unwrap().unwrap().is_admin);

    sessions(store, owner, &appspace).await;
    assert_eq!(store.set_admin(owner, true).await.unwrap(), Done);
    assert_eq!(store.set_blocked(owner, Some(NOW)).await.unwrap(), Done);
    assert_eq!(store.blocked(owner).await.unwrap(), Some(NOW));
    assert_eq!(store.sessions_of(owner).await.unwrap(), []);
    let email = store.account(owner).await.unwrap().unwrap().email;
    assert_eq!(store.account_with_password(&email).await.unwrap(), None);
    // A blocked admin does not run the host.
    assert_eq!(store.set_admin(ada, false).await.unwrap(), LastAdmin);
    assert_eq!(store.set_blocked(owner, None).await.unwrap(), Done);
    assert_eq!(store.blocked(owner).await.unwrap(), None);
    assert!(store.account_with_password(&email).await.unwrap().is_some());

    assert_eq!(store.remove_account(owner).await.unwrap(), InUse);
    assert_eq!(store.account(owner).await.unwrap().unwrap().email, email);
    assert_eq!(store.remove_account(ada).await.unwrap(), Done);
    assert_eq!(store.account(ada).await.unwrap(), None);
}

async fn sessions(store: &impl HostStore, owner: AccountId, appspace: &ds_core::Appspace) {
    let (site, there, other) = (
        Token::random().hash(),
        Token::random().hash(),
        Token::random().hash(),
    );
    let member = |account| Subject::Member {
        appspace: appspace.id,
        proxy_id: ProxyId::random(),
        account,
    };
    let mut late = sample::session(member(Some(owner)));
    late.created = LATER;
    let early = sample::session(Subject::Account(owner));
    store.add_session(&site, &early, None).await.unwrap();
    store.add_session(&there, &late, None).await.unwrap();
    store
        .add_session(&other, &sample::session(member(None)), None)
        .await
        .unwrap();
    store.note_device(&site, "Firefox").await.unwrap();
    store
        .note_device(&Token::random().hash(), "x")
        .await
        .unwrap();
    let list = store.sessions_of(owner).await.unwrap();
    let [first, second] = list.as_slice() else {
        panic!("{list:?}")
    };
    assert_eq!(
        (&first.token, &first.session, first.device.as_str()),
        (&there, &late, "")
    );
    assert_eq!(
        (&second.token, &second.session, second.device.as_str()),
        (&site, &early, "Firefox")
    );
}

/// [`AuditLog`](ds_auth::people::AuditLog).
pub async fn audit_log(store: &impl HostStore) {
    let entry = |at, by: Option<AccountId>, action, about: &str| AuditEntry {
        at,
        by,
        who: by.map_or("nobody", |_| "ada@example.com").into(),
        action,
        about: about.into(),
    };
    let ada = Some(AccountId::new());
    let one = entry(NOW, None, AuditAction::AccountMade, "ada@example.com");
    let two = entry(LATER, ada, AuditAction::Invited, "bob@example.com");
    let three = entry(LATER, ada, AuditAction::KeysReplaced, "Östlich");
    // A clock that went back changes nothing about the order.
    let four = entry(NOW, ada, AuditAction::LogInRefused, "x");
    for entry in [&one, &two, &three, &four] {
        store.record(entry).await.unwrap();
    }
    let rows = store.entries(None, 10).await.unwrap();
    let entries: Vec<_> = rows.iter().map(|row| row.entry.clone()).collect();
    assert_eq!(entries, [four, three, two, one]);
    let places: Vec<_> = rows.iter().map(|row| row.place).collect();
    assert!(places.is_sorted_by(|a, b| a > b), "{places:?}");
    assert_eq!(store.entries(None, 1).await.unwrap(), rows[..1]);
    assert_eq!(store.entries(Some(places[1]), 10).await.unwrap(), rows[2..]);
    assert_eq!(store.entries(Some(places[0]), 1).await.unwrap(), rows[1..2]);
    let of = async |actions: &[AuditAction], find: &str, before| {
        let which = AuditFilter {
            actions: actions.into(),
            find: find.into(),
        };
        store.entries_of(&which, before, 10).await.unwrap()
    };
    assert_eq!(of(&[], "", None).await, rows);
    assert_eq!(of(&[AuditAction::Invited], "", None).await, rows[2..3]);
    let two_kinds = [AuditAction::Invited, AuditAction::KeysReplaced];
    assert_eq!(of(&two_kinds, "", None).await, rows[1..3]);
    assert_eq!(of(&two_kinds, "", Some(places[1])).await, rows[2..3]);
    assert_eq!(of(&[], "bob@", None).await, rows[2..3], "to whom");
    assert_eq!(of(&[], "ADA@", None).await, rows, "by whom, or to whom");
    assert_eq!(of(&[], "öST", None).await, rows[1..2]);
    assert_eq!(of(&[], "a.a", None).await, [], "as it is typed");
    assert_eq!(of(&[AuditAction::Invited], "nobody", None).await, []);
    trims(store).await;
    comers(store).await;
}

/// What one does often pushes out nothing of others, and nothing grave.
async fn trims(store: &impl HostStore) {
    use AuditAction::{AccountBlocked, LogInRefused, MemberAdded, PasswordChanged};
    use AuditClass::{Grave, Small, Strangers};
    let all = |before, most_each, most| AuditBounds {
        before,
        most_each,
        most,
    };
    for class in AuditClass::ALL {
        store.trim_audit(class, &all(LATER, 0, 0)).await.unwrap();
    }
    assert_eq!(store.entries(None, 10).await.unwrap(), []);
    let (ada, bob) = (Some(AccountId::new()), Some(AccountId::new()));
    let note = async |at, by, action, about: &str| {
        let entry = AuditEntry {
            at,
            by,
            who: by.map_or("somebody", |_| "x").into(),
            action,
            about: about.into(),
        };
        store.record(&entry).await.unwrap();
    };
    let left = async || {
        let rows = store.entries(None, 100).await.unwrap();
        let about: Vec<_> = rows.into_iter().map(|row| row.entry.about).collect();
        about.join(" ")
    };
    note(NOW, ada, AccountBlocked, "grave").await;
    note(LATER, bob, MemberAdded, "bob").await;
    note(LATER, bob, PasswordChanged, "his").await;
    for about in ["1", "2", "3"] {
        note(LATER, ada, MemberAdded, about).await;
        note(LATER, None, LogInRefused, &format!("s{about}")).await;
    }
    store.trim_audit(Small, &all(NOW, 2, 10)).await.unwrap();
    assert_eq!(left().await, "s3 3 s2 2 s1 his bob grave");
    store.trim_audit(Strangers, &all(NOW, 9, 1)).await.unwrap();
    assert_eq!(left().await, "s3 3 2 his bob grave");
    // Whoever has most loses first.
    store.trim_audit(Small, &all(NOW, 9, 2)).await.unwrap();
    assert_eq!(left().await, "s3 3 his bob grave");
    store.trim_audit(Grave, &all(NOW, 1, 9)).await.unwrap();
    assert_eq!(left().await, "s3 3 his bob grave");
    store.trim_audit(Grave, &all(LATER, 1, 9)).await.unwrap();
    assert_eq!(left().await, "s3 3 his bob");
    // The next one is the newest, whatever went.
    note(LATER, None, LogInRefused, "s4").await;
    assert_eq!(left().await, "s4 s3 3 his bob");
}

/// What people bring about who have no account, or made theirs by themselves, pushes out nothing but the like at the same place.
async fn comers(store: &impl HostStore) {
    use AuditAction::{
        AccountRemoved, MemberAdded, MemberJoined, MemberLeft, Registered, TokenMade,
    };
    let bounds = AuditBounds {
        before: NOW,
        most_each: 2,
        most: 12,
    };
    let note = async |by, who: &str, action, about: &str| {
        let entry = AuditEntry {
            at: LATER,
            by,
            who: who.into(),
            action,
            about: about.into(),
        };
        store.record(&entry).await.unwrap();
    };
    let before: Vec<_> = store.entries(None, 100).await.unwrap();
    note(None, COMMAND_LINE, TokenMade, "token").await;
    note(None, "bob@example.com", AccountRemoved, "bob@example.com").await;
    note(None, "a member called “Eve”", MemberAdded, "blog").await;
    for nth in 0..4 {
        let name = format!("{nth}@example.com");
        note(Some(AccountId::new()), &name, Registered, "unproven").await;
        note(None, &name, AccountRemoved, &name).await;
        let as_who = format!("diary, as b.example/{nth}");
        note(None, "a member called “Mallory”", MemberJoined, &as_who).await;
        note(None, "a member called “the host”", MemberLeft, "diary").await;
    }
    for class in AuditClass::ALL {
        store.trim_audit(class, &bounds).await.unwrap();
    }
    let rows = store.entries(None, 100).await.unwrap();
    let rows = rows.iter().filter(|row| !before.contains(row));
    let left: Vec<_> = rows
        .map(|row| (row.entry.action, row.entry.about.as_str()))
        .collect();
    assert_eq!(
        left,
        [
            (MemberLeft, "diary"),
            (MemberJoined, "diary, as b.example/3"),
            (AccountRemoved, "3@example.com"),
            (Registered, "unproven"),
            (AccountRemoved, "2@example.com"),
            (Registered, "unproven"),
            (AccountRemoved, "1@example.com"),
            (Registered, "unproven"),
            (AccountRemoved, "0@example.com"),
            (Registered, "unproven"),
            (MemberAdded, "blog"),
            (AccountRemoved, "bob@example.com"),
            (TokenMade, "token"),
        ]
    );
}
