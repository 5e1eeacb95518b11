//! Bringing an appspace to another version: what is done, and that every failure leaves it as it was.

use std::{fs, sync::Arc, time::Duration};

use ds_backup::{Consistency, CopyReason};
use ds_core::{
    Access, AppStore as _, AppspaceStore as _, Closed, Closure, JobLog as _, MemberStore as _,
    Reason, Schema, SchemaStore as _,
    limits::{LimitOverrides, LimitStore as _},
};
use ds_lifecycle::{ChangeError, Changed, PlanError};
use ds_routes::RouteStore as _;
use ds_sandbox::{ControlError, StartError, Task, full_body};
use ds_testkit::ScriptedEngine;
use http::Response;

use crate::{
    state::State,
    world::{World, migrate, route, scratch},
};

async fn change(world: &World, to: &str) -> Result<Changed, ChangeError> {
    let (id, to) = (world.appspace().await.id, world.version(to).await.id);
    let job = world.lifecycle().change_version(id, to).await?;
    job.wait().await
}

#[tokio::test]
async fn up_and_down() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let id = world.create("1.0.0").await.id;
    let before = State::of(&world).await;

    let changed = change(&world, "2.0.0").await.unwrap();
    assert_eq!(changed.appspace.version.to_string(), "2.0.0");
    // What was stored while people worked is superseded by what was there when they could not any more.
    assert_eq!(changed.snapshot.as_deref(), Some("snapshot 2"));
    assert_eq!(*world.snapshots.forgotten.lock().unwrap(), ["snapshot 1"]);
    assert_eq!(changed.elsewhere.len(), 1);
    let files = world.data.appspace(id).files();
    assert_eq!(fs::read_to_string(files.join("schema")).unwrap(), "1 to 3");
    assert_eq!(
        fs::read_to_string(files.join("note")).unwrap(),
        "migrated to 3"
    );
    assert!(files.join("moved/note").exists());
    assert_eq!(world.dbs.schema(id).await.unwrap(), Schema(3));

    change(&world, "1.0.0").await.unwrap();
    assert_eq!(fs::read_to_string(files.join("schema")).unwrap(), "3 to 1");
    assert_eq!(world.dbs.schema(id).await.unwrap(), Schema(1));
    let after = State::of(&world).await;
    assert!(after.is_tidy() && before.is_tidy(), "{after:?}");

    // Who migrates and who is tried out, in the rehearsal and then: up and down by the newer version's code.
    let started: Vec<_> = world.engine.started();
    let started: Vec<_> = started[1..]
        .iter()
        .map(|one| (one.task, one.run.to_str().unwrap().to_owned()))
        .collect();
    let expect = [
        (Task::Migrate, "/apps/2.0.0"),
        (Task::Serve, "/apps/2.0.0"),
        (Task::Migrate, "/apps/2.0.0"),
        (Task::Serve, "/apps/2.0.0"),
        (Task::Migrate, "/apps/2.0.0"),
        (Task::Serve, "/apps/1.0.0"),
        (Task::Migrate, "/apps/2.0.0"),
        (Task::Serve, "/apps/1.0.0"),
    ]
    .map(|(task, run)| (task, run.to_owned()));
    assert_eq!(started, expect);
    assert_eq!(world.engine.running(), 0);

    let taken = world.snapshots.taken.lock().unwrap().clone();
    let said: Vec<_> = taken
        .iter()
        .map(|one| (one.app.version.to_string(), one.schema, one.members))
        .collect();
    let expect = [("1.0.0", 1), ("1.0.0", 1), ("2.0.0", 3), ("2.0.0", 3)];
    let expect = expect.map(|(v, s)| (v.to_owned(), Schema(s), 1));
    assert_eq!(said, expect);
    assert_eq!(taken[0].reason, CopyReason::BeforeUpgrade);
    assert_eq!(taken[0].consistency, Consistency::AtRest);
    // The other places get the data as it was.
    let spread = world.snapshots.spread.lock().unwrap().clone();
    let notes: Vec<_> = spread.iter().map(|(_, note)| note.as_str()).collect();
    assert_eq!(notes, ["written by Ada", "migrated to 3"]);
    assert_eq!((&spread[0].0, &spread[1].0), (&taken[1], &taken[3]));
}

