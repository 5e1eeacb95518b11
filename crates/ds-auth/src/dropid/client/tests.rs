//! Whole logins: an appspace, honest and lying servers, and what is in between.

mod servers;

use std::{sync::Arc, time::Duration};

use ds_core::{AppspaceId, Clock, ManualClock, Timestamp, secret::Token};
use serde_json::json;
use url::Url;

use super::*;
use crate::dropid::Local;
use servers::{Servers, Store};

struct World {
    clock: Arc<ManualClock>,
    servers: Arc<Servers>,
    store: Arc<Store>,
    logins: RemoteLogins,
    client: Client,
    here: AppspaceId,
    browser: Token,
}

const A: &str = "https://a.example";

async fn world() -> World {
    let clock = Arc::new(ManualClock::new(Timestamp(1_767_225_600_000)));
    let servers = Arc::new(Servers::new(Arc::clone(&clock) as Arc<dyn Clock>).await);
    let store = Arc::new(Store::default());
    let logins = RemoteLogins::new(
        store.clone(),
        servers.clone(),
        clock.clone(),
        Local::Refused,
    );
    World {
        clock,
        servers,
        store,
        logins,
        client: Client::at(&Url::parse(A).unwrap()).unwrap(),
        here: AppspaceId::new(),
        browser: Token::random(),
    }
}

impl World {
    async fn begin(&self, typed: &str) -> Result<Url, LoginError> {
        self.logins
            .begin(&self.client, self.here, typed, &self.browser, "/notes")
            .await
    }

    async fn finish(&self, back: &Url) -> Result<Arrived, LoginError> {
        let callback = Callback::read(back.query().unwrap_or_default())?;
        self.logins
            .finish(self.here, &callback, Some(&self.browser))
            .await
    }

    /// The whole way, with a person who says yes as `me`.
    async fn log_in(&self, typed: &str, me: &str) -> Result<Arrived, LoginError> {
        let to = self.begin(typed).await?;
        self.finish(&self.servers.says_yes(&to, me).await).await
    }
}

fn with(url: &Url, name: &str, value: Option<&str>) -> Url {
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    pairs.retain(|(own, _)| own != name);
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    let mut changed = url.clone();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed
}

#[tokio::test]
async fn somebody_logs_in() {
    let world = world().await;
    let arrived = world
        .log_in("b.example/ada", "https://b.example/ada")
        .await
        .unwrap();
    let proof = arrived.proof;
    assert_eq!(arrived.return_to, "/notes");
    assert_eq!(proof.identity().text(), "b.example/ada");
    assert_eq!(
        (proof.issuer(), proof.is_signed()),
        ("https://b.example/", true)
    );
    assert_eq!(proof.name(), Some("Ada"));
    assert_eq!(
        proof.picture().unwrap().0.as_str(),
        "https://b.example/ada.jpg"
    );
    // Page, metadata, code, keys; then without keys, which are remembered.
    assert_eq!(world.servers.asked(), 4);
    world
        .log_in("b.example/ada", "https://b.example/ada")
        .await
        .unwrap();
    assert_eq!(world.servers.asked(), 7);
}

#[tokio::test]
async fn a_site_that_is_no_dropserver_does_too() {
    let world = world().await;
    world.servers.signs(false);
    let proof = world
        .log_in("https://b.example/Ada?x=1", "https://b.example/Ada?x=1")
        .await;
    let proof = proof.unwrap().proof;
    assert_eq!(proof.identity().kind(), "profile");
    assert!(!proof.is_signed());
}

#[tokio::test]
async fn servers_speak_for_their_own_people_alone() {
    let world = world().await;
    // Typed the host alone: the server says which of its people it is, and that page declares the same server.
    let arrived = world
        .log_in("b.example", "https://b.example/ada")
        .await
        .unwrap();
    assert_eq!(arrived.proof.identity().text(), "b.example/ada");
    // Where the page was moved to counts as seen.
    let arrived = world
        .log_in("b.example/moved", "https://b.example/ada")
        .await
        .unwrap();
    assert_eq!(arrived.proof.identity().text(), "b.example/ada");

    for (typed, me) in [
        ("evil.example/eve", "https://b.example/ada"),
        ("evil.example/eve", "https://nowhere.example/"),
        ("evil.example/eve", "https://plain.example/"),
        ("evil.example/eve", "http://b.example/ada"),
        ("evil.example/eve", "https://127.0.0.1/"),
        ("evil.example/eve", "b.example/ada"),
        ("evil.example/eve", ""),
        // Same issuer as b.example claims, other endpoint.
        ("b.example/ada", "https://twin.example/"),
    ] {
        let refused = world.log_in(typed, me).await;
        assert!(refused.is_err(), "{typed} as {me}: {refused:?}");
    }
}

