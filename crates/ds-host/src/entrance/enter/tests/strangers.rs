//! Who has proved who they are and is no member keeps the proof for a while, to join with.

use std::time::Duration;

use ds_auth::{
    Account, AccountStore as _, Epoch,
    people::{RoleStore as _, SecondFactorStore as _},
};
use ds_core::{AppspaceId, LoginKind, secret::Token};
use ds_testkit::sample;
use http::StatusCode;

use super::world::{Browser, World};
use crate::{entrance::Proved, ops::tests::fixture::PASSWORD};

/// Somebody proves to be `b.example/eve`, on the way to `path`.
async fn comes(world: &World, browser: &mut Browser, path: &str) -> super::world::Answer {
    let form = [("who", "b.example/eve"), ("path", path)];
    let sent = world
        .post(browser, "/.dropserver/enter/dropid", &form)
        .await;
    let me = "https://b.example/eve";
    let back = world.servers.says_yes(sent.location(), me).await;
    world.get(browser, &back).await
}

fn secret(browser: &Browser) -> Token {
    Token::presented(&browser.value("ds-login"))
}

#[tokio::test]
async fn a_proof_is_kept_for_who_wants_to_join() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let path = "/.dropserver/join?path=%2Fnotes";
    let sent = comes(&world, &mut browser, path).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(sent.location(), path);
    let (here, proofs) = (world.site.appspace.id, &world.state.logins.proofs);
    let who = proofs.of(here, &secret(&browser)).unwrap();
    assert_eq!(
        (who.kind(), who.name()),
        (LoginKind::DropId, "b.example/eve")
    );
    assert_eq!(who.shown_name(), Some("Ada <of B>"));
    assert_eq!(who.login().signed_by, "https://b.example/");
    assert!(proofs.of(AppspaceId::new(), &secret(&browser)).is_none());
    assert!(proofs.of(here, &Token::random()).is_none());
    world.clock.advance(Duration::from_mins(10));
    assert!(proofs.of(here, &secret(&browser)).is_none());
}

#[tokio::test]
async fn a_server_that_does_not_sign_is_not_recorded_as_one_that_does() {
    let (world, mut browser) = (World::new().await, Browser::default());
    world.servers.signs(false);
    comes(&world, &mut browser, "/").await;
    let who = world
        .state
        .logins
        .proofs
        .of(world.site.appspace.id, &secret(&browser));
    assert_eq!(who.unwrap().login().signed_by, "");
}

/// Nobody is made a member first and refused then.
#[tokio::test]
async fn whose_account_does_not_let_them_in_does_not_join() {
    const JOIN: &str = "/.dropserver/join";
    const EVE: &str = "eve@example.com";
    let (world, mut browser) = (World::new().await, Browser::default());
    comes(&world, &mut browser, JOIN).await;
    let (ops, memory) = (&world.state.site.ops, &world.memory);
    let made = ops.create_account(EVE, PASSWORD.to_owned(), false).await;
    let account = Account {
        id: made.unwrap().id,
        ..sample::account(EVE)
    };
    memory.add_account(&account, "hash").await.unwrap();
    let mut joins = async |account| {
        let (here, secret) = (world.site.appspace.id, secret(&browser));
        let who = Proved::by_mail(EVE.to_owned(), account, Epoch::default());
        world.state.logins.proofs.keep(here, &secret, who);
        let form = [("name", "Eve")];
        let answer = world.post(&mut browser, JOIN, &form).await;
        let words = ["is blocked", "more than one proof"];
        let found = words.into_iter().find(|part| answer.body.contains(part));
        assert!(found.is_none() || answer.status == StatusCode::FORBIDDEN);
        found
    };
    assert_eq!(joins(Some(account.id)).await, None);
    memory
        .offer_second_factor(account.id, "secret")
        .await
        .unwrap();
    let on = memory.confirm_second_factor(account.id, "secret", 1, &[]);
    on.await.unwrap();
    assert_eq!(joins(Some(account.id)).await, Some("more than one proof"));
    let blocked = memory.set_blocked(account.id, Some(sample::NOW));
    assert_eq!(blocked.await.unwrap(), ds_auth::people::AccountChange::Done);
    assert_eq!(joins(None).await, Some("is blocked"));
}
