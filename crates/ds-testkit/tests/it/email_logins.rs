//! Links by mail by their rules, over stores in memory.

use std::{net::IpAddr, sync::Arc, time::Duration};

use ds_auth::people::{EmailLoginError, EmailLogins};
use ds_core::{AppspaceId, ManualClock, secret::Token};
use ds_testkit::{Memory, sample};

const ADA: &str = "ada@example.com";

struct World {
    clock: Arc<ManualClock>,
    logins: EmailLogins,
    here: AppspaceId,
    browser: Token,
}

fn world() -> World {
    let clock = sample::clock();
    World {
        logins: EmailLogins::new(Arc::new(Memory::new()), clock.clone()),
        clock,
        here: AppspaceId::new(),
        browser: Token::random(),
    }
}

impl World {
    async fn link(&self) -> Token {
        let begun = self.logins.begin(self.here, ADA, &self.browser, "/a");
        begun.await.unwrap()
    }

    async fn redeem(&self, token: &Token) -> Result<String, EmailLoginError> {
        let browser = Some(&self.browser);
        let redeemed = self.logins.redeem(self.here, token, browser).await?;
        Ok(redeemed.email)
    }
}

fn is_gone<T>(result: &Result<T, EmailLoginError>) -> bool {
    matches!(result, Err(EmailLoginError::Gone))
}

#[tokio::test]
async fn once_shortly_there_and_in_that_browser() {
    let world = world();
    let (there, other) = (AppspaceId::new(), Token::random());
    let token = world.link().await;
    let logins = &world.logins;
    assert!(is_gone(
        &logins.redeem(there, &token, Some(&world.browser)).await
    ));
    for browser in [None, Some(&other)] {
        let refused = logins.redeem(world.here, &token, browser).await;
        assert!(matches!(refused, Err(EmailLoginError::OtherBrowser)));
    }
    let looked = logins.look(world.here, &token, Some(&world.browser)).await;
    assert_eq!(looked.unwrap().return_to, "/a");
    assert_eq!(world.redeem(&token).await.unwrap(), ADA);
    assert!(is_gone(&world.redeem(&token).await));
    for unknown in [Token::random(), Token::presented(""), Token::presented("x")] {
        assert!(is_gone(&world.redeem(&unknown).await));
    }
    let (early, late) = (world.link().await, world.link().await);
    world.clock.advance(Duration::from_millis(899_999));
    assert!(world.redeem(&early).await.is_ok());
    world.clock.advance(Duration::from_millis(1));
    assert!(is_gone(&world.redeem(&late).await));
    logins.purge().await.unwrap();
}

#[tokio::test]
async fn of_two_at_once_one_gets_in() {
    let world = world();
    for _ in 0..20 {
        let token = world.link().await;
        let (one, two) = tokio::join!(world.redeem(&token), world.redeem(&token));
        assert_eq!([one, two].iter().filter(|it| it.is_ok()).count(), 1);
    }
}

#[tokio::test]
async fn how_many_letters_there_may_be() {
    let world = world();
    let from = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
    let may = |at, email: &str, from| world.logins.may_ask(at, email, from).is_ok();
    // To an address: few from one network, more from all; where its owner has come in before, there are others.
    for number in 0..3 {
        assert!(
            may(AppspaceId::new(), "Ada@Example.com", from(9)),
            "{number}"
        );
    }
    assert!(!may(world.here, ADA, from(9)));
    for number in 20..37 {
        assert!(may(AppspaceId::new(), ADA, from(number)), "{number}");
    }
    assert!(!may(world.here, ADA, from(50)));
    assert!(!may(world.here, ADA, from(51)));
    world.logins.came(ADA, from(51));
    assert!(may(world.here, ADA, from(51)));
    assert!(!may(world.here, ADA, from(50)));
    world.clock.advance(Duration::from_mins(15));
    assert!(!may(world.here, ADA, from(50)), "for the day");
    // From a network.
    let passed = (0..40).filter(|n| may(AppspaceId::new(), &format!("a{n}@example.com"), from(7)));
    assert_eq!(passed.count(), 20);
    // For an appspace.
    let passed = (0..150).filter(|n| may(world.here, &format!("b{n}@example.com"), None));
    assert_eq!(passed.count(), 100);
    assert!(may(world.here, ADA, from(51)), "who is known");
    world.clock.advance(Duration::from_hours(24));
    assert!(may(world.here, ADA, from(7)));
    assert!(!may(world.here, "ada", None));
}