#[tokio::test]
async fn where_nobody_wrote_meanwhile_nothing_is_stored_while_people_wait() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    world.dbs.members(appspace.id).await.unwrap();
    ds_core::Closes::close(&*world.dbs, appspace.id).await;
    let files = world.data.appspace(appspace.id).files();
    wait_until_settled(&files);
    let gate = world.gates.of(&appspace);
    *world.snapshots.looks_at.lock().unwrap() = Some(gate.clone());
    *world.snapshots.open.lock().unwrap() = Some(gate);
    let changed = change(&world, "2.0.0").await.unwrap();
    assert_eq!(changed.snapshot.as_deref(), Some("snapshot 1"));
    assert_eq!(*world.snapshots.was_closed.lock().unwrap(), [false]);
    assert!(world.snapshots.forgotten.lock().unwrap().is_empty());
    assert_eq!(
        world.snapshots.spread.lock().unwrap()[0].1,
        "written by Ada"
    );
    assert_eq!(fs::read(files.join("moved/note")).unwrap().len(), 100_000);

    // What was written right before is stored again.
    change(&world, "1.0.0").await.unwrap();
    assert_eq!(
        *world.snapshots.was_closed.lock().unwrap(),
        [false, false, true]
    );
}

/// Waits until files that are there are old enough to be told from changed ones by their time.
fn wait_until_settled(files: &std::path::Path) {
    use std::os::unix::fs::MetadataExt as _;
    let last = files.join("more").metadata().unwrap().ctime() + 1;
    let now = || {
        let at = files.join("now");
        fs::write(&at, "").unwrap();
        let now = at.metadata().unwrap().ctime();
        fs::remove_file(at).unwrap();
        now
    };
    while now() <= last + 2 {
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test]
async fn what_an_app_writes_when_it_is_asked_for_pages_does_not_stay() {
    let root = scratch();
    let mut world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let dirs = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (notes, writes) = (Arc::clone(&dirs), Arc::clone(&dirs));
    world.engine = ScriptedEngine::new()
        .migrating_in(move |dir, from, to| {
            notes.lock().unwrap().push(dir.clone());
            migrate(dir, from, to)
        })
        .answering(move |_, _| {
            let dir = writes.lock().unwrap().last().unwrap().clone();
            fs::write(dir.files().join("visits"), "1").unwrap();
            Ok(Response::new(full_body("hello")))
        });
    change(&world, "2.0.0").await.unwrap();
    assert_eq!(dirs.lock().unwrap().len(), 2);
    let files = world.data.appspace(appspace.id).files();
    assert!(files.join("schema").exists() && !files.join("visits").exists());
    assert!(State::of(&world).await.is_tidy());
}

#[tokio::test]
async fn its_own_bounds_hold_for_what_is_tried_out() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let set = LimitOverrides {
        memory_mib: Some(777),
        ..LimitOverrides::default()
    };
    world.store.set_limits(appspace.id, &set).await.unwrap();
    change(&world, "2.0.0").await.unwrap();
    let started = world.engine.started();
    let memory: Vec<_> = started[1..].iter().map(|one| one.memory_mib).collect();
    assert_eq!(memory, [777; 4]);
}

#[tokio::test]
async fn the_gate_is_shut_from_the_clone_that_counts_until_all_is_new() {
    let root = scratch();
    let mut world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let gate = world.gates.of(&appspace);
    gate.close(Closure::WrongSchema);
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (looks, rehearses) = (gate.clone(), gate.clone());
    let (migrates, answers) = (Arc::clone(&seen), Arc::clone(&seen));
    world.engine = ScriptedEngine::new()
        .migrating_in(move |dir, from, to| {
            migrates.lock().unwrap().push(("migrates", is_held(&looks)));
            migrate(dir, from, to)
        })
        .answering(move |_, _| {
            answers
                .lock()
                .unwrap()
                .push(("answers", is_held(&rehearses)));
            Ok(Response::new(full_body("hello")))
        });
    change(&world, "2.0.0").await.unwrap();
    let expect = [("migrates", false), ("answers", false), ("migrates", true)];
    assert_eq!(*seen.lock().unwrap(), expect);
    assert_eq!(gate.closed(), None);
    assert_eq!(
        world.forgotten.lock().unwrap().last(),
        Some(&appspace.address)
    );
}

