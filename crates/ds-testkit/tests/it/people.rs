//! Invitations, passwords and sessions by their rules, over stores in memory.

use std::{sync::Arc, time::Duration};

use ds_auth::{
    AccountError, AccountStore as _, Accounts, ChangePasswordError, Sessions,
    people::{
        AcceptError, InvitationStore as _, Invitations, ResetError, Resets, SessionList as _,
    },
};
use ds_core::{Clock, ManualClock, secret::Token};
use ds_testkit::{Memory, sample};
use tokio::sync::mpsc;

const PASSWORD: &str = "correct horse";
const OTHER: &str = "battery staple";

struct World {
    clock: Arc<ManualClock>,
    memory: Memory,
    accounts: Arc<Accounts>,
}

fn world() -> World {
    let clock = sample::clock();
    let memory = Memory::new();
    let store = Arc::new(memory.clone());
    World {
        accounts: Arc::new(Accounts::new(store, clock.clone())),
        clock,
        memory,
    }
}

impl World {
    fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }
}

#[tokio::test]
async fn an_invitation_makes_one_account() {
    let world = world();
    let store = Arc::new(world.memory.clone());
    let invitations = Invitations::new(store, world.accounts.clone(), world.clock());
    let (token, invitation) = invitations
        .invite(None, Some("Bob@Example.com"))
        .await
        .unwrap();
    assert_eq!(invitation.email.as_deref(), Some("bob@example.com"));
    assert!(invitations.invite(None, Some("bob")).await.is_err());

    let accept = async |token: &Token, email: &str, password: &str| {
        let accepted = invitations.accept(token, email, password.into(), None);
        accepted.await
    };
    let short = accept(&token, "", "short").await;
    assert!(matches!(
        short,
        Err(AcceptError::Account(AccountError::Rules(_)))
    ));
    // The link was mailed to Bob: it makes Bob's account, whatever was typed.
    let bob = accept(&token, "eve@example.com", PASSWORD).await.unwrap();
    assert_eq!(
        (bob.email.as_str(), bob.is_admin, bob.email_proven),
        ("bob@example.com", false, true)
    );
    assert!(matches!(
        accept(&token, "", PASSWORD).await,
        Err(AcceptError::Gone)
    ));
    world
        .accounts
        .log_in("bob@example.com", PASSWORD.into(), None)
        .await
        .unwrap();

    let (link, _) = invitations.invite(Some(bob.id), None).await.unwrap();
    let refused = accept(&link, "bob@example.com", PASSWORD).await;
    assert!(matches!(
        refused,
        Err(AcceptError::Account(AccountError::Taken(_)))
    ));
    let ada = accept(&link, "ada@example.com", PASSWORD).await.unwrap();
    assert!(!ada.email_proven, "whatever is typed");

    let (withdrawn, invitation) = invitations.invite(None, None).await.unwrap();
    world
        .memory
        .remove_invitation(&invitation.token)
        .await
        .unwrap();
    let (late, _) = invitations.invite(None, None).await.unwrap();
    world.clock.advance(Duration::from_hours(7 * 24));
    for token in [withdrawn, late, Token::random(), Token::presented("x")] {
        let refused = accept(&token, "eve@example.com", PASSWORD).await;
        assert!(matches!(refused, Err(AcceptError::Gone)));
    }
}

