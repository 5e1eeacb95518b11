//! One's own account.

use axum::http::StatusCode;
use ds_auth::{Subject, people::AuditLog as _};
use ds_core::AppspaceStore as _;
use totp_rs::{Builder, Secret};

use super::{Answer, EMAIL, PASSWORD, Site};

const NEW: &str = "another horse entirely";

/// What stands between two texts of a page.
fn between<'p>(page: &'p str, before: &str, after: &str) -> &'p str {
    let (_, rest) = page
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(after).unwrap().0
}

/// The code that an app with this secret shows now, or so many half minutes later.
pub(super) fn code(secret: &str, later: u64) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    totp.generate(now + 30 * later).to_string()
}

/// Turns codes on; the secret, and the codes on paper.
pub(super) async fn turn_codes_on(site: &Site) -> (String, Vec<String>) {
    let offer = site.post("/account/codes", &[("password", PASSWORD)]).await;
    assert_eq!(offer.status, StatusCode::OK, "{}", offer.body);
    assert!(offer.body.contains("<svg class=\"qr\""));
    let secret = between(&offer.body, "name=\"secret\" value=\"", "\"").to_owned();
    let first = code(&secret, 0);
    let form = [("secret", secret.as_str()), ("code", &first)];
    let on = site.post("/account/codes/on", &form).await;
    assert_eq!(on.status, StatusCode::OK, "{}", on.body);
    let list = between(&on.body, "<ol class=\"paper\">", "</ol>");
    let codes: Vec<String> = list
        .split("<code>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

/// What was done by whom, newest first.
async fn log(site: &Site) -> Vec<String> {
    let rows = site.kept.entries(None, 100).await.unwrap();
    rows.iter()
        .map(|row| format!("{:?} {}", row.entry.action, row.entry.about))
        .collect()
}

fn refused(got: &Answer, status: u16, says: &str) {
    assert_eq!(got.status, status, "{}", got.body);
    assert!(got.body.contains(says), "{says}: {}", got.body);
    assert!(got.body.contains("role=\"alert\""), "{says}");
}

#[tokio::test]
async fn the_password_is_changed_and_others_are_logged_out() {
    let mut site = Site::as_ada().await;
    let here = site.cookie.clone();
    site.log_in_elsewhere().await;
    let form = |present, new, again| [("present", present), ("new", new), ("again", again)];
    let check = async |site: &Site, form: &[(&str, &str)], status, says| {
        refused(&site.post("/account/password", form).await, status, says);
        assert_eq!(site.get("/account").await.status, 200);
    };
    check(&site, &form("wrong", NEW, NEW), 403, "not your password").await;
    check(
        &site,
        &form(PASSWORD, NEW, PASSWORD),
        422,
        "passwords differ",
    )
    .await;
    check(&site, &form(PASSWORD, "short", "short"), 422, "too short").await;
    check(
        &site,
        &form(PASSWORD, EMAIL, EMAIL),
        422,
        "must not be your",
    )
    .await;

    let got = site
        .post("/account/password", &form(PASSWORD, NEW, NEW))
        .await;
    assert_eq!(
        (got.status.as_u16(), got.location()),
        (303, "/account#password")
    );
    let other = std::mem::replace(&mut site.cookie, here.clone());
    assert_eq!(
        site.get("/account").await.status,
        303,
        "other sessions are over"
    );
    site.cookie = other;
    assert_eq!(site.get("/account").await.status, 303, "and so is this one");
    site.cookie = Some(got.cookie("ds-account"));
    assert_eq!(
        site.get("/account").await.status,
        200,
        "which goes on as a new one"
    );

    let login = |password| [("email", EMAIL), ("password", password)];
    assert_eq!(site.post("/login", &login(PASSWORD)).await.status, 401);
    assert_eq!(site.post("/login", &login(NEW)).await.status, 303);
    assert!(
        log(&site)
            .await
            .contains(&format!("PasswordChanged {EMAIL}"))
    );
}

#[tokio::test]
async fn codes_are_turned_on_and_off() {
    let site = Site::as_ada().await;
    let wrong = site.post("/account/codes", &[("password", "wrong")]).await;
    refused(&wrong, 403, "not your password");
    let offer = site.post("/account/codes", &[("password", PASSWORD)]).await;
    let secret = between(&offer.body, "name=\"secret\" value=\"", "\"").to_owned();
    let form = [("secret", secret.as_str()), ("code", "000000")];
    let again = site.post("/account/codes/on", &form).await;
    refused(&again, 403, "That code is wrong");
    assert!(again.body.contains(&secret), "the same to scan once more");
    // Whoever was not shown what is offered is not shown it now.
    let form = [("secret", "AAAAAAAAAAAAAAAA"), ("code", "000000")];
    let got = site.post("/account/codes/on", &form).await;
    refused(&got, 409, "nothing to confirm");
    assert!(!got.body.contains(&secret));

    turn_codes_on(&site).await;
    let page = site.get("/account").await;
    assert!(page.body.contains("10 are left"), "{}", page.body);
    let wrong = site
        .post("/account/codes/off", &[("password", "wrong")])
        .await;
    refused(&wrong, 403, "not your password");
    assert!(site.get("/account").await.body.contains("10 are left"));
    let off = site
        .post("/account/codes/off", &[("password", PASSWORD)])
        .await;
    assert_eq!(off.location(), "/account#codes");
    assert!(!site.get("/account").await.body.contains("are left"));
    let log = log(&site).await;
    assert_eq!(
        log[..2],
        [
            format!("SecondFactorOff {EMAIL}"),
            format!("SecondFactorOn {EMAIL}")
        ]
    );
}

#[tokio::test]
async fn many_sessions_are_listed_page_by_page() {
    let site = Site::as_ada().await;
    let ada = site.accounts().await[0].id;
    let who = site.state.sessions.standing(ada).await.unwrap();
    let mut others = Vec::new();
    for _ in 0..119 {
        let begun = site.state.sessions.start_account(who).await.unwrap();
        others.push(begun.hash().as_str().to_owned());
    }
    let mut seen = Vec::new();
    for (path, shown, next, before) in [
        ("/account", 49, true, false),
        ("/account?sessions=1", 50, true, true),
        ("/account?sessions=2", 20, false, true),
        ("/account?sessions=99", 0, false, true),
    ] {
        let page = site.get(path).await.body;
        assert_eq!(page.matches("name=\"session\"").count(), shown, "{path}");
        let is_this = page.matches(">this browser<").count();
        assert_eq!(is_this, usize::from(path == "/account"), "{path}");
        assert_eq!(page.contains("rel=\"next\""), next, "{path}");
        assert_eq!(page.contains("rel=\"prev\""), before, "{path}");
        seen.extend(others.iter().filter(|id| page.contains(id.as_str())));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 119, "each can be ended");
    assert_eq!(site.get("/account?sessions=x").await.status, 400);
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let mut site = Site::as_ada().await;
    let ada = site.accounts().await[0].id;
    let notes = site.memory.at(&"notes.localhost".parse().unwrap()).await;
    let notes = notes.unwrap().unwrap().id;
    let member = site.memory.members.lock().unwrap()[0].2.proxy_id.clone();
    let who = site.state.sessions.standing(ada).await.unwrap();
    let there = site
        .state
        .sessions
        .start_member(notes, member.clone(), Some(who));
    let there = there.await.unwrap();
    let first = site.cookie.clone();
    site.log_in_elsewhere().await;
    let page = site.get("/account").await.body;
    assert!(page.contains("Firefox on Linux"), "{page}");
    assert!(page.contains("notes.localhost, since"), "{page}");
    assert_eq!(page.matches(">this browser<").count(), 1);
    assert_eq!(page.matches("name=\"session\"").count(), 2, "{page}");

    let hash = there.hash();
    let chosen = [("session", hash.as_str())];
    let got = site.post("/account/sessions/end", &chosen).await;
    assert_eq!(got.location(), "/account#sessions");
    assert!(
        site.state
            .sessions
            .member(notes, &there)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        !site
            .get("/account")
            .await
            .body
            .contains("notes.localhost, since")
    );
    // Another's session is none of theirs.
    let bob = site.account("bob@example.com").await;
    let bobs = site
        .state
        .sessions
        .start_account(site.state.sessions.standing(bob).await.unwrap())
        .await
        .unwrap();
    for id in [bobs.hash().as_str(), "x", ""] {
        site.post("/account/sessions/end", &[("session", id)]).await;
    }
    let is_bob = site.state.sessions.account(&bobs).await.unwrap();
    assert_eq!(is_bob, Some(bob));

    let again = site.state.sessions.start_member(notes, member, Some(who));
    let again = again.await.unwrap();
    let got = site.post("/account/sessions/end-others", &[]).await;
    let here = std::mem::replace(&mut site.cookie, first);
    assert_eq!(site.get("/account").await.status, 303);
    site.cookie = here;
    assert_eq!(site.get("/account").await.status, 303);
    assert!(
        site.state
            .sessions
            .member(notes, &again)
            .await
            .unwrap()
            .is_none()
    );
    site.cookie = Some(got.cookie("ds-account"));
    assert_eq!(site.get("/account").await.status, 200);
    assert_eq!(site.state.sessions.account(&bobs).await.unwrap(), Some(bob));
}

#[tokio::test]
async fn logging_out_everywhere_ends_this_one_too() {
    let site = Site::as_ada().await;
    let ada = site.accounts().await[0].id;
    let got = site.post("/logout/everywhere", &[]).await;
    assert_eq!(got.location(), "/login");
    assert!(
        got.header("set-cookie")
            .contains("ds-account=; Path=/; Max-Age=0")
    );
    assert_eq!(
        site.get("/account").await.location(),
        "/login?next=%2Faccount"
    );
    assert!(
        site.state
            .sessions
            .of_account(ada)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        site.post("/logout/everywhere", &[]).await.location(),
        "/login"
    );
}

#[tokio::test]
async fn what_a_session_is_called_harms_nobody() {
    let mut site = Site::as_ada().await;
    let ada = site.accounts().await[0].id;
    for (at, agent) in ["<script>alert(1)</script>", "", "x\u{7f}y"]
        .into_iter()
        .enumerate()
    {
        let token = site
            .state
            .sessions
            .start_account(site.state.sessions.standing(ada).await.unwrap())
            .await
            .unwrap();
        site.state.sessions.note_device(&token, agent).await;
        let all = site.state.sessions.of_account(ada).await.unwrap();
        assert_eq!(all.len(), at + 2);
        assert!(
            all.iter()
                .all(|one| one.session.subject == Subject::Account(ada))
        );
    }
    site.log_in(EMAIL, PASSWORD).await;
    let page = site.get("/account").await.body;
    assert!(!page.contains("<script>alert"), "{page}");
}

#[tokio::test]
async fn nobody_else_sees_or_changes_anything() {
    let site = Site::with_ada().await.0;
    for path in ["/account", "/tokens"] {
        assert!(
            site.get(path).await.location().starts_with("/login"),
            "{path}"
        );
    }
    for path in [
        "/account/password",
        "/account/codes",
        "/account/codes/on",
        "/account/codes/off",
        "/account/passkeys/remove",
        "/account/passkeys/follow",
        "/account/sessions/end",
        "/account/sessions/end-others",
        "/logout/everywhere",
    ] {
        assert_eq!(site.post(path, &[]).await.location(), "/login", "{path}");
    }
    for (path, body) in [
        ("/account/passkeys/begin", r#"{"password":"x"}"#),
        ("/account/passkeys", "{}"),
        ("/account/passkeys", "nonsense"),
    ] {
        let got = site.json(path, body).await;
        assert!(got.status.is_client_error(), "{path}: {}", got.status);
        assert!(got.body.starts_with("{\"problem\":"), "{}", got.body);
    }
}

#[tokio::test]
async fn a_passkey_wants_the_password_and_a_ceremony() {
    let site = Site::as_ada().await;
    let ask = async |password: &str| {
        let body = serde_json::json!({ "password": password }).to_string();
        site.json("/account/passkeys/begin", &body).await
    };
    let wrong = ask("wrong").await;
    assert_eq!(wrong.status, 403);
    assert!(wrong.body.contains("not your password"), "{}", wrong.body);
    let begun = ask(PASSWORD).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let begun: serde_json::Value = serde_json::from_str(&begun.body).unwrap();
    let wanted = &begun["options"]["publicKey"];
    assert_eq!(wanted["rp"]["id"], "dropserver.localhost");
    assert_eq!(wanted["user"]["name"], EMAIL);
    assert_eq!(wanted["authenticatorSelection"]["residentKey"], "preferred");
    assert_eq!(
        wanted["authenticatorSelection"]["userVerification"],
        "required"
    );

    let follow = [("follows", "true"), ("password", PASSWORD)];
    refused(
        &site.post("/account/passkeys/follow", &follow).await,
        409,
        "You have no passkey",
    );
    let remove = [("passkey", "x"), ("password", "wrong")];
    refused(
        &site.post("/account/passkeys/remove", &remove).await,
        403,
        "not your password",
    );
}

#[tokio::test]
async fn passwords_cannot_be_guessed_at_an_open_browser() {
    let site = Site::as_ada().await;
    let mut tries = 0;
    let slowed = loop {
        let got = site.post("/account/codes", &[("password", "guess")]).await;
        tries += 1;
        assert!(tries < 30, "nobody stops it");
        if got.status != 403 {
            break got;
        }
    };
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.header("retry-after").parse::<u64>().unwrap() >= 1);
    refused(&slowed, 429, "Too many attempts");
}