#[tokio::test]
async fn a_login_ends_once_in_time_where_it_began() {
    let world = world().await;
    let begun = async || {
        let to = world.begin("b.example/ada").await.unwrap();
        world.servers.says_yes(&to, "https://b.example/ada").await
    };
    let stale = |result: Result<Arrived, LoginError>| {
        assert!(matches!(result, Err(LoginError::Stale)), "{result:?}");
    };
    let back = begun().await;
    world.finish(&back).await.unwrap();
    stale(world.finish(&back).await);

    let back = begun().await;
    let callback = Callback::read(back.query().unwrap()).unwrap();
    stale(
        world
            .logins
            .finish(AppspaceId::new(), &callback, Some(&world.browser))
            .await,
    );
    stale(world.finish(&back).await);
    for browser in [None, Some(&Token::random())] {
        let callback = Callback::read(begun().await.query().unwrap()).unwrap();
        stale(world.logins.finish(world.here, &callback, browser).await);
    }
    let back = begun().await;
    for state in [None, Some(""), Some("x"), Some(state::random().reveal())] {
        stale(world.finish(&with(&back, "state", state)).await);
    }
    let twice = format!("{}&state=x", back.query().unwrap());
    assert!(Callback::read(&twice).is_err());

    let (early, late) = (begun().await, begun().await);
    world.clock.advance(Duration::from_millis(599_999));
    // The code is older than its minute by now, so the server refuses it; the login itself is in time.
    assert!(matches!(
        world.finish(&early).await,
        Err(LoginError::Web(_))
    ));
    world.clock.advance(Duration::from_millis(1));
    stale(world.finish(&late).await);
}

#[tokio::test]
async fn two_tabs_at_once() {
    let world = world().await;
    let one = world.begin("b.example/ada").await.unwrap();
    let two = world.begin("b.example/ada").await.unwrap();
    let two = world.servers.says_yes(&two, "https://b.example/ada").await;
    let one = world.servers.says_yes(&one, "https://b.example/ada").await;
    // The code of one login in the other: its verifier is another.
    let code = two
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let injected = world.finish(&with(&one, "code", Some(&code))).await;
    assert!(matches!(injected, Err(LoginError::Web(_))), "{injected:?}");
    let one = world.begin("b.example/ada").await.unwrap();
    let one = world.servers.says_yes(&one, "https://b.example/ada").await;
    world.finish(&one).await.unwrap();
}

#[tokio::test]
async fn a_code_is_sent_on_once() {
    let world = world().await;
    let back = async || {
        let to = world.begin("b.example/ada").await.unwrap();
        world.servers.says_yes(&to, "https://b.example/ada").await
    };
    let first = back().await;
    world.finish(&first).await.unwrap();
    let code = first.query_pairs().find(|(name, _)| name == "code");
    let code = code.unwrap().1.into_owned();
    let again = with(&back().await, "code", Some(&code));
    let before = world.servers.asked();
    let refused = world.finish(&again).await;
    assert!(matches!(refused, Err(LoginError::Answer(_))), "{refused:?}");
    assert_eq!(world.servers.asked(), before, "its server was not asked");
    world.finish(&back().await).await.unwrap();
}

#[tokio::test]
async fn answers_of_other_servers_are_told_apart() {
    let world = world().await;
    let back = async || {
        let to = world.begin("b.example/ada").await.unwrap();
        world.servers.says_yes(&to, "https://b.example/ada").await
    };
    for issuer in [
        None,
        Some(""),
        Some("https://evil.example/"),
        Some("https://b.example"),
        Some("https://B.example/"),
    ] {
        let back = with(&back().await, "iss", issuer);
        let before = world.servers.asked();
        let refused = world.finish(&back).await;
        assert!(matches!(refused, Err(LoginError::MixedUp)), "{issuer:?}");
        assert_eq!(world.servers.asked(), before, "nobody was sent the code");
    }
    // The whole mix-up: the browser was sent on to an honest server, whose code must not come to the attacker.
    let to = world.begin("evil.example/eve").await.unwrap();
    let honest = world
        .servers
        .says_yes_at("b.example", &to, "https://b.example/ada")
        .await;
    let refused = world.finish(&honest).await;
    assert!(matches!(refused, Err(LoginError::MixedUp)), "{refused:?}");
}

