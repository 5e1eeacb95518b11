//! Links by mail.

use std::time::Duration;

use ds_auth::{
    Account, AccountStore as _,
    people::{ProfileStore as _, RoleStore as _, SecondFactorStore as _},
};
use ds_core::{
    AccountId, LoginKind, MemberLogin, MemberLogins as _, MemberStore as _, secret::Token,
};
use ds_testkit::sample;
use http::StatusCode;

use super::world::{Answer, Browser, ORIGIN, World};
use crate::mail::Letter;

const MAIL: &str = "/.dropserver/enter/mail";
const LETTER: &str = "/.dropserver/enter/letter";

async fn ask(world: &World, browser: &mut Browser, email: &str) -> Answer {
    let form = [("email", email), ("path", "/notes")];
    world.post(browser, MAIL, &form).await
}

/// The letters, once there are so many.
async fn letters(world: &World, number: usize) -> Vec<Letter> {
    for _ in 0..10_000 {
        if world.letters.0.lock().unwrap().len() >= number {
            break;
        }
        tokio::task::yield_now().await;
    }
    let letters = world.letters.0.lock().unwrap().clone();
    assert_eq!(letters.len(), number, "{letters:?}");
    letters
}

fn link(letter: &Letter) -> String {
    let at = letter.text.find(ORIGIN).unwrap();
    let link = letter.text[at..].split_whitespace().next().unwrap();
    link.strip_prefix(ORIGIN).unwrap().to_owned()
}

