//! People who come by themselves, by the rules, over stores in memory.

use std::{sync::Arc, time::Duration};

use ds_auth::{
    AccountError, Accounts,
    people::{
        RegisterError, Registration, RegistrationParts, RegistrationRule, Registrations,
        SettingStore as _,
    },
};
use ds_core::{ManualClock, secret::Token};
use ds_testkit::{Memory, sample};
use tokio::sync::mpsc::{self, UnboundedReceiver};

const PASSWORD: &str = "correct horse";
const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";

type Letter = (String, Option<Token>);

struct World {
    clock: Arc<ManualClock>,
    memory: Memory,
    registrations: Registrations,
    sent: mpsc::UnboundedSender<Letter>,
    letters: UnboundedReceiver<Letter>,
}

/// A host where Ada has an account.
async fn world(has_mail: bool, rule: RegistrationRule) -> World {
    let clock = sample::clock();
    let memory = Memory::new();
    let store = Arc::new(memory.clone());
    let accounts = Arc::new(Accounts::new(store.clone(), clock.clone()));
    accounts.create(ADA, PASSWORD.into(), true).await.unwrap();
    let registrations = Registrations::new(RegistrationParts {
        registrations: store.clone(),
        settings: store.clone(),
        roles: store,
        accounts,
        clock: clock.clone(),
        has_mail,
    });
    registrations.set_rule(rule).await.unwrap();
    let (sent, letters) = mpsc::unbounded_channel();
    World {
        clock,
        memory,
        registrations,
        sent,
        letters,
    }
}

impl World {
    async fn ask(&self, email: &str) -> Result<(), RegisterError> {
        let sent = self.sent.clone();
        let mail = move |email, token| async move { sent.send((email, token)).unwrap() };
        let asked = self.registrations.ask(email, None, mail).await;
        asked.map(|follows| drop(tokio::spawn(follows)))
    }

    async fn finish(&self, token: &Token) -> Result<ds_auth::Account, RegisterError> {
        self.registrations.finish(token, PASSWORD.into()).await
    }
}

#[tokio::test]
async fn what_each_rule_lets_in() {
    use RegistrationRule::{Anyone, Invited, Nobody, Proven};
    let check = async |has_mail, set, expect, asks: bool, comes: bool| {
        let world = world(has_mail, set).await;
        let rule = world.registrations.rule().await.unwrap();
        assert_eq!(rule, expect, "{set} {has_mail}");
        let asked = world.ask(BOB).await;
        assert_eq!(asked.is_ok(), asks, "{set} {has_mail}: {asked:?}");
        let come = world.registrations.register(BOB, PASSWORD.into(), None);
        let come = come.await;
        assert_eq!(come.is_ok(), comes, "{set} {has_mail}: {come:?}");
        assert!(come.is_err() || !come.unwrap().email_proven);
        let looked = world.registrations.look(&Token::random()).await;
        let closed = matches!(looked, Err(RegisterError::Closed));
        assert_eq!(closed, !asks, "{set} {has_mail}");
    };
    for has_mail in [false, true] {
        check(has_mail, Nobody, Nobody, false, false).await;
        check(has_mail, Invited, Invited, false, false).await;
        check(has_mail, Anyone, Anyone, false, true).await;
    }
    check(true, Proven, Proven, true, false).await;
    check(false, Proven, Invited, false, false).await;
}

#[tokio::test]
async fn the_rule_is_read_once() {
    let world = world(true, RegistrationRule::Proven).await;
    assert_eq!(
        world.registrations.rule().await.unwrap(),
        RegistrationRule::Proven
    );
    let before = world.memory.queries();
    for _ in 0..5 {
        world.registrations.rule().await.unwrap();
    }
    assert_eq!(world.memory.queries(), before);
    // Nonsense in the database lets nobody in who was not invited.
    world
        .memory
        .set_setting("registration", "everybody!")
        .await
        .unwrap();
    world
        .registrations
        .set_rule(RegistrationRule::Nobody)
        .await
        .unwrap();
    assert_eq!(
        world.registrations.rule().await.unwrap(),
        RegistrationRule::Nobody
    );
}

