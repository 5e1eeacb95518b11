//! The people of a host.

use super::{replies::check, *};

#[tokio::test]
async fn people() {
    let host = Running::new().await;
    host.done(account("ada@example.com")).await;
    let invite = |email: Option<&str>| Command::AccountInvite {
        email: email.map(str::to_owned),
    };
    let Reply::Invited(mut invited) = host.done(invite(Some("bob@example.com"))).await else {
        panic!("nobody was invited")
    };
    let link = invited.link.replace(Secret("(link)".to_owned())).unwrap().0;
    check("invited", &Reply::Invited(invited));
    let (_, token) = link.rsplit_once('/').unwrap();
    let password = crate::ops::tests::fixture::PASSWORD.to_owned();
    let accepted = host.host.ops.accept_invitation(token, "", password).await;
    accepted.unwrap();
    let refused = host.refused(invite(Some("bob@example.com"))).await;
    assert_eq!(refused, ErrorKind::Conflict);

    let list = |find: Option<&str>| Command::AccountList {
        find: find.map(str::to_owned),
    };
    check("people", &host.done(list(None)).await);
    let Reply::People(found) = host.done(list(Some("BOB@"))).await else {
        panic!("no list")
    };
    assert_eq!(found.len(), 1);
    let bob = || "bob@example.com".to_owned();
    let block = Command::AccountBlock {
        email: bob(),
        pause: true,
    };
    check("person", &host.done(block).await);
    host.done(Command::AccountUnblock { email: bob() }).await;
    let admin = |email: &str, admin| Command::AccountAdmin {
        email: email.to_owned(),
        admin,
    };
    host.done(admin("bob@example.com", true)).await;
    let remove = || Command::AccountRemove { email: bob() };
    check("gone", &host.done(remove()).await);
    assert_eq!(host.refused(remove()).await, ErrorKind::NotFound);
    let demoted = host.refused(admin("ada@example.com", false)).await;
    assert_eq!(demoted, ErrorKind::Conflict);
}
