//! What makes an appspace unavailable rather than corrupt.

use std::fs;

use ds_core::{Closed, Closure, Schema, SchemaStore as _};

use crate::world::{World, scratch};

/// Examines the appspace and says what was found, and what its gate says.
async fn examine(world: &World) -> (Result<(), String>, Option<Closure>) {
    let appspace = world.appspace().await;
    let found = world.lifecycle().examine(&appspace).await;
    let closed = world
        .gates
        .of(&appspace)
        .closed()
        .map(|closed| match closed {
            Closed::Standing(closure) => closure,
            Closed::Held(reason) => panic!("held: {reason}"),
        });
    (
        found.map_err(|anomaly| ds_core::error_chain(&anomaly)),
        closed,
    )
}

#[track_caller]
fn expect(found: (Result<(), String>, Option<Closure>), words: &str, closure: Closure) {
    let text = found.0.unwrap_err();
    assert!(text.contains(words), "{text}");
    assert_eq!(found.1, Some(closure), "{text}");
}

const WELL: (Result<(), String>, Option<Closure>) = (Ok(()), None);

#[tokio::test]
async fn each_closes_the_gate_until_it_is_gone() {
    let root = scratch();
    let mut world = World::new(root.path()).await;
    let id = world.create("1.0.0").await.id;
    assert_eq!(examine(&world).await, WELL);

    world.dbs.set_schema(id, Schema(2)).await.unwrap();
    let found = examine(&world).await;
    expect(
        found,
        "has schema 2 and version 1.0.0 of the app needs 1",
        Closure::WrongSchema,
    );
    world.dbs.set_schema(id, Schema(1)).await.unwrap();
    assert_eq!(examine(&world).await, WELL);

    world.least_free = u64::MAX;
    let found = examine(&world).await;
    expect(found, "make room", Closure::DiskFull);
    world.least_free = 1;
    assert_eq!(examine(&world).await, WELL);

    ds_core::Closes::close(&*world.dbs, id).await;
    let dir = world.data.appspace(id);
    let aside = dir.root().join("aside");
    fs::rename(dir.data(), &aside).unwrap();
    let found = examine(&world).await;
    expect(
        found,
        "if its disk is not mounted, mount it",
        Closure::MissingData,
    );
    assert!(!dir.data().exists(), "nothing is made in its place");
    fs::rename(&aside, dir.data()).unwrap();
    assert_eq!(examine(&world).await, WELL);

    ds_core::Closes::close(&*world.dbs, id).await;
    let whole = fs::read(dir.meta_database()).unwrap();
    fs::remove_file(dir.meta_database()).unwrap();
    let found = examine(&world).await;
    expect(found, "appspace-meta.db is missing", Closure::MissingData);
    assert!(!dir.meta_database().exists());
    for damaged in damages(&whole) {
        fs::write(dir.meta_database(), damaged).unwrap();
        let found = examine(&world).await;
        expect(
            found,
            "restore the appspace from a snapshot",
            Closure::Damaged,
        );
    }
    fs::write(dir.meta_database(), whole).unwrap();
    assert_eq!(examine(&world).await, WELL);
}

/// The ways a disk may break a file.
fn damages(whole: &[u8]) -> [Vec<u8>; 4] {
    let mut middle = whole.to_vec();
    // The second page and what follows; the first is read whenever the file is opened.
    for byte in &mut middle[4096 + 8..4096 * 3] {
        *byte = !*byte;
    }
    let mut start = whole.to_vec();
    start[..16].fill(b'x');
    let cut = whole[..whole.len() / 2].to_vec();
    [middle, start, cut, b"dear diary".repeat(1000)]
}