#[tokio::test]
async fn errors_are_told_in_our_words() {
    let world = world().await;
    let error = async |error: &str, issuer: Option<&str>| {
        let to = world.begin("b.example/ada").await.unwrap();
        let back = world.servers.says_yes(&to, "https://b.example/ada").await;
        let back = with(&with(&back, "error", Some(error)), "iss", issuer);
        let before = world.servers.asked();
        let refused = world.finish(&back).await.unwrap_err();
        assert_eq!(world.servers.asked(), before, "nobody was sent the code");
        refused
    };
    let own = Some("https://b.example/");
    let declined = error("access_denied", own).await;
    assert!(matches!(declined, LoginError::Declined), "{declined}");
    // Who says so does not matter, unless it is somebody else.
    let declined = error("access_denied", None).await;
    assert!(matches!(declined, LoginError::Declined), "{declined}");
    let other = error("access_denied", Some("https://evil.example/")).await;
    assert!(matches!(other, LoginError::MixedUp), "{other}");
    let other = error("server_error", None).await;
    assert!(matches!(other, LoginError::MixedUp), "{other}");
    let other = error("<script>", own).await;
    assert!(!other.to_string().contains("script"), "{other}");
}

#[tokio::test]
async fn whoever_says_that_they_sign_must() {
    let world = world().await;
    let log_in = async || world.log_in("b.example/ada", "https://b.example/ada").await;
    for lie in [
        json!({ "id_token": null }),
        json!({ "id_token": "a.b.c" }),
        json!({ "aud": "https://c.example/.dropserver/client" }),
        json!({ "nonce": "another" }),
        json!({ "iss": "https://evil.example/" }),
        json!({ "sub": "https://b.example/bob" }),
        json!({ "exp": 0 }),
    ] {
        world.servers.lies(lie.clone());
        assert!(log_in().await.is_err(), "{lie}");
    }
    world.servers.lies(json!({}));
    log_in().await.unwrap();
}

#[tokio::test]
async fn new_keys_are_asked_for_once_a_minute() {
    let world = world().await;
    let log_in = async || world.log_in("b.example/ada", "https://b.example/ada").await;
    log_in().await.unwrap();
    world.servers.new_keys().await;
    log_in().await.unwrap();
    world.servers.new_keys().await;
    let before = world.servers.asked();
    assert!(matches!(log_in().await, Err(LoginError::Signature(_))));
    assert_eq!(world.servers.asked(), before + 3, "not again so soon");
}

#[tokio::test]
async fn what_is_recorded_completes_no_login() {
    let world = world().await;
    let to = world.begin("b.example/ada").await.unwrap();
    let text = world.store.everything();
    for (name, value) in to.query_pairs() {
        if ["state", "nonce", "code_challenge"].contains(&&*name) {
            assert!(!text.contains(&*value), "{name}");
        }
    }
    assert!(!text.contains(world.browser.reveal()));
    assert!(text.contains("https://b.example/ada"));
}

#[tokio::test]
async fn who_cannot_be_asked() {
    let world = world().await;
    for typed in [
        "",
        "ada",
        "http://b.example/ada",
        "localhost/ada",
        "127.0.0.1/ada",
        "nowhere.example/ada",
        "plain.example/",
        "old.example/",
        "broken.example/",
        "inner.example/",
        "script.example/",
    ] {
        let refused = world.begin(typed).await;
        assert!(refused.is_err(), "{typed}");
        assert_eq!(world.store.everything(), "", "{typed}");
    }
    assert!(world.servers.never_asked_inside());
}

#[tokio::test]
async fn the_newest_code_is_remembered_however_many_there_were() {
    const ISSUER: &str = "https://b.example/";
    let world = world().await;
    let (logins, old) = (&world.logins, |n: u64| format!("old {n}"));
    for n in 0..CODES {
        // Twice: what was asked for often is what another policy would keep.
        logins.once(ISSUER, &old(n)).unwrap();
        assert!(logins.once(ISSUER, &old(n)).is_err(), "{n}");
    }
    logins.redeemed.run_pending_tasks();
    assert_eq!(logins.redeemed.entry_count(), CODES);
    for n in 0..100 {
        let new = format!("new {n}");
        logins.once(ISSUER, &new).unwrap();
        logins.redeemed.run_pending_tasks();
        assert!(logins.once(ISSUER, &new).is_err(), "{new}");
    }
    assert!(logins.redeemed.entry_count() <= CODES);
    assert!(logins.once(ISSUER, &old(0)).is_ok(), "the oldest went");
}