/// A link is for making an account: it finds out of few addresses whether they have one, and hashes no more than it must.
#[tokio::test]
async fn an_open_invitation_tells_little() {
    let world = world();
    let store = Arc::new(world.memory.clone());
    let invitations = Invitations::new(store, world.accounts.clone(), world.clock());
    for number in 0..6 {
        let email = format!("known{number}@example.com");
        let made = world.accounts.create(&email, PASSWORD.into(), false);
        made.await.unwrap();
    }
    let at = |last: u8| Some(std::net::IpAddr::from([192, 0, 2, last]));
    let (link, _) = invitations.invite(None, None).await.unwrap();
    let accept = async |token: &Token, number: u8, password: &str| {
        let email = format!("known{number}@example.com");
        let from = at(number);
        invitations
            .accept(token, &email, password.into(), from)
            .await
    };
    for number in 0..5 {
        // Told before the password is looked at, let alone hashed.
        let refused = accept(&link, number, "short").await;
        let is_taken = matches!(&refused, Err(AcceptError::Account(AccountError::Taken(_))));
        assert!(is_taken, "{number}: {refused:?}");
    }
    let over = accept(&link, 5, PASSWORD).await;
    assert!(matches!(over, Err(AcceptError::Gone)), "{over:?}");

    // With one link, and from one network.
    let (mailed, _) = invitations
        .invite(None, Some("bob@example.com"))
        .await
        .unwrap();
    let tries = async |token: &Token, last: fn(u8) -> u8| {
        for number in 0..20 {
            let from = at(last(number));
            let tried = invitations.accept(token, "eve@example.com", "short".into(), from);
            let is_rules = matches!(
                tried.await,
                Err(AcceptError::Account(AccountError::Rules(_)))
            );
            assert!(is_rules, "{number}");
        }
        let one_more = invitations.accept(token, "eve@example.com", PASSWORD.into(), at(last(99)));
        let slowed = one_more.await;
        assert!(
            matches!(slowed, Err(AcceptError::TooMany { .. })),
            "{slowed:?}"
        );
    };
    tries(&mailed, |number| 100 + number).await;
    let (other, _) = invitations.invite(None, None).await.unwrap();
    tries(&other, |_| 50).await;
    world.clock.advance(Duration::from_hours(1));
    let bob = invitations.accept(&mailed, "", PASSWORD.into(), at(50));
    assert_eq!(bob.await.unwrap().email, "bob@example.com");
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew() {
    let world = world();
    let store = || Arc::new(world.memory.clone());
    let resets = Resets::new(store(), store(), world.clock());
    let ada = world
        .accounts
        .create("ada@example.com", PASSWORD.into(), false)
        .await
        .unwrap();
    let (sent, mut mails) = mpsc::unbounded_channel();
    let ask = |email: &str| {
        let sent = sent.clone();
        let asked = resets.ask(email, None, false, move |account, token| async move {
            sent.send((account, token)).unwrap();
        });
        asked.map(|follows| drop(tokio::spawn(follows)))
    };
    // Whoever asks learns nothing, and the store is not asked before they are answered.
    let before = world.memory.queries();
    for email in ["ada@example.com", "nobody@example.com", "no address", ""] {
        ask(email).unwrap();
        assert_eq!(world.memory.queries(), before, "{email}");
    }
    let (account, token) = mails.recv().await.unwrap();
    assert_eq!(account, ada);
    let mut answered = [0, 0];
    for (email, count) in ["ada@example.com", "nobody@example.com"]
        .iter()
        .zip(&mut answered)
    {
        let refused = (0..20).find_map(|_| match ask(email) {
            Ok(()) => {
                *count += 1;
                None
            }
            Err(error) => Some(error),
        });
        assert!(
            matches!(refused, Some(ResetError::TooMany { .. })),
            "{email}"
        );
    }
    assert_eq!(answered[0], answered[1]);
    let mut newest = token.clone();
    for _ in 0..answered[0] {
        newest = mails.recv().await.unwrap().1;
    }
    let redeem = async |token: &Token, new: &str| resets.redeem(token, new.into()).await;
    assert!(
        matches!(redeem(&token, OTHER).await, Err(ResetError::Gone)),
        "an older one"
    );
    assert!(matches!(
        redeem(&newest, "short").await,
        Err(ResetError::Rules(_))
    ));
    assert_eq!(redeem(&newest, OTHER).await.unwrap(), ada);
    assert!(matches!(
        redeem(&newest, OTHER).await,
        Err(ResetError::Gone)
    ));
    assert!(
        world
            .accounts
            .log_in("ada@example.com", PASSWORD.into(), None)
            .await
            .is_err()
    );
    world
        .accounts
        .log_in("ada@example.com", OTHER.into(), None)
        .await
        .unwrap();
    assert!(matches!(
        redeem(&Token::random(), OTHER).await,
        Err(ResetError::Gone)
    ));
    assert!(mails.try_recv().is_err(), "nobody else was written to");
}

#[tokio::test]
async fn a_link_to_set_a_password_ends() {
    let world = world();
    let store = || Arc::new(world.memory.clone());
    let resets = Resets::new(store(), store(), world.clock());
    world
        .accounts
        .create("ada@example.com", PASSWORD.into(), false)
        .await
        .unwrap();
    let (sent, mut mails) = mpsc::unbounded_channel();
    let mail = move |_, token| async move { sent.send(token).unwrap() };
    let asked = resets.ask("ada@example.com", None, false, mail);
    asked.unwrap().await;
    let token = mails.recv().await.unwrap();
    resets.look(&token).await.unwrap();
    world.clock.advance(Duration::from_mins(30));
    assert!(matches!(resets.look(&token).await, Err(ResetError::Gone)));
    assert!(matches!(
        resets.redeem(&token, OTHER.into()).await,
        Err(ResetError::Gone)
    ));
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let world = world();
    let ada = world
        .accounts
        .create("ada@example.com", PASSWORD.into(), false)
        .await
        .unwrap();
    let change = async |present: &str, new: &str| {
        world
            .accounts
            .change_password(&ada, present.into(), new.into(), None)
            .await
    };
    assert!(matches!(
        change("wrong", OTHER).await,
        Err(ChangePasswordError::Present(_))
    ));
    assert!(matches!(
        change(PASSWORD, "short").await,
        Err(ChangePasswordError::Rules(_))
    ));
    change(PASSWORD, OTHER).await.unwrap();
    assert!(matches!(
        change(PASSWORD, OTHER).await,
        Err(ChangePasswordError::Present(_))
    ));
    world
        .accounts
        .log_in("ada@example.com", OTHER.into(), None)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_session_is_ended_from_the_list() {
    let world = world();
    let store = || Arc::new(world.memory.clone());
    let sessions = Sessions::new(store(), store(), world.clock());
    let ada = sample::account("ada@example.com");
    world.memory.add_account(&ada, "hash").await.unwrap();
    let (one, two) = (
        sessions
            .start_account(sessions.standing(ada.id).await.unwrap())
            .await
            .unwrap(),
        sessions
            .start_account(sessions.standing(ada.id).await.unwrap())
            .await
            .unwrap(),
    );
    for token in [&one, &two] {
        assert_eq!(sessions.account(token).await.unwrap(), Some(ada.id));
    }
    let listed = world.memory.sessions_of(ada.id).await.unwrap();
    let other = listed
        .iter()
        .find(|entry| entry.token == two.hash())
        .unwrap();
    sessions.end_listed(&other.token).await.unwrap();
    assert_eq!(sessions.account(&two).await.unwrap(), None, "in memory too");
    assert_eq!(sessions.account(&one).await.unwrap(), Some(ada.id));
}

#[tokio::test]
async fn strangers_do_not_keep_anybody_from_setting_their_password_anew() {
    let world = world();
    let store = || Arc::new(world.memory.clone());
    let resets = Resets::new(store(), store(), world.clock());
    let at = |last: u8| Some(std::net::IpAddr::from([192, 0, 2, last]));
    let ada = world
        .accounts
        .create("ada@example.com", PASSWORD.into(), false);
    ada.await.unwrap();
    let knows = |last| world.accounts.knows("Ada@example.com", at(last));
    let log_in = |last| {
        let password = PASSWORD.to_owned();
        world.accounts.log_in("ada@example.com", password, at(last))
    };
    assert!(!knows(1));
    log_in(1).await.unwrap();
    assert!(knows(1) && !knows(2));
    let ask = |email: &str, last| {
        let send = |_, _| async {};
        resets
            .ask(email, at(last), world.accounts.knows(email, at(last)), send)
            .is_ok()
    };
    for email in ["ada@example.com", "nobody@example.com"] {
        // One network keeps nobody out; many keep those out who never were here, and a day brings twenty letters.
        let passed = (0..20).filter(|_| ask(email, 9)).count();
        assert_eq!(passed, 3, "{email}");
        let passed = (0..100).filter(|n| ask(email, 100 + n)).count();
        assert_eq!(passed, 17, "{email}");
        world.clock.advance(Duration::from_hours(12));
        assert!(!ask(email, 8), "{email}");
        assert_eq!(ask(email, 1), email.starts_with("ada"), "{email}");
        world.clock.advance(Duration::from_hours(12));
        assert!(ask(email, 8), "{email}");
    }
}
