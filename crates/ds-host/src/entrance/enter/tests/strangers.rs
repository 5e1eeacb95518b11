//! Who has proved who they are and is no member keeps the proof for a while, to join with.

use std::time::Duration;

use ds_core::{AppspaceId, LoginKind, secret::Token};
use http::StatusCode;

use super::world::{Browser, World};

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