fn token(link: &str) -> String {
    link.split_once("token=").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_link_logs_in_once_after_a_click() {
    let (world, mut browser) = (World::new().await, Browser::default());
    world
        .member("Ada", LoginKind::Email, "ada@example.com")
        .await;
    let sent = ask(&world, &mut browser, " Ada@Example.com").await;
    assert_eq!(sent.status, StatusCode::OK);
    let letter = letters(&world, 1).await.remove(0);
    assert_eq!(letter.to, "ada@example.com");
    let link = link(&letter);
    // Programs that read mail follow links.
    for _ in 0..2 {
        let page = world.get(&mut Browser::default(), &link).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(
            page.body.contains("belongs to another browser"),
            "{}",
            page.body
        );
        assert!(!page.body.contains("<form"), "{}", page.body);
        let page = world.get(&mut browser, &link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("ada@example.com"), "{}", page.body);
    }
    let token = token(&link);
    let form = [("token", token.as_str())];
    let other = world.post(&mut Browser::default(), LETTER, &form).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let arrived = world.post(&mut browser, LETTER, &form).await;
    assert_eq!(arrived.location(), "/notes", "{arrived:?}");
    assert_eq!(world.who(&browser).await.as_deref(), Some("Ada"));
    let again = world.post(&mut browser, LETTER, &form).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert_eq!(
        world.get(&mut browser, &link).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_link_ends_after_a_quarter_of_an_hour() {
    let (world, mut browser) = (World::new().await, Browser::default());
    world
        .member("Ada", LoginKind::Email, "ada@example.com")
        .await;
    ask(&world, &mut browser, "ada@example.com").await;
    let link = link(&letters(&world, 1).await[0]);
    world.clock.advance(Duration::from_mins(15));
    assert_eq!(
        world.get(&mut browser, &link).await.status,
        StatusCode::NOT_FOUND
    );
    let form = [("token", &*token(&link))];
    let late = world.post(&mut browser, LETTER, &form).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    assert_eq!(world.who(&browser).await, None);
}

#[tokio::test]
async fn the_answer_says_nothing_of_members() {
    let world = World::new().await;
    world
        .member("Ada", LoginKind::Email, "ada@example.com")
        .await;
    let answers = async |email: &str| {
        let answer = ask(&world, &mut Browser::default(), email).await;
        (answer.status, answer.body.replace(email, "EMAIL"))
    };
    let before = world.memory.queries();
    let known = answers("ada@example.com").await;
    assert_eq!(
        world.memory.queries(),
        before,
        "nothing is looked up before the answer"
    );
    let unknown = answers("nobody@example.com").await;
    assert_eq!(known, unknown);
    assert_eq!(letters(&world, 1).await[0].to, "ada@example.com");
    for bad in [
        "",
        "ada",
        "ada@",
        "Ada <ada@example.com>",
        "ada@example.com\r\nBcc: x@example.com",
    ] {
        let (status, _) = answers(bad).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
}

#[tokio::test]
async fn an_address_gets_few_letters() {
    let world = World::new().await;
    for email in ["ada@example.com", "nobody@example.com"] {
        for _ in 0..3 {
            let answer = ask(&world, &mut Browser::default(), email).await;
            assert_eq!(answer.status, StatusCode::OK, "{email}");
        }
        let answer = ask(&world, &mut Browser::default(), email).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{email}");
    }
}

#[tokio::test]
async fn the_address_of_an_account_is_one_too() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let (account, member) = world.account("bob@example.com").await;
    ask(&world, &mut browser, "bob@example.com").await;
    let link = link(&letters(&world, 1).await[0]);
    let form = [("token", &*token(&link))];
    let arrived = world.post(&mut browser, LETTER, &form).await;
    assert_eq!(arrived.status, StatusCode::SEE_OTHER, "{arrived:?}");
    assert_eq!(world.who(&browser).await, Some(member.display_name));
    world
        .state
        .site
        .sessions
        .end_account(account.id)
        .await
        .unwrap();
    assert_eq!(
        world.who(&browser).await,
        None,
        "it ends with the account's"
    );
}

#[tokio::test]
async fn a_letter_is_no_way_around_a_second_factor() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let (account, _) = world.account("bob@example.com").await;
    ask(&world, &mut browser, "bob@example.com").await;
    let early = token(&link(&letters(&world, 1).await[0]));
    let memory = &world.memory;
    memory
        .offer_second_factor(account.id, "secret")
        .await
        .unwrap();
    memory
        .confirm_second_factor(account.id, "secret", 1, &[])
        .await
        .unwrap();
    let answer = ask(&world, &mut browser, "bob@example.com").await;
    assert_eq!(answer.status, StatusCode::OK);
    let letter = letters(&world, 2).await.remove(1);
    assert!(!letter.text.contains("token="), "{}", letter.text);
    assert!(
        letter.text.contains("/.dropserver/login"),
        "{}",
        letter.text
    );
    // Nor is one that was sent before.
    let refused = world.post(&mut browser, LETTER, &[("token", &early)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(world.who(&browser).await, None);
}

/// A member with an account and with a mail address of their own.
async fn both(world: &World) -> AccountId {
    let (account, member) = world.account("bob@work.example.com").await;
    let login = MemberLogin {
        kind: LoginKind::Email,
        name: "bob@example.com".into(),
        signed_by: String::new(),
    };
    let at = world.site.appspace.id;
    let added = world.memory.add_login(at, &member.proxy_id, &login).await;
    added.unwrap();
    account.id
}

#[tokio::test]
async fn a_letter_to_another_address_is_no_way_around_an_account() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let account = both(&world).await;
    ask(&world, &mut browser, "bob@example.com").await;
    let letter = token(&link(&letters(&world, 1).await[0]));
    world
        .post(&mut browser, LETTER, &[("token", &letter)])
        .await;
    assert_eq!(world.who(&browser).await.as_deref(), Some("Bob"));
    let sessions = &world.state.site.sessions;
    sessions.end_account(account).await.unwrap();
    assert_eq!(world.who(&browser).await, None);

    let memory = &world.memory;
    ask(&world, &mut browser, "bob@example.com").await;
    let early = token(&link(&letters(&world, 2).await[1]));
    memory.offer_second_factor(account, "secret").await.unwrap();
    let on = memory.confirm_second_factor(account, "secret", 1, &[]);
    on.await.unwrap();
    ask(&world, &mut browser, "bob@example.com").await;
    let letter = letters(&world, 3).await.remove(2);
    assert!(!letter.text.contains("token="), "{}", letter.text);
    let refused = world.post(&mut browser, LETTER, &[("token", &early)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(world.who(&browser).await, None);
}

#[tokio::test]
async fn a_letter_is_no_way_around_a_block() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let account = both(&world).await;
    ask(&world, &mut browser, "bob@example.com").await;
    let early = token(&link(&letters(&world, 1).await[0]));
    let blocked = world.memory.set_blocked(account, Some(sample::NOW)).await;
    assert_eq!(blocked.unwrap(), ds_auth::people::AccountChange::Done);
    let refused = world.post(&mut browser, LETTER, &[("token", &early)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(world.who(&browser).await, None);
}

#[tokio::test]
async fn an_address_that_nobody_proved_is_not_its_accounts() {
    let world = World::new().await;
    let at = world.site.appspace.id;
    for (is_proven, expect) in [(false, None), (true, Some("Mallory"))] {
        let email = format!("{is_proven}@example.com");
        let account = Account {
            email_proven: is_proven,
            ..sample::account(&email)
        };
        world.memory.add_account(&account, "hash").await.unwrap();
        let member = sample::member("Mallory");
        let added = world.memory.add_member(at, &member, Some(account.id));
        added.await.unwrap();
        // Whoever has the address gets a letter, as anybody may who wants to join.
        let mut browser = Browser::default();
        ask(&world, &mut browser, &email).await;
        let secret = Token::presented(&browser.value("ds-login"));
        let emails = &world.state.logins.emails;
        let letter = emails.begin(at, &email, &secret, "/").await.unwrap();
        let form = [("token", letter.reveal())];
        world.post(&mut browser, LETTER, &form).await;
        assert_eq!(world.who(&browser).await.as_deref(), expect, "{email}");
    }
}

#[tokio::test]
async fn a_host_without_mail_offers_none() {
    let world = World::with(false, false).await;
    let mut browser = Browser::default();
    let form = world.get(&mut browser, "/.dropserver/enter").await;
    assert!(!form.body.contains("name=\"email\""), "{}", form.body);
    let refused = ask(&world, &mut browser, "ada@example.com").await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

/// Whoever reads the mail of an address that an account has given up is not the account's member.
#[tokio::test]
async fn an_address_that_was_given_up_opens_nothing() {
    let world = World::new().await;
    let (account, member) = world.account("ada@example.com").await;
    let (at, email) = (world.site.appspace.id, "ada@example.com");
    let login = MemberLogin {
        kind: LoginKind::Email,
        name: email.into(),
        signed_by: String::new(),
    };
    let proven = world.memory.vouch_for_address(account.id, email).await;
    assert!(proven.unwrap());
    let by_letter = || world.memory.member_with(at, LoginKind::Email, email);
    world
        .memory
        .add_login(at, &member.proxy_id, &login)
        .await
        .unwrap();
    let mut browser = Browser::default();
    ask(&world, &mut browser, email).await;
    let early = link(&letters(&world, 1).await[0]);
    let changed = world
        .memory
        .set_address(account.id, "ada@example.net", true);
    changed.await.unwrap();

    // Neither with a letter from before, nor with another.
    let form = [("token", &*token(&early))];
    world.post(&mut browser, LETTER, &form).await;
    assert_eq!(world.who(&browser).await, None);
    assert!(by_letter().await.unwrap().is_some(), "as it was recorded");
    ask(&world, &mut Browser::default(), email).await;

    // Who has the account comes by its new address, and the old one is gone.
    let mut own = Browser::default();
    ask(&world, &mut own, "ada@example.net").await;
    let new = link(&letters(&world, 2).await[1]);
    world
        .post(&mut own, LETTER, &[("token", &*token(&new))])
        .await;
    assert_eq!(world.who(&own).await, Some(member.display_name));
    assert!(by_letter().await.unwrap().is_none());
}
