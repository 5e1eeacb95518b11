//! Keys and secret links.

use super::{replies::check, *};

#[tokio::test]
async fn keys() {
    let host = Running::new().await;
    host.done(account("ada@example.com")).await;
    let ada = host.host.ops.owner(None).await.unwrap();
    host.host.app(ada, "notes", "1.0.0").await;
    let create = Command::AppspaceCreate {
        owner: None,
        app: "notes@1.0.0".to_owned(),
        address: "diary".to_owned(),
    };
    host.done(create).await;
    let add = |link: bool, permission: &str, days, path: Option<&str>| Command::KeyAdd {
        which: which("diary"),
        name: "Backup".to_owned(),
        link,
        permissions: vec![permission.to_owned()],
        days,
        path: path.map(ToOwned::to_owned),
    };
    let Reply::Key(made) = host.done(add(false, "edit", Some(90), None)).await else {
        panic!("no key")
    };
    assert!(made.secret.unwrap().0.starts_with("ds_"));
    let Reply::Key(link) = host.done(add(true, "edit", None, Some("/albums"))).await else {
        panic!("no link")
    };
    let secret = link.secret.unwrap().0;
    assert!(
        secret.starts_with("http://diary.localhost:3000/.dropserver/link/"),
        "{secret}"
    );
    check("keys", &host.done(Command::KeyList(which("diary"))).await);

    for (refused, kind) in [
        (add(false, "nonsense", None, None), ErrorKind::Invalid),
        (add(false, "edit", Some(0), None), ErrorKind::Invalid),
        (
            add(false, "edit", None, Some("/albums")),
            ErrorKind::Invalid,
        ),
        (
            add(true, "edit", None, Some("https://evil.example")),
            ErrorKind::Invalid,
        ),
        (
            add(true, "edit", None, Some("/.dropserver/logout")),
            ErrorKind::Invalid,
        ),
    ] {
        assert_eq!(host.refused(refused).await, kind);
    }
    let remove = |id: &str| Command::KeyRemove {
        which: which("diary"),
        id: id.to_owned(),
    };
    check("key", &host.done(remove(&made.id)).await);
    assert_eq!(host.refused(remove(&made.id)).await, ErrorKind::NotFound);
    assert_eq!(host.refused(remove("x")).await, ErrorKind::Invalid);
    let Reply::Keys(left) = host.done(Command::KeyList(which("diary"))).await else {
        panic!("no list")
    };
    assert_eq!(left.len(), 1);
}