fn is_held(gate: &ds_core::Gate) -> bool {
    gate.lift(Closure::WrongSchema);
    let is_held = gate.closed() == Some(Closed::Held(Reason::Migrating));
    gate.close(Closure::WrongSchema);
    is_held
}

#[tokio::test]
async fn who_looked_meanwhile_does_not_keep_the_old_data() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let id = world.create("1.0.0").await.id;
    *world.snapshots.looking.lock().unwrap() = Some((world.dbs.clone(), id));
    change(&world, "2.0.0").await.unwrap();
    assert_eq!(world.dbs.schema(id).await.unwrap(), Schema(3));
    change(&world, "1.0.0").await.unwrap();
    assert_eq!(world.dbs.schema(id).await.unwrap(), Schema(1));
}

/// Tries to change, expects these words, and that nothing else is different.
async fn fails(world: &World, to: &str, words: &str) {
    let before = State::of(world).await;
    let id = world.appspace().await.id;
    let error = change(world, to).await.unwrap_err();
    let text = ds_core::error_chain(&error);
    assert!(text.contains(words), "{text}");
    assert_eq!(State::of(world).await, before, "{words}");
    assert!(before.is_tidy());
    let gate = world.gates.known(id).unwrap();
    assert_eq!(gate.closed(), None);
    let last = world.store.recent(id).await.unwrap().remove(0);
    assert_eq!(last.failure, Some(text), "people can read why later");
    assert_eq!(world.engine.running(), 0);
    world.appspace().await;
}

#[tokio::test]
async fn whatever_fails_leaves_all_as_it_was() {
    let root = scratch();
    let mut world = World::new(root.path()).await;
    world.create("1.0.0").await;

    fails(&world, "1.0.0", "version 1.0.0 runs already").await;
    world
        .engine
        .fail_start(StartError::Engine("no Deno".into()));
    fails(
        &world,
        "2.0.0",
        "migrations could not be started: cannot run app code: no Deno",
    )
    .await;

    let half_way = |dir: &ds_core::AppspaceDir, from, to| {
        migrate(dir, from, to)?;
        Err(ControlError::App("TypeError: no such column".into()))
    };
    world.engine = ScriptedEngine::new().migrating_in(half_way);
    fails(
        &world,
        "2.0.0",
        "from schema 1 to 3 failed: TypeError: no such column",
    )
    .await;

    world.engine = ScriptedEngine::new().migrating_in(migrate);
    world.engine.hang(true);
    fails(&world, "2.0.0", "no answer within 0.5 s").await;

    let server_error = |_: &ds_sandbox::Call, _| {
        let mut answer = Response::new(full_body("oh"));
        *answer.status_mut() = 503.try_into().unwrap();
        Ok(answer)
    };
    world.engine = ScriptedEngine::new()
        .migrating_in(migrate)
        .answering(server_error);
    fails(&world, "2.0.0", "GET / answered with the error 503").await;

    world.engine = ScriptedEngine::new().migrating_in(migrate);
    *world.snapshots.fail.lock().unwrap() = Some("the bucket is gone");
    fails(
        &world,
        "2.0.0",
        "no snapshot could be taken before: cannot take a snapshot: the bucket is gone",
    )
    .await;
    *world.snapshots.fail.lock().unwrap() = None;

    world.least_free = u64::MAX;
    fails(&world, "2.0.0", "disk is nearly full").await;
    world.least_free = 0;

    change(&world, "2.0.0").await.unwrap();
}

