//! Making an appspace.

use ds_core::{AppspaceStore as _, JobLog as _, MemberStore as _, Schema, SchemaStore as _};
use ds_lifecycle::CreateError;
use ds_sandbox::StartError;

use crate::{
    state::State,
    world::{NOTES, World, scratch},
};

#[tokio::test]
async fn an_appspace_is_made_with_its_owner_and_its_schema() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let mut new = world.new_appspace("2.0.0", NOTES).await;
    new.owner_name = "A".repeat(40);
    let made = world.lifecycle().create(new).await.unwrap();
    let stored = world.store.appspace(made.id).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&made));
    let members = world.dbs.members(made.id).await.unwrap();
    assert_eq!((members.len(), members[0].is_owner), (1, true));
    assert_eq!(members[0].display_name, "A".repeat(30));
    assert_eq!(world.dbs.schema(made.id).await.unwrap(), Schema(3));
    assert_eq!(world.gates.known(made.id).unwrap().closed(), None);
    assert_eq!(world.forgotten.lock().unwrap().last(), Some(&made.address));
    let record = world.store.recent(made.id).await.unwrap().remove(0);
    assert!(record.ended.is_some() && record.failure.is_none());

    let again = world.new_appspace("1.0.0", NOTES).await;
    let refused = world.lifecycle().create(again).await;
    assert!(matches!(refused, Err(CreateError::AddressTaken(_))));
}

#[tokio::test]
async fn of_one_that_could_not_be_made_nothing_is_left() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let before = State::of(&world).await;
    world
        .engine
        .fail_start(StartError::Engine("no Deno".into()));
    let new = world.new_appspace("1.0.0", NOTES).await;
    let error = world.lifecycle().create(new).await.unwrap_err();
    assert!(matches!(error, CreateError::Migrate(_)), "{error}");
    assert_eq!(State::of(&world).await, before);
    assert!(before.is_tidy());

    // Of two at once at one address, one is made.
    let lifecycle = world.lifecycle();
    let [one, two] = [NOTES, NOTES].map(|at| world.new_appspace("1.0.0", at));
    let (one, two) = tokio::join!(one, two);
    let (one, two) = tokio::join!(lifecycle.create(one), lifecycle.create(two));
    let lost = if one.is_ok() { two } else { one };
    assert!(matches!(lost, Err(CreateError::AddressTaken(_))));
    let after = State::of(&world).await;
    assert_eq!(after.appspaces.len(), 1);
    assert!(after.is_tidy(), "{after:?}");
}
