//! What operations do, and what they refuse.

mod archives;
mod bars;
mod cut;
pub(crate) mod fixture;
mod follow;
mod joining;
mod members;
mod people;
mod racing;
mod shown;
mod terms;
pub(crate) mod work;

use super::*;
use ds_core::AccountId;
use fixture::{Fixture, PASSWORD};

/// The kind of failure; success is a defect.
fn kind<T: std::fmt::Debug>(result: Result<T, OpError>) -> ErrorKind {
    result.unwrap_err().kind()
}

#[tokio::test]
async fn whose_things_a_command_is_about() {
    let host = Fixture::new().await;
    let none = host.ops.owner(None).await.unwrap_err();
    assert_eq!(none.kind(), ErrorKind::NotFound);
    assert!(none.hint().unwrap().contains("ds-host account create"));

    let ada = host.account("ada@example.com", false).await;
    assert_eq!(host.ops.owner(None).await.unwrap(), ada);
    host.account("bob@example.com", false).await;
    assert_eq!(kind(host.ops.owner(None).await), ErrorKind::Invalid);
    let eve = host.account("eve@example.com", true).await;
    assert_eq!(host.ops.owner(None).await.unwrap(), eve);
    assert_eq!(host.ops.owner(Some("ADA@example.com")).await.unwrap(), ada);
    assert_eq!(
        kind(host.ops.owner(Some("x@example.com")).await),
        ErrorKind::NotFound
    );
}

#[tokio::test]
async fn accounts_that_are_refused() {
    let host = Fixture::new().await;
    host.account("ada@example.com", true).await;
    let check = async |email: &str, password: &str, expect: ErrorKind| {
        let made = host
            .ops
            .create_account(email, password.to_owned(), false)
            .await;
        assert_eq!(kind(made), expect, "{email}");
        assert_eq!(host.ops.accounts().await.unwrap().len(), 1);
    };
    check("Ada@Example.com", PASSWORD, ErrorKind::Conflict).await;
    check("nonsense", PASSWORD, ErrorKind::Invalid).await;
    check("bob@example.com", "short", ErrorKind::Invalid).await;
}

#[tokio::test]
async fn the_set_up_link_works_once() {
    let host = Fixture::new().await;
    let link = host.ops.setup_link().await.unwrap().unwrap();
    let token = link
        .strip_prefix("http://dropserver.localhost:3000/setup/")
        .unwrap();
    let set_up =
        async |token: &str, email: &str| host.ops.set_up(token, email, PASSWORD.to_owned()).await;
    assert_eq!(
        kind(set_up("guess", "eve@example.com").await),
        ErrorKind::Forbidden
    );
    assert!(host.ops.setup_token_accepted(token));
    assert!(set_up(token, "ada@example.com").await.unwrap().is_admin);
    assert_eq!(
        kind(set_up(token, "eve@example.com").await),
        ErrorKind::Forbidden
    );
    assert_eq!(host.ops.setup_link().await.unwrap(), None);
}

#[tokio::test]
async fn the_set_up_link_ends_with_the_first_account() {
    let host = Fixture::new().await;
    let link = host.ops.setup_link().await.unwrap().unwrap();
    host.account("ada@example.com", true).await;
    let (_, token) = link.rsplit_once('/').unwrap();
    assert!(!host.ops.setup_token_accepted(token));
}

#[tokio::test]
async fn which_version_a_name_means() {
    let host = Fixture::new().await;
    let ada = host.account("ada@example.com", true).await;
    host.app(ada, "notes", "1.0.0").await;
    host.app(ada, "notes", "1.10.0").await;
    host.app(ada, "notes", "1.9.0").await;
    let check = async |name: &str, expect: Result<&str, ErrorKind>| {
        let found = host.ops.version_named(ada, name).await;
        let found = found.map(|(_, version)| version.version.to_string());
        assert_eq!(found.as_deref().map_err(OpError::kind), expect, "{name}");
    };
    check("notes", Ok("1.10.0")).await;
    check("notes@1.9.0", Ok("1.9.0")).await;
    check("notes@2.0.0", Err(ErrorKind::NotFound)).await;
    check("notes@x", Err(ErrorKind::Invalid)).await;
    check("other", Err(ErrorKind::NotFound)).await;
    check("other@1.0.0", Err(ErrorKind::NotFound)).await;
    check("", Err(ErrorKind::NotFound)).await;
}

