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
    let accepted = host
        .host
        .ops
        .accept_invitation(token, "", password, None)
        .await;
    accepted.unwrap();
    let refused = host.refused(invite(Some("bob@example.com"))).await;
    assert_eq!(refused, ErrorKind::Conflict);

    let list = |find: Option<&str>| Command::AccountList {
        find: find.map(str::to_owned),
        skip: 0,
        most: None,
    };
    check("people", &host.done(list(None)).await);
    let Reply::People(found) = host.done(list(Some("BOB@"))).await else {
        panic!("no list")
    };
    assert_eq!(found.len(), 1);
    let bob = || "bob@example.com".to_owned();
    invitations_and_notes(&host, invite(None)).await;
    let set = |to: &str| Command::AccountSetEmail {
        email: bob(),
        to: to.to_owned(),
    };
    assert_eq!(
        host.refused(set("ada@example.com")).await,
        ErrorKind::Conflict
    );
    assert_eq!(host.refused(set("x")).await, ErrorKind::Invalid);
    host.done(set("bobby@example.com")).await;
    let back = Command::AccountSetEmail {
        email: "bobby@example.com".to_owned(),
        to: bob(),
    };
    let Reply::Person(person) = host.done(back).await else {
        panic!("no person")
    };
    assert_eq!((person.email, person.proven), (bob(), true));
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

#[tokio::test]
async fn an_address_that_was_only_typed_is_vouched_for() {
    let host = Running::new().await;
    host.done(account("ada@example.com")).await;
    let invite = Command::AccountInvite { email: None };
    let Reply::Invited(invited) = host.done(invite).await else {
        panic!("nobody was invited")
    };
    let link = invited.link.unwrap().0;
    let (_, token) = link.rsplit_once('/').unwrap();
    let password = crate::ops::tests::fixture::PASSWORD.to_owned();
    let typed = "Typed@Example.com";
    let accepted = host
        .host
        .ops
        .accept_invitation(token, typed, password, None);
    accepted.await.unwrap();
    let (show, vouch) = (
        |email: &str| Command::AccountShow {
            email: email.to_owned(),
        },
        |email: &str| Command::AccountVouch {
            email: email.to_owned(),
        },
    );
    for (command, expect) in [
        (show(typed), false),
        (vouch(typed), true),
        (show(typed), true),
    ] {
        let Reply::Person(person) = host.done(command).await else {
            panic!("no person")
        };
        assert_eq!(person.proven, expect);
    }
    let nobody = host.refused(vouch("nobody@example.com")).await;
    assert_eq!(nobody, ErrorKind::NotFound);
}

async fn invitations_and_notes(host: &Running, invite: Command) {
    host.done(invite).await;
    let open = host.done(Command::AccountInvitations).await;
    check_id("invitations", &open);
    let Reply::Invitations(open) = open else {
        panic!("no invitations")
    };
    let withdraw = || Command::AccountWithdraw {
        id: open[0].id.clone(),
    };
    check_id("withdrawn", &host.done(withdraw()).await);
    assert_eq!(host.refused(withdraw()).await, ErrorKind::NotFound);
    let log = |kind: Option<&str>| Command::AccountLog {
        kind: kind.map(str::to_owned),
        find: None,
        before: None,
        most: Some(2),
    };
    check("log", &host.done(log(Some("accounts"))).await);
    assert_eq!(host.refused(log(Some("x"))).await, ErrorKind::Invalid);
}

/// The same, less the ids, which differ.
fn check_id(name: &str, reply: &Reply) {
    let mut reply = reply.clone();
    match &mut reply {
        Reply::Invitations(all) => all.iter_mut().for_each(|one| one.id = "(id)".to_owned()),
        Reply::Withdrawn(one) => "(id)".clone_into(&mut one.id),
        other => panic!("{other:?}"),
    }
    check(name, &reply);
}
