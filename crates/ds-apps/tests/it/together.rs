//! Installs that meet, and installs that nobody waits for.

use std::{sync::Arc, time::Duration};

use ds_apps::{InstallErrorKind as Kind, InstallOptions, Step};
use tokio::sync::{Notify, watch};

use crate::support::{Script, World, learned, pack::Tar};

fn version(number: &str) -> Vec<u8> {
    Tar::with_manifest(&format!(r#"{{ "name": "Notes", "version": "{number}" }}"#)).gz()
}

#[tokio::test]
async fn one_at_a_time() {
    let world = World::new();
    let go = Arc::new(Notify::new());
    world.engine.script(Script::Waits(go.clone()));
    let source = world.archive(&version("1.0.0"));
    let (progress, mut steps) = watch::channel(Step::default());
    let options = InstallOptions {
        modules: None,
        progress: Some(progress),
    };
    let (installer, owner) = (world.installer.clone(), world.owner);
    let first = tokio::spawn(async move { installer.install(owner, source, options).await });
    steps
        .wait_for(|step| *step == Step::FirstRun)
        .await
        .unwrap();

    let package = version("1.1.0");
    let second = tokio::time::timeout(Duration::from_secs(30), world.install(&package)).await;
    let second = second.expect("it is refused at once").unwrap_err();
    assert_eq!(second.kind(), Kind::Conflict);
    assert!(
        second.to_string().contains("being installed now"),
        "{second}"
    );
    go.notify_one();
    first.await.unwrap().unwrap();

    world.engine.script(Script::Says(learned(&[])));
    world.install(&version("1.1.0")).await.unwrap();
    assert_eq!(world.stores.version_count(), 2);
}

#[tokio::test]
async fn a_caller_that_goes_away() {
    let world = World::new();
    let go = Arc::new(Notify::new());
    world.engine.script(Script::Waits(go.clone()));
    let (progress, mut steps) = watch::channel(Step::default());
    let options = InstallOptions {
        modules: None,
        progress: Some(progress),
    };
    let source = world.archive(&version("1.0.0"));
    {
        let install = world.installer.install(world.owner, source, options);
        tokio::select! {
            _ = install => panic!("it waits"),
            step = steps.wait_for(|step| *step == Step::FirstRun) => drop(step),
        }
    }
    go.notify_one();
    // The install holds the sender until it is done.
    while steps.changed().await.is_ok() {}
    assert_eq!(world.stores.version_count(), 1);
    assert_eq!(world.stores.ended(), [None]);
}