#[tokio::test]
async fn an_app_that_does_not_answer_is_not_waited_for() {
    let root = scratch();
    let mut world = World::new(root.path()).await;
    world.create("2.0.0").await;
    world.engine.hang(true);
    world.limits.migration = Duration::from_mins(1);
    let (id, to) = (world.appspace().await.id, world.version("3.0.0").await.id);
    let before = State::of(&world).await;
    let job = world.lifecycle().change_version(id, to).await.unwrap();
    let mut progress = job.progress();
    let checking = progress.wait_for(|now| now.step == Some(ds_lifecycle::Step::Rehearse));
    checking.await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    tokio::time::resume();
    let error = job.wait().await.unwrap_err();
    let text = ds_core::error_chain(&error);
    assert!(text.contains("GET / got no answer"), "{text}");
    assert_eq!(State::of(&world).await, before);
}

#[tokio::test]
async fn a_way_there_must_be() {
    let root = scratch();
    let world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    let nowhere = ds_core::VersionId::new();
    let job = world.lifecycle().change_version(appspace.id, nowhere).await;
    let error = job.unwrap().wait().await.unwrap_err();
    assert!(
        matches!(error, ChangeError::Plan(PlanError::NoVersion)),
        "{error}"
    );

    // Data from the future, which no installed version made.
    world.dbs.set_schema(appspace.id, Schema(7)).await.unwrap();
    fails(&world, "2.0.0", "install the version that made this data").await;
    // Data that another installed version made: it is brought to the version that runs.
    world.dbs.set_schema(appspace.id, Schema(3)).await.unwrap();
    let changed = change(&world, "1.0.0").await.unwrap();
    assert_eq!(changed.appspace.version_id, appspace.version_id);
    assert_eq!(world.dbs.schema(appspace.id).await.unwrap(), Schema(1));

    let mut other = world.version("2.0.0").await;
    let app = ds_testkit::sample::app(appspace.owner, "Other");
    (other.id, other.app) = (ds_core::VersionId::new(), app.id);
    world.store.add_version(&app, &other).await.unwrap();
    let job = world
        .lifecycle()
        .change_version(appspace.id, other.id)
        .await;
    let error = job.unwrap().wait().await.unwrap_err();
    assert!(
        matches!(error, ChangeError::Plan(PlanError::OtherApp)),
        "{error}"
    );
    let now = world.store.appspace(appspace.id).await.unwrap().unwrap();
    assert_eq!(now.version_id, appspace.version_id);
}

#[tokio::test]
async fn what_members_alone_may_see_is_asked_by_the_owner() {
    let root = scratch();
    let mut world = World::new(root.path()).await;
    world.create("1.0.0").await;
    let to = world.version("2.0.0").await;
    let members = Access::Authorized { permission: None };
    let routes = [route(0, "/all", Access::Public), route(1, "/me", members)];
    world.store.set_routes(to.id, &routes).await.unwrap();
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let notes = Arc::clone(&asked);
    world.engine = world.engine.clone().answering(move |call, request| {
        let path = request.uri().path().to_owned();
        let owner = call.proxy_id.is_some();
        notes.lock().unwrap().push((path, owner));
        Ok(Response::new(full_body("hello")))
    });
    change(&world, "2.0.0").await.unwrap();
    let expect = [("/all".to_owned(), false), ("/me".to_owned(), true)];
    assert_eq!(*asked.lock().unwrap(), expect);
}

#[tokio::test]
async fn the_owner_reads_in_the_log_what_the_app_printed() {
    let root = scratch();
    let mut world = World::new(root.path()).await;
    let appspace = world.create("1.0.0").await;
    world.engine = ScriptedEngine::new().migrating_in(|dir, _, _| {
        fs::write(dir.log(), "I cannot find my table\n").unwrap();
        Err(ControlError::App("failed".into()))
    });
    let log = world.data.appspace(appspace.id).log();
    fs::write(&log, "before\n").unwrap();
    fails(&world, "2.0.0", "failed").await;
    assert_eq!(
        fs::read_to_string(log).unwrap(),
        "before\nI cannot find my table\n"
    );
}
