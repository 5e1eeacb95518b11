//! Members of other hosts log in, and others do not.

use std::{sync::atomic::Ordering::SeqCst, time::Duration};

use ds_core::{LoginKind, MemberLogins as _, MemberStore as _, Reason};
use http::{StatusCode, header};

use super::{
    servers::Servers,
    world::{Answer, Browser, World},
};

const ADA: &str = "https://b.example/ada";
const DROPID: &str = "/.dropserver/enter/dropid";
const SIGNED_BY: &str = "https://b.example/";

/// A login that begins: where the browser is sent.
async fn begin(world: &World, browser: &mut Browser, who: &str, path: &str) -> Answer {
    let form = [("who", who), ("path", path)];
    world.post(browser, DROPID, &form).await
}

/// The whole way, with a person who says yes as `me`.
async fn log_in(world: &World, browser: &mut Browser, who: &str, me: &str) -> Answer {
    let sent = begin(world, browser, who, "/notes?page=2").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{sent:?}");
    let back = world.servers.says_yes(sent.location(), me).await;
    world.get(browser, &back).await
}

async fn with_ada() -> World {
    let world = World::new().await;
    world
        .member("Ada", LoginKind::DropId, "b.example/ada")
        .await;
    world
}

#[tokio::test]
async fn a_member_from_another_host_logs_in() {
    let (world, mut browser) = (with_ada().await, Browser::default());
    let form = world
        .get(&mut browser, "/.dropserver/enter?path=%2Fnotes")
        .await;
    assert_eq!(form.status, StatusCode::OK);
    for part in [
        "name=\"who\"",
        "name=\"email\"",
        "/.dropserver/login?path=%2Fnotes",
    ] {
        assert!(form.body.contains(part), "{part}: {}", form.body);
    }
    let policy = form.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    assert!(policy.contains("form-action 'self' https:"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");

    let arrived = log_in(&world, &mut browser, " B.example/Ada ", ADA).await;
    assert_eq!(arrived.status, StatusCode::SEE_OTHER, "{arrived:?}");
    assert_eq!(arrived.location(), "/notes?page=2");
    assert_eq!(world.who(&browser).await.as_deref(), Some("Ada"));
    assert!(!browser.has("ds-login"), "the login has ended");
    let id = world.site.appspace.id;
    assert!(world.memory.has_signed(id, SIGNED_BY).await.unwrap());
    // Whoever is logged in is not asked again.
    let again = world
        .get(&mut browser, "/.dropserver/enter?path=%2Fa")
        .await;
    assert_eq!(again.location(), "/a");
}

#[tokio::test]
async fn who_is_no_member_is_told_only_after_the_proof() {
    let (world, mut browser) = (with_ada().await, Browser::default());
    // It begins for everybody in the same way.
    for who in ["b.example/ada", "b.example/bob"] {
        let sent = begin(&world, &mut Browser::default(), who, "/").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{who}");
    }
    let refused = log_in(
        &world,
        &mut browser,
        "b.example/bob",
        "https://b.example/bob",
    )
    .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("b.example/bob"), "{}", refused.body);
    assert_eq!(world.who(&browser).await, None);
    // A name that is another's in other letters is another.
    let other = log_in(
        &world,
        &mut browser,
        "https://b.example/Ada",
        "https://b.example/Ada",
    )
    .await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_login_ends_once_in_its_browser_here() {
    let (world, mut browser) = (with_ada().await, Browser::default());
    let sent = begin(&world, &mut browser, "b.example/ada", "/").await;
    let back = world.servers.says_yes(sent.location(), ADA).await;
    let refused = |answer: Answer| {
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
        assert!(
            answer.body.contains("This login has ended"),
            "{}",
            answer.body
        );
    };
    // Another browser uses it up and gets nothing.
    let mut other = Browser::default();
    refused(world.get(&mut other, &back).await);
    assert_eq!(world.who(&other).await, None);
    refused(world.get(&mut browser, &back).await);
    assert_eq!(world.who(&browser).await, None);

    let sent = begin(&world, &mut browser, "b.example/ada", "/").await;
    let back = world.servers.says_yes(sent.location(), ADA).await;
    let mixed = back.replace(
        "iss=https%3A%2F%2Fb.example%2F",
        "iss=https%3A%2F%2Fc.example%2F",
    );
    assert_ne!(mixed, back);
    let answer = world.get(&mut browser, &mixed).await;
    assert!(
        answer.body.contains("came from another server"),
        "{}",
        answer.body
    );

    let sent = begin(&world, &mut browser, "b.example/ada", "/").await;
    let back = world.servers.says_yes(sent.location(), ADA).await;
    world.clock.advance(Duration::from_mins(11));
    refused(world.get(&mut browser, &back).await);

    let sent = begin(&world, &mut browser, "b.example/ada", "/").await;
    let no = world
        .get(&mut browser, &Servers::says_no(sent.location()))
        .await;
    assert_eq!(no.status, StatusCode::FORBIDDEN);

    let back = log_in(&world, &mut browser, "b.example/ada", ADA).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "and then it works");
    for query in [
        "",
        "?state=x",
        "?code=a&state=b&state=c",
        "?error=%3Cscript%3E&state=x",
    ] {
        let path = format!("/.dropserver/callback{query}");
        let answer = world.get(&mut Browser::default(), &path).await;
        refused(answer);
    }
}

#[tokio::test]
async fn who_signed_must_go_on_signing() {
    let (world, mut browser) = (with_ada().await, Browser::default());
    world
        .member("Bob", LoginKind::DropId, "b.example/bob")
        .await;
    world.servers.signs(false);
    let arrived = log_in(&world, &mut browser, "b.example/ada", ADA).await;
    assert_eq!(arrived.status, StatusCode::SEE_OTHER, "it never has");
    world.servers.signs(true);
    log_in(&world, &mut Browser::default(), "b.example/ada", ADA).await;
    world.servers.signs(false);
    for (who, me) in [
        ("b.example/ada", ADA),
        ("b.example/bob", "https://b.example/bob"),
        ("b.example/eve", "https://b.example/eve"),
    ] {
        let mut browser = Browser::default();
        let refused = log_in(&world, &mut browser, who, me).await;
        assert_eq!(refused.status, StatusCode::BAD_GATEWAY, "{who}");
        assert_eq!(world.who(&browser).await, None, "{who}");
    }
}

#[tokio::test]
async fn what_is_typed_that_is_nobody() {
    let world = World::new().await;
    let check = async |who: &str, status: u16, says: &str| {
        let answer = begin(&world, &mut Browser::default(), who, "/a").await;
        assert_eq!(answer.status.as_u16(), status, "{who}: {answer:?}");
        assert!(answer.body.contains(says), "{who}: {}", answer.body);
        assert!(answer.body.contains("name=\"who\""), "{who}");
        assert!(
            answer.body.contains("value=\"/a\""),
            "{who}: the way is kept"
        );
    };
    check("", 422, "not the address").await;
    check("ada", 422, "role=\"alert\"").await;
    check("ada@b.example", 422, "looks like a mail address").await;
    check("http://b.example/ada", 422, "does not begin with https:").await;
    check("https://10.0.0.1/ada", 422, "not a number").await;
    check("javascript:alert(1)", 422, "role=\"alert\"").await;
    check("<script>/x", 422, "&#60;script&#62;").await;
    check("b.example/nothing", 422, "indieauth-metadata").await;
    check("c.example/ada", 502, "could not be asked").await;
}

#[tokio::test]
async fn nobody_is_asked_too_often() {
    let world = World::new().await;
    let mut browser = Browser::default();
    let mut refused = None;
    for _ in 0..11 {
        let sent = begin(&world, &mut browser, "b.example/ada", "/").await;
        if sent.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(sent);
        }
    }
    let refused = refused.expect("the eleventh login at one host in a minute, from one network");
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    let asked = world.servers.asked.load(SeqCst);
    assert_eq!(asked, 20, "page and metadata, ten times");
    world.clock.advance(Duration::from_mins(1));
    let sent = begin(&world, &mut browser, "b.example/ada", "/").await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn networks_are_counted_too() {
    use std::net::SocketAddr;
    let world = World::new().await;
    let begin = async |from: &str, number: u32| {
        let body = format!("who=h{number}.example%2Fx&path=%2F");
        let from: SocketAddr = from.parse().unwrap();
        let request = http::Request::post(DROPID)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(axum::extract::ConnectInfo(from));
        world
            .send(&mut Browser::default(), request, body)
            .await
            .status
    };
    for number in 0..20 {
        assert_eq!(begin("192.0.2.1:5", number).await, StatusCode::BAD_GATEWAY);
    }
    assert_eq!(
        begin("192.0.2.1:6", 20).await,
        StatusCode::TOO_MANY_REQUESTS
    );
    assert_eq!(begin("192.0.2.2:6", 20).await, StatusCode::BAD_GATEWAY);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_silent_is_given_up() {
    let world = with_ada().await;
    world.servers.is_gone();
    let answer = begin(&world, &mut Browser::default(), "b.example/ada", "/").await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
    assert!(answer.body.contains("within 10 seconds"), "{}", answer.body);
}

#[tokio::test]
async fn waiting_for_others_keeps_no_appspace_from_its_rest() {
    let world = with_ada().await;
    world.servers.is_gone();
    let mut browser = Browser::default();
    let waits = begin(&world, &mut browser, "b.example/ada", "/");
    let gate = world.site.gate.clone();
    let rest = async {
        while world.servers.asked.load(SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        gate.hold(Reason::Snapshot).await
    };
    let (answer, _hold) = tokio::join!(waits, rest);
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn paths_elsewhere_are_not_followed() {
    let world = with_ada().await;
    for path in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
    ] {
        let mut browser = Browser::default();
        let sent = begin(&world, &mut browser, "b.example/ada", path).await;
        let back = world.servers.says_yes(sent.location(), ADA).await;
        let arrived = world.get(&mut browser, &back).await;
        assert_eq!(arrived.location(), "/", "{path}");
    }
}

#[tokio::test]
async fn a_member_who_was_removed_is_none() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let ada = world
        .member("Ada", LoginKind::DropId, "b.example/ada")
        .await;
    let sent = begin(&world, &mut browser, "b.example/ada", "/").await;
    let back = world.servers.says_yes(sent.location(), ADA).await;
    let removed = world
        .memory
        .remove_member(world.site.appspace.id, &ada.proxy_id);
    removed.await.unwrap();
    let refused = world.get(&mut browser, &back).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(world.who(&browser).await, None);
}

#[tokio::test]
async fn what_the_appspace_says_of_itself() {
    let world = World::new().await;
    let got = world
        .get(&mut Browser::default(), "/.dropserver/client")
        .await;
    assert_eq!(got.headers[header::CONTENT_TYPE], "application/json");
    let document: serde_json::Value = serde_json::from_str(&got.body).unwrap();
    let origin = super::world::ORIGIN;
    assert_eq!(
        document["client_id"],
        format!("{origin}/.dropserver/client")
    );
    assert_eq!(
        document["redirect_uris"],
        serde_json::json!([format!("{origin}/.dropserver/callback")])
    );
}

#[tokio::test]
async fn nobodys_host_is_asked_for_their_name_without_end() {
    let world = World::new().await;
    let (logins, id) = (&world.state.logins, world.site.appspace.id);
    let card = || logins.card(None, id, "b.example/ada");
    for _ in 0..10 {
        card().await.unwrap();
    }
    assert!(card().await.is_err());
    // Others' hosts are asked still, and what is no DropID asks nobody.
    assert!(logins.card(None, id, "c.example/bob").await.is_ok());
    assert_eq!(
        logins.card(None, id, "").await.map(|it| it.is_none()),
        Ok(true)
    );
}

#[tokio::test]
async fn who_logs_out_everywhere_meanwhile_does_not_arrive() {
    use ds_auth::SessionStore as _;
    let (world, mut browser) = (World::new().await, Browser::default());
    let (account, member) = world.account("ada@example.com").await;
    let id = world.site.appspace.id;
    let login = ds_core::MemberLogin {
        kind: LoginKind::DropId,
        name: "b.example/ada".into(),
        signed_by: String::new(),
    };
    let added = world.memory.add_login(id, &member.proxy_id, &login);
    added.await.unwrap();
    let store = world.memory.clone();
    world.memory.before_next_session(async move {
        store.outdate_logins(account.id).await.unwrap();
    });
    let arrived = log_in(&world, &mut browser, "b.example/ada", ADA).await;
    assert_eq!(arrived.status, StatusCode::FORBIDDEN, "{arrived:?}");
    assert!(arrived.body.contains("was changed while you logged in"));
    assert_eq!(world.who(&browser).await, None);
    let arrived = log_in(&world, &mut browser, "b.example/ada", ADA).await;
    assert_eq!(arrived.status, StatusCode::SEE_OTHER, "{arrived:?}");
}
