//! Deleting, bringing back, and emptying the trash.

use std::time::Duration;

use ds_core::{
    AppspaceStore as _, Closed, Closure, TrashStore as _,
    limits::{LimitOverrides, LimitStore as _},
};
use ds_lifecycle::{TRASH_KEPT, TrashError};
use ds_testkit::sample::NOW;

use crate::{
    state::State,
    world::{NOTES, World, scratch},
};

#[tokio::test]
async fn what_was_deleted_comes_back_whole() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let notes = world.create("1.0.0").await;
    let set = LimitOverrides {
        threads: Some(9),
        ..LimitOverrides::default()
    };
    world.store.set_limits(notes.id, &set).await.unwrap();
    let before = State::of(&world).await;
    let lifecycle = world.lifecycle();
    let old_gate = world.gates.of(&notes);

    lifecycle.delete(notes.id).await.unwrap();
    assert_eq!(world.store.at(&notes.address).await.unwrap(), None);
    assert_eq!(world.forgotten.lock().unwrap().last(), Some(&notes.address));
    let closed = old_gate.enter().err();
    assert_eq!(closed, Some(Closed::Standing(Closure::Deleted)));
    let trashed = world.store.trashed(notes.id).await.unwrap().unwrap();
    assert_eq!(lifecycle.removed_at(&trashed), NOW.plus(TRASH_KEPT));
    assert!(State::of(&world).await.is_tidy());
    assert!(lifecycle.delete(notes.id).await.is_err(), "twice");

    // Its address is free at once, so that it may have to come back at another.
    let new = world.new_appspace("1.0.0", NOTES).await;
    lifecycle.create(new).await.unwrap();
    let back = lifecycle.take_out(notes.id, None).await;
    assert!(matches!(back, Err(TrashError::AddressTaken(_))), "{back:?}");
    let free = "back.example.com".parse().unwrap();
    let back = lifecycle.take_out(notes.id, Some(free)).await.unwrap();
    assert_eq!((back.id, &back.version), (notes.id, &notes.version));
    assert_eq!(world.gates.of(&notes).closed(), None);
    assert_eq!(world.store.limits(notes.id).await.unwrap(), set);
    let gone = lifecycle.take_out(notes.id, None).await;
    assert!(matches!(gone, Err(TrashError::NotThere)), "{gone:?}");

    let after = State::of(&world).await;
    assert!(after.is_tidy());
    assert_eq!((before.appspaces.len(), after.appspaces.len()), (1, 2));
}

/// So many days on each of which the trash is emptied; how much goes on the last.
async fn days(world: &World, days: u32, expect: usize) {
    let lifecycle = world.lifecycle();
    for day in 1..=days {
        world.clock.advance(Duration::from_hours(24));
        let removed = lifecycle.empty_trash().await.unwrap();
        let expect = if day == days { expect } else { 0 };
        assert_eq!(removed, expect, "day {day}");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_removes_nothing_early() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let notes = world.create("1.0.0").await;
    world.lifecycle().delete(notes.id).await.unwrap();
    world.clock.advance(Duration::from_hours(10 * 365 * 24));
    days(&world, 27, 0).await;
    assert!(world.data.trash(notes.id).files().join("note").exists());
    days(&world, 2, 1).await;

    // Deleted when the clock was ahead: it does not stay until then.
    let notes = world.create("1.0.0").await;
    world.lifecycle().delete(notes.id).await.unwrap();
    let mut back = World::open(root.path()).await;
    back.clock = ds_testkit::sample::clock();
    days(&back, 30, 0).await;
    days(&back, 1, 1).await;
}

/// What was in the trash before anybody counted, or whose count is lost, stays its time from then on.
#[tokio::test]
async fn what_nobody_counted_stays_longer() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let notes = world.create("1.0.0").await;
    world.lifecycle().delete(notes.id).await.unwrap();
    days(&world, 20, 0).await;
    std::fs::write(world.data.trash_ages(), "{").unwrap();
    days(&world, 30, 0).await;
    days(&world, 1, 1).await;
}

#[tokio::test]
async fn only_what_is_old_is_removed_for_good() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let lifecycle = world.lifecycle();
    let old = world.create("1.0.0").await;
    lifecycle.delete(old.id).await.unwrap();
    days(&world, 29, 0).await;
    let young = world.create("1.0.0").await;
    lifecycle.delete(young.id).await.unwrap();
    days(&world, 1, 0).await;
    days(&world, 1, 1).await;
    assert_eq!(world.store.trashed(old.id).await.unwrap(), None);
    assert!(!world.data.trash(old.id).root().exists());
    assert!(world.data.trash(young.id).files().join("note").exists());
    assert!(State::of(&world).await.is_tidy());

    lifecycle.remove_for_good(young.id).await.unwrap();
    let again = lifecycle.remove_for_good(young.id).await;
    assert!(matches!(again, Err(TrashError::NotThere)));
    let state = State::of(&world).await;
    assert!(state.is_tidy() && state.appspaces.is_empty(), "{state:?}");
}
