//! The original's way.

use ds_core::LoginKind;
use http::{Request, StatusCode};

use super::world::{Answer, Browser, World};

const REQUEST: &str = "/.dropserver/v0/login-token-request";
const LOGIN: &str = "/.dropserver/v0/login";

async fn request(world: &World, dropid: &str) -> Answer {
    let body = serde_json::json!({ "dropid": dropid, "ref": "abcdefgh12" });
    world
        .send(
            &mut Browser::default(),
            Request::post(REQUEST),
            body.to_string(),
        )
        .await
}

#[tokio::test]
async fn it_is_off_unless_it_is_allowed() {
    let world = World::new().await;
    assert_eq!(
        request(&world, "b.example/ada").await.status,
        StatusCode::NOT_FOUND
    );
    let mut browser = Browser::default();
    let page = world.get(&mut browser, &format!("{LOGIN}?token=x")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let page = world.post(&mut browser, LOGIN, &[("token", "x")]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_request_is_answered_alike() {
    let world = World::with(true, true).await;
    world
        .member("Ada", LoginKind::DropId, "b.example/ada")
        .await;
    let before = world.memory.queries();
    for dropid in ["b.example/ada", "b.example/bob", "nonsense", "127.0.0.1/x"] {
        let answer = request(&world, dropid).await;
        assert_eq!(
            (answer.status, &*answer.body),
            (StatusCode::ACCEPTED, ""),
            "{dropid}"
        );
    }
    assert_eq!(
        world.memory.queries(),
        before,
        "before anything is looked up"
    );
}

#[tokio::test]
async fn a_token_asks_before_it_logs_in() {
    let world = World::with(true, true).await;
    let ada = world
        .member("Ada <3", LoginKind::DropId, "b.example/ada")
        .await;
    let original = world.state.logins.original.as_ref().unwrap();
    let id = world.site.appspace.id;
    let token = original
        .issue(id, &ada.proxy_id, ds_auth::Epoch(0))
        .unwrap();
    let mut browser = Browser::default();
    let at = format!("{LOGIN}?token={}&path=%2Fnotes", token.reveal());
    for _ in 0..2 {
        let page = world.get(&mut browser, &at).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("Go on as Ada &#60;3?"), "{}", page.body);
        assert_eq!(
            world.who(&browser).await,
            None,
            "a link alone logs nobody in"
        );
    }
    let form = [("token", token.reveal()), ("path", "/notes")];
    let arrived = world.post(&mut browser, LOGIN, &form).await;
    assert_eq!(arrived.location(), "/notes");
    assert_eq!(world.who(&browser).await.as_deref(), Some("Ada <3"));
    let again = world.post(&mut Browser::default(), LOGIN, &form).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_change_that_was_begun_ends_without_its_browser() {
    use ds_auth::people::SessionList as _;
    let world = World::with(true, true).await;
    let ada = world
        .member("Ada", LoginKind::DropId, "b.example/ada")
        .await;
    let id = world.site.appspace.id;
    let original = world.state.logins.original.as_ref().unwrap();
    let token = original
        .issue(id, &ada.proxy_id, ds_auth::Epoch(0))
        .unwrap();
    let (reached, go_on) = (
        std::sync::Arc::new(tokio::sync::Notify::new()),
        std::sync::Arc::new(tokio::sync::Notify::new()),
    );
    let (is_there, goes) = (reached.clone(), go_on.clone());
    world.memory.before_next_session(async move {
        is_there.notify_one();
        goes.notified().await;
    });
    let (mut browser, form) = (
        Browser::default(),
        [("token", token.reveal()), ("path", "/")],
    );
    tokio::select! {
        _ = world.post(&mut browser, LOGIN, &form) => panic!("it waits"),
        () = reached.notified() => {}
    }
    // The appspace does not come to rest while it goes on.
    assert_eq!(world.site.gate.leases(), 1);
    go_on.notify_one();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while world.memory.last_ends(id).await.unwrap().is_empty() {
        assert!(std::time::Instant::now() < deadline, "it stopped half way");
        tokio::task::yield_now().await;
    }
}
