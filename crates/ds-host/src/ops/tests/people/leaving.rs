//! Who is kept out, and who goes with all they have.

use ds_auth::{
    AccountStore as _,
    people::{AccountChange, AuditAction, Removal, RoleStore as _},
};
use ds_core::Timestamp;
use ds_store::Store;

use super::*;

impl World {
    /// The database itself.
    async fn store(&self) -> Store {
        Store::open(&DataDir::new(self.host.dir.path()).database())
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn whoever_is_blocked_has_nothing_left() {
    let world = of(Fixture::new().await).await;
    let (ops, by, bob) = (&world.host.ops, world.ada.id, world.bob.id);
    world.host.app(bob, "notes", "1.0.0").await;
    ops.create_appspace(bob, "notes", "diary").await.unwrap();
    let sessions = &ops.parts.sessions;
    let session = sessions
        .start_account(sessions.standing(bob).await.unwrap())
        .await
        .unwrap();
    let (_, token) = ops
        .make_token(ops.standing(bob).await.unwrap(), "backup", "read", None)
        .await
        .unwrap();
    // Both are in memory now.
    assert_eq!(sessions.account(&session).await.unwrap(), Some(bob));
    assert!(ops.tokens().check(&token, FROM).await.is_ok());

    let blocked = ops.block_account(by, BOB, true).await.unwrap();
    assert!(blocked.entry.blocked.is_some() && blocked.not_paused.is_empty());
    assert_eq!(sessions.account(&session).await.unwrap(), None);
    assert!(ops.tokens().check(&token, FROM).await.is_err());
    assert!(
        sessions
            .start_account(sessions.standing(bob).await.unwrap())
            .await
            .is_err()
    );
    assert!(ops.log_in(BOB, PASSWORD.to_owned(), FROM).await.is_err());
    let diary = ops.appspace(bob, "diary").await.unwrap();
    assert_eq!(diary.status, AppspaceStatus::Paused);
    // The command line still finds whose things they are.
    assert_eq!(ops.owner(Some(BOB)).await.unwrap(), bob);

    let entry = ops.unblock_account(by, &bob.to_string()).await.unwrap();
    assert_eq!(entry.blocked, None);
    assert!(ops.log_in(BOB, PASSWORD.to_owned(), FROM).await.is_ok());
    assert!(ops.tokens().check(&token, FROM).await.is_ok());
    assert_eq!(sessions.account(&session).await.unwrap(), None, "for good");
}

#[tokio::test]
async fn admins_come_and_go_but_one_stays() {
    let world = of(Fixture::new().await).await;
    let (ops, by) = (&world.host.ops, world.ada.id);
    assert!(ops.set_admin(by, BOB, true).await.unwrap().account.is_admin);
    ops.set_admin(by, BOB, true).await.unwrap();
    let invited = ops.invite(by, None).await.unwrap();
    ops.set_admin(world.bob.id, ADA, false).await.unwrap();
    assert_eq!(
        kind_of(ops.people(by, "", 0, 50).await),
        Some(ErrorKind::Forbidden)
    );
    let link = invited.link.unwrap();
    let late = ops.look_at_invitation(token_of(&link)).await;
    assert_eq!(kind_of(late), Some(ErrorKind::NotFound), "of no admin");
    let last = ops.set_admin(Actor::CommandLine, BOB, false).await;
    assert_eq!(kind_of(last), Some(ErrorKind::Conflict));
    let roles: Vec<_> = world
        .noted()
        .await
        .into_iter()
        .map(|(what, _)| what)
        .collect();
    let made = roles.iter().filter(|what| **what == AuditAction::MadeAdmin);
    assert_eq!(made.count(), 1, "what was so already is not noted");
}

#[tokio::test]
async fn a_removed_account_leaves_nothing() {
    let world = of(Fixture::new().await).await;
    let (ops, bob) = (&world.host.ops, world.bob.id);
    world.host.app(bob, "notes", "1.0.0").await;
    for name in ["diary", "wiki"] {
        ops.create_appspace(bob, "notes", name).await.unwrap();
    }
    ops.delete_appspace(bob, "wiki").await.unwrap();
    let going = ops.what_goes(bob).await.unwrap();
    assert_eq!((going.appspaces.len(), going.in_trash), (1, 1));
    assert_eq!(going.apps, ["notes"]);
    let data = DataDir::new(world.host.dir.path());
    let [app] = ops.apps(bob).await.unwrap().try_into().unwrap();
    std::fs::create_dir_all(data.app(app.app.id).join("x")).unwrap();

    let gone = ops.remove_account(BOB).await.unwrap();
    assert_eq!(gone.id, bob);
    let left = ops.accounts().await.unwrap();
    assert_eq!(left, std::slice::from_ref(&world.ada));
    assert!(ops.apps(bob).await.unwrap().is_empty());
    assert!(ops.trash(bob).await.unwrap().is_empty());
    assert!(!data.app(app.app.id).exists());
    let noted = world.noted().await;
    let line = || "the command line".to_owned();
    let last = [AuditAction::RemovalBegun, AuditAction::AccountRemoved].map(|what| (what, line()));
    assert!(noted.ends_with(&last), "{noted:?}");
    // The address is free, for an account and for an appspace.
    host_again(&world).await;
}

async fn host_again(world: &World) {
    let again = world.host.account(BOB, false).await;
    world.host.app(again, "notes", "1.0.0").await;
    let ops = &world.host.ops;
    ops.create_appspace(again, "notes", "diary").await.unwrap();
}

#[tokio::test]
async fn one_deletes_ones_own_account() {
    let world = of(Fixture::new().await).await;
    let (ops, bob) = (&world.host.ops, world.bob.id);
    let session = ops
        .parts
        .sessions
        .start_account(ops.parts.sessions.standing(bob).await.unwrap())
        .await
        .unwrap();
    ops.delete_own_account(&world.bob, PASSWORD.to_owned(), FROM)
        .await
        .unwrap();
    assert_eq!(ops.parts.sessions.account(&session).await.unwrap(), None);
    assert!(ops.log_in(BOB, PASSWORD.to_owned(), FROM).await.is_err());
    // The rest goes on by itself; waiting for the lock waits for it.
    ops.tidy_people().await;
    assert_eq!(ops.accounts().await.unwrap().len(), 1);
    let noted = world.noted().await;
    let by_bob = |what| (what, BOB.to_owned());
    let last = [AuditAction::RemovalBegun, AuditAction::AccountRemoved].map(by_bob);
    assert!(noted.ends_with(&last), "{noted:?}");
}

#[tokio::test]
async fn a_removal_that_was_interrupted_is_gone_on_with() {
    let world = of(Fixture::new().await).await;
    let (ops, bob) = (&world.host.ops, world.bob.id);
    world.host.app(bob, "notes", "1.0.0").await;
    ops.create_appspace(bob, "notes", "diary").await.unwrap();
    let store = world.store().await;
    let removal = Removal {
        account: bob,
        by: Some(world.ada.id),
        begun: Timestamp(1),
    };
    let begun = store.begin_removal(&removal).await.unwrap();
    assert_eq!(begun, AccountChange::Done);
    for refused in [
        kind_of(ops.unblock_account(world.ada.id, BOB).await),
        kind_of(ops.set_admin(world.ada.id, BOB, true).await),
    ] {
        assert_eq!(refused, Some(ErrorKind::Conflict));
    }
    ops.tidy_people().await;
    assert_eq!(store.account(bob).await.unwrap(), None);
    assert_eq!(store.removals().await.unwrap(), []);
    let noted = world.noted().await;
    assert_eq!(
        noted.last().unwrap(),
        &(AuditAction::AccountRemoved, ADA.to_owned())
    );
    store.close().await;
}