#[tokio::test]
async fn whoever_asks_learns_nothing() {
    let mut world = world(true, RegistrationRule::Proven).await;
    world.registrations.rule().await.unwrap();
    let before = world.memory.queries();
    for email in [ADA, BOB] {
        world.ask(email).await.unwrap();
        assert_eq!(
            world.memory.queries(),
            before,
            "{email}: asked before the answer"
        );
    }
    let mut letters = [
        world.letters.recv().await.unwrap(),
        world.letters.recv().await.unwrap(),
    ];
    letters.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        (letters[0].0.as_str(), letters[0].1.is_some()),
        (ADA, false)
    );
    assert_eq!((letters[1].0.as_str(), letters[1].1.is_some()), (BOB, true));

    // Nobody is written to again and again, and there is an end to asking.
    for email in [ADA, BOB] {
        let refused = {
            let mut refused = None;
            for _ in 0..10 {
                refused = refused.or(world.ask(email).await.err());
            }
            refused
        };
        let is_throttled = matches!(refused, Some(RegisterError::TooMany { .. }));
        assert!(is_throttled, "{email}");
    }
    assert!(world.ask("no address").await.is_err());
    // What was begun before is at its end: tasks are run in the order in which they were spawned.
    tokio::spawn(async {}).await.unwrap();
    assert!(world.letters.try_recv().is_err());
    world.clock.advance(Duration::from_hours(2));
    world.ask(BOB).await.unwrap();
    let (to, again) = world.letters.recv().await.unwrap();
    assert_eq!((to.as_str(), again.is_some()), (BOB, true));
    let older = letters[1].1.take().unwrap();
    let refused = world.finish(&older).await;
    assert!(matches!(refused, Err(RegisterError::Gone)), "an older one");
}

#[tokio::test]
async fn a_link_makes_one_account() {
    let mut world = world(true, RegistrationRule::Proven).await;
    world.ask(" Bob@Example.com ").await.unwrap();
    let (_, token) = world.letters.recv().await.unwrap();
    let token = token.unwrap();
    let looked = world.registrations.look(&token).await.unwrap();
    let expires = sample::NOW.plus(Duration::from_hours(24));
    let email = BOB.to_owned();
    assert_eq!(looked, Registration { email, expires });
    let short = world.registrations.finish(&token, "short".into()).await;
    let is_rule = matches!(short, Err(RegisterError::Account(AccountError::Rules(_))));
    assert!(is_rule);
    let bob = world.finish(&token).await.unwrap();
    assert!(bob.email_proven);
    assert_eq!((bob.email.as_str(), bob.is_admin), (BOB, false));
    for token in [&token, &Token::random(), &Token::presented("x")] {
        let refused = world.finish(token).await;
        assert!(matches!(refused, Err(RegisterError::Gone)));
    }

    world.ask("eve@example.com").await.unwrap();
    let (_, late) = world.letters.recv().await.unwrap();
    let late = late.unwrap();
    world
        .registrations
        .set_rule(RegistrationRule::Invited)
        .await
        .unwrap();
    let refused = world.finish(&late).await;
    assert!(matches!(refused, Err(RegisterError::Closed)));
    world
        .registrations
        .set_rule(RegistrationRule::Proven)
        .await
        .unwrap();
    world.clock.advance(Duration::from_hours(24));
    let refused = world.finish(&late).await;
    assert!(matches!(refused, Err(RegisterError::Gone)));
}

#[tokio::test]
async fn whoever_comes_without_a_proof_is_slowed_down() {
    let world = world(false, RegistrationRule::Anyone).await;
    let from = Some("192.0.2.1".parse().unwrap());
    let come = async |email: &str| {
        let came = world.registrations.register(email, PASSWORD.into(), from);
        came.await
    };
    let taken = come(ADA).await;
    let is_taken = matches!(taken, Err(RegisterError::Account(AccountError::Taken(_))));
    assert!(is_taken);
    assert!(come("nonsense").await.is_err());
    for round in 0..9 {
        come(&format!("{round}@example.com")).await.unwrap();
    }
    // The last of these begins the wait.
    let _ = come("9@example.com").await;
    let refused = come("10@example.com").await;
    assert!(
        matches!(refused, Err(RegisterError::TooMany { .. })),
        "{refused:?}"
    );
}
