//! Jobs are followed over the socket to their end; deleted appspaces come back.

use super::{replies::check, *};
use crate::control::{
    client::follow,
    wire::{Job, WhichJob},
};

/// A host with `diary` on notes 2.0.0, of which 1.0.0 and 3.0.0 are installed, too.
pub(super) async fn with_diary() -> Running {
    let host = Running::new().await;
    host.done(account("ada@example.com")).await;
    for version in ["1.0.0", "2.0.0"] {
        install(&host, version).await;
    }
    let create = Command::AppspaceCreate {
        owner: None,
        app: "notes@2.0.0".to_owned(),
        address: "diary".to_owned(),
    };
    host.done(create).await;
    install(&host, "3.0.0").await;
    host
}

pub(super) async fn install(host: &Running, version: &str) {
    let package = host.host.dir.path().join(format!("notes@{version}"));
    std::fs::write(&package, "").unwrap();
    let install = Command::AppInstall {
        owner: None,
        package,
        modules: None,
    };
    host.done(install).await;
}

/// Begins a change of version and follows it.
async fn change(host: &Running, version: Option<&str>) -> Job {
    let upgrade = Command::AppspaceUpgrade {
        which: which("diary"),
        version: version.map(str::to_owned),
    };
    let Reply::Begun(begun) = host.done(upgrade).await else {
        panic!("nothing was begun")
    };
    let mut told = Vec::new();
    let command = Command::JobFollow(named(&begun.id));
    let last = follow(&host.data, &command, |job| told.push(job.clone()));
    let last = last.await.unwrap();
    assert!(told.iter().rev().skip(1).all(|job| !job.is_over()));
    assert_eq!(told.last(), Some(&last));
    last
}

fn named(id: &str) -> WhichJob {
    WhichJob {
        owner: None,
        id: id.to_owned(),
    }
}

#[tokio::test]
async fn a_job_is_followed_to_its_end() {
    let host = with_diary().await;
    let done = change(&host, None).await;
    assert_eq!(done.state, "done");
    check("job", &Reply::Job(done.clone()));
    let Reply::Job(shown) = host.done(Command::JobShow(named(&done.id))).await else {
        panic!("no job")
    };
    assert_eq!(shown, done);

    let failed = change(&host, Some("1.0.0")).await;
    assert_eq!(failed.state, "failed");
    assert!(failed.failure.is_some() && failed.said.is_none());
    check("job_failed", &Reply::Job(failed));
    check("jobs", &host.done(Command::JobList { owner: None }).await);

    let over = host.refused(Command::JobCancel(named(&done.id))).await;
    assert_eq!(over, ErrorKind::Conflict);
    for (id, kind) in [
        ("nonsense", ErrorKind::Invalid),
        ("00000000000000000000000000000000", ErrorKind::NotFound),
    ] {
        assert_eq!(host.refused(Command::JobFollow(named(id))).await, kind);
    }
}

#[tokio::test]
async fn deleted_and_brought_back() {
    let host = with_diary().await;
    let delete = || Command::AppspaceDelete(which("diary"));
    check("deleted", &host.done(delete()).await);
    assert_eq!(host.refused(delete()).await, ErrorKind::NotFound);
    check(
        "trash",
        &host.done(Command::TrashList { owner: None }).await,
    );
    let restore = |address: &str| Command::TrashRestore {
        which: which("diary"),
        address: Some(address.to_owned()),
    };
    assert_eq!(host.refused(restore("www")).await, ErrorKind::Conflict);
    let Reply::Appspace(back) = host.done(restore("old")).await else {
        panic!("it did not come back")
    };
    assert_eq!(back.address, "old.localhost");
    assert_eq!(host.refused(restore("old")).await, ErrorKind::NotFound);

    host.done(Command::AppspaceDelete(which("old"))).await;
    let empty = || Command::TrashEmpty {
        owner: None,
        which: None,
    };
    check("removed", &host.done(empty()).await);
    assert_eq!(host.done(empty()).await, Reply::Removed(Vec::new()));
}