#[tokio::test]
async fn the_life_of_an_appspace() {
    let host = Fixture::new().await;
    let ada = host.account("ada@example.com", true).await;
    let bob = host.account("bob@example.com", false).await;
    host.app(ada, "notes", "1.0.0").await;
    let made = host
        .ops
        .create_appspace(ada, "notes", "Diary")
        .await
        .unwrap();
    assert_eq!(made.url, "http://diary.localhost:3000");
    assert_eq!(
        (made.app_name.as_str(), made.status),
        ("notes", AppspaceStatus::Awake)
    );

    let again = host.ops.create_appspace(ada, "notes", "diary").await;
    assert_eq!(kind(again), ErrorKind::Conflict);
    let theirs = host.ops.create_appspace(bob, "notes", "theirs").await;
    assert_eq!(kind(theirs), ErrorKind::NotFound);

    let paused = host.ops.pause(ada, "diary.localhost").await.unwrap();
    assert_eq!(paused.status, AppspaceStatus::Paused);
    let resumed = host.ops.resume(ada, "diary").await.unwrap();
    assert_eq!(resumed.status, AppspaceStatus::Asleep);
    assert_eq!(host.ops.appspaces(ada).await.unwrap().len(), 1);

    assert!(host.ops.appspaces(bob).await.unwrap().is_empty());
    assert_eq!(
        kind(host.ops.pause(bob, "diary").await),
        ErrorKind::NotFound
    );
    assert_eq!(
        kind(host.ops.members(bob, "diary").await),
        ErrorKind::NotFound
    );
    let joined = host
        .ops
        .add_member(bob, "diary", "bob@example.com", None)
        .await;
    assert_eq!(kind(joined), ErrorKind::NotFound);
}

/// A host where Ada owns the appspace `diary`.
async fn with_diary() -> (Fixture, AccountId) {
    let host = Fixture::new().await;
    let ada = with_diary_in(&host).await;
    (host, ada)
}

async fn with_diary_in(host: &Fixture) -> AccountId {
    let ada = host.account("ada@example.com", true).await;
    host.app(ada, "notes", "1.0.0").await;
    host.ops
        .create_appspace(ada, "notes", "diary")
        .await
        .unwrap();
    ada
}

#[tokio::test]
async fn members_come_and_may() {
    let (host, ada) = with_diary().await;
    host.account("bob@example.com", false).await;
    let ops = &host.ops;
    let bob = ops
        .add_member(ada, "diary", "Bob@example.com", None)
        .await
        .unwrap();
    assert_eq!((bob.display_name.as_str(), bob.is_owner), ("bob", false));
    let twice = ops
        .add_member(ada, "diary", "bob@example.com", Some("B"))
        .await;
    assert_eq!(kind(twice), ErrorKind::Conflict);

    let may = |member: &ds_core::Member| -> Vec<String> {
        member.permissions.iter().map(ToString::to_string).collect()
    };
    let granted = ops
        .grant(ada, "diary", "bob@example.com", "moderate")
        .await
        .unwrap();
    assert_eq!(may(&granted), ["moderate"]);
    let granted = ops
        .grant(ada, "diary", bob.proxy_id.as_str(), "edit")
        .await
        .unwrap();
    assert_eq!(may(&granted), ["edit", "moderate"]);
    let revoked = ops
        .revoke(ada, "diary", "bob@example.com", "moderate")
        .await
        .unwrap();
    assert_eq!(may(&revoked), ["edit"]);
    let all = ops.members(ada, "diary").await.unwrap();
    assert_eq!(
        all.iter().map(|one| one.is_owner).collect::<Vec<_>>(),
        [true, false]
    );
}

#[tokio::test]
async fn members_that_are_refused() {
    let (host, ada) = with_diary().await;
    let ops = &host.ops;
    host.account("bob@example.com", false).await;
    let add = async |email: &str, name: Option<&str>| {
        kind(ops.add_member(ada, "diary", email, name).await)
    };
    assert_eq!(add("nobody@example.com", None).await, ErrorKind::NotFound);
    assert_eq!(add("bob@example.com", Some(" ")).await, ErrorKind::Invalid);
    assert_eq!(
        add("bob@example.com", Some("a\nb")).await,
        ErrorKind::Invalid
    );
    assert_eq!(
        add("bob@example.com", Some(&"x".repeat(31))).await,
        ErrorKind::Invalid
    );

    let grant = async |who: &str, what: &str| kind(ops.grant(ada, "diary", who, what).await);
    assert_eq!(grant("ada@example.com", "fly").await, ErrorKind::Invalid);
    assert_eq!(
        grant("ada@example.com", "not a name").await,
        ErrorKind::Invalid
    );
    assert_eq!(grant("bob@example.com", "edit").await, ErrorKind::NotFound);
    assert_eq!(grant("zzzzzzzzzz", "edit").await, ErrorKind::NotFound);
    assert_eq!(grant("No Such Id", "edit").await, ErrorKind::NotFound);
    assert_eq!(ops.members(ada, "diary").await.unwrap().len(), 1);
}
