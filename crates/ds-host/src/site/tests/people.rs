//! The pages about people.

use axum::http::StatusCode;

use super::{Answer, EMAIL, PASSWORD, Site};
use crate::ops::{Action, Actor, RegistrationRule, tests::fixture};

const BOB: &str = "bob@example.com";

/// The path behind the first link that begins like this.
fn path_in(page: &str, begins: &str) -> String {
    let found = page
        .find(begins)
        .unwrap_or_else(|| panic!("no {begins}: {page}"));
    let path = page[found..].split(['"', '<', '&', '#']).next().unwrap();
    path.strip_prefix(super::ORIGIN).unwrap_or(path).to_owned()
}

impl Site {
    fn take_cookie(&mut self, answer: &Answer) {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        self.cookie = Some(cookie.to_owned());
    }

    /// Bob has an account; his page among people.
    async fn with_bob(&self) -> String {
        let made = self.state.accounts.create(BOB, PASSWORD.into(), false);
        format!("/people/{}", made.await.unwrap().id)
    }
}

#[tokio::test]
async fn they_are_for_those_who_run_the_host() {
    let mut site = Site::as_ada().await;
    let bob = site.with_bob().await;
    assert!(site.get("/").await.body.contains("href=\"/people\""));
    let pages = ["/people", "/people/log", "/people/settings", bob.as_str()];
    for path in pages {
        assert_eq!(site.get(path).await.status, StatusCode::OK, "{path}");
    }
    let nobody = format!("/people/{}", "0".repeat(32));
    for path in [nobody.as_str(), "/people/x"] {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let ada = site.cookie.take();
    for path in pages {
        let got = site.get(path).await;
        assert_eq!(got.status, StatusCode::SEE_OTHER, "{path}");
        assert!(got.location().starts_with("/login"), "{path}");
    }
    site.log_in(BOB, PASSWORD).await;
    assert!(!site.get("/").await.body.contains("href=\"/people\""));
    for path in pages {
        assert_eq!(site.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let actions: [(String, &[(&str, &str)]); 8] = [
        ("/people/invite".into(), &[("email", "")]),
        ("/people/withdraw".into(), &[("invitation", "x")]),
        ("/people/settings".into(), &[("rule", "anyone")]),
        (format!("{bob}/role"), &[("admin", "yes")]),
        (format!("{bob}/block"), &[]),
        (format!("{bob}/unblock"), &[]),
        (format!("{bob}/second-step"), &[]),
        (format!("{bob}/remove"), &[("password", PASSWORD)]),
    ];
    for (path, form) in &actions {
        let got = site.post(path, form).await;
        assert_eq!(got.status, StatusCode::FORBIDDEN, "{path}");
    }
    site.cookie = ada;
    assert!(!site.get(&bob).await.body.contains("Runs this host."));
}

#[tokio::test]
async fn a_friend_is_invited_and_comes() {
    let mut site = Site::as_ada().await;
    let refused = site.post("/people/invite", &[("email", "<b>")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("role=\"alert\"") && !refused.body.contains("<b>"));
    let made = site.post("/people/invite", &[("email", BOB)]).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let link = path_in(&made.body, &format!("{}/invited/", super::ORIGIN));
    let listed = site.get("/people").await.body;
    assert!(
        listed.contains(BOB) && !listed.contains("/invited/"),
        "shown once"
    );

    let ada = site.cookie.take();
    let form = site.get(&link).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.body.contains("readonly") && form.body.contains(BOB));
    let accept = |password, again| [("email", "x@y.z"), ("password", password), ("again", again)];
    for (password, again, says) in [
        (PASSWORD, "another one", "differ"),
        ("short", "short", "too short"),
        (BOB, BOB, "must not be your email"),
    ] {
        let got = site.post(&link, &accept(password, again)).await;
        assert_eq!(got.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(got.body.contains(says), "{says}: {}", got.body);
    }
    let came = site.post(&link, &accept(PASSWORD, PASSWORD)).await;
    site.take_cookie(&came);
    assert!(site.get("/").await.body.contains(BOB));
    for got in [
        site.get(&link).await,
        site.post(&link, &accept(PASSWORD, PASSWORD)).await,
    ] {
        assert_eq!(got.status, StatusCode::NOT_FOUND);
        assert!(
            got.body.contains("used, withdrawn or too old"),
            "{}",
            got.body
        );
    }

    // A link for whoever has it, and taken back.
    site.cookie = ada;
    let made = site.post("/people/invite", &[("email", "")]).await;
    let link = path_in(&made.body, &format!("{}/invited/", super::ORIGIN));
    assert!(!site.get(&link).await.body.contains("readonly"));
    let (_, rest) = made
        .body
        .split_once("name=\"invitation\" value=\"")
        .unwrap();
    let id = rest.split('"').next().unwrap();
    let back = site.post("/people/withdraw", &[("invitation", id)]).await;
    assert_eq!(back.location(), "/people");
    assert_eq!(site.get(&link).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn somebody_is_kept_out_and_let_in() {
    let mut site = Site::as_ada().await;
    let page = site.with_bob().await;
    let ada = site.cookie.take();
    site.log_in(BOB, PASSWORD).await;
    let bob = std::mem::replace(&mut site.cookie, ada);

    let blocked = site.post(&format!("{page}/block"), &[]).await;
    assert_eq!(blocked.location(), page);
    assert!(site.get(&page).await.body.contains("Let them in again"));
    assert!(site.get("/people").await.body.contains("blocked"));
    let ada = std::mem::replace(&mut site.cookie, bob);
    assert_eq!(site.get("/").await.status, StatusCode::SEE_OTHER);
    let form = [("email", BOB), ("password", PASSWORD)];
    assert_eq!(
        site.post("/login", &form).await.status,
        StatusCode::UNAUTHORIZED
    );
    site.cookie = ada;
    let open = site.post(&format!("{page}/unblock"), &[]).await;
    assert_eq!(open.location(), page);
    site.cookie = None;
    site.log_in(BOB, PASSWORD).await;
}

#[tokio::test]
async fn roles_change_and_one_stays() {
    let mut site = Site::as_ada().await;
    let bob = site.with_bob().await;
    let listed = site.get("/people").await.body;
    let own = listed
        .split("href=\"")
        .filter_map(|part| part.split('"').next());
    let own = own.filter(|path| path.starts_with("/people/") && path.len() > 30);
    let own = own.map(str::to_owned).find(|path| *path != bob).unwrap();
    let role = |admin| [("admin", admin), ("password", PASSWORD)];
    let refused = site.post(&format!("{own}/role"), &role("no")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("only one who runs this host"));
    let refused = site.post(&format!("{own}/block"), &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let wrong = [("admin", "yes"), ("password", "wrong")];
    let wrong = site.post(&format!("{bob}/role"), &wrong).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(!site.get(&bob).await.body.contains("Runs this host."));
    site.post(&format!("{bob}/role"), &role("yes")).await;
    assert!(site.get(&bob).await.body.contains("Runs this host."));
    let given_up = site.post(&format!("{own}/role"), &role("no")).await;
    assert_eq!(given_up.location(), "/");
    assert_eq!(site.get("/people").await.status, StatusCode::FORBIDDEN);
    site.cookie = None;
    site.log_in(BOB, PASSWORD).await;
    assert_eq!(site.get("/people").await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_may_register_is_chosen() {
    let mut site = Site::as_ada().await;
    let ada = site.cookie.take();
    for path in ["/register", "/register/x"] {
        assert_eq!(site.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let form = |email, again| [("email", email), ("password", PASSWORD), ("again", again)];
    let got = site.post("/register", &form(BOB, PASSWORD)).await;
    assert_eq!(got.status, StatusCode::FORBIDDEN);

    site.cookie = ada;
    let set = async |rule: &str| site.post("/people/settings", &[("rule", rule)]).await;
    assert_eq!(set("everybody").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(set("proven").await.status, StatusCode::CONFLICT);
    assert_eq!(set("anyone").await.location(), "/people/settings?saved=1");
    let saved = site.get("/people/settings?saved=1").await.body;
    assert!(saved.contains("Saved.") && saved.contains("value=\"anyone\" required checked"));
    let rule = site.state.ops.registration_rule().await.unwrap();
    assert_eq!(rule, RegistrationRule::Anyone);

    site.cookie = None;
    assert!(site.get("/register").await.body.contains("name=\"again\""));
    let differ = site.post("/register", &form(BOB, "x")).await;
    assert!(differ.body.contains("differ") && differ.body.contains(BOB));
    let taken = site.post("/register", &form(EMAIL, PASSWORD)).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    let came = site.post("/register", &form(BOB, PASSWORD)).await;
    site.take_cookie(&came);
    assert!(!site.get("/").await.body.contains("href=\"/people\""));
}

#[tokio::test]
async fn an_address_is_proven_and_nobody_learns_of_others() {
    let dir = tempfile::tempdir().unwrap();
    let mail = dir.path().join("mail");
    let mut site = Site::bare_with(Some(fixture::mail_into(mail.clone())));
    let ada = site.state.accounts.create(EMAIL, PASSWORD.into(), true);
    ada.await.unwrap();
    let rule = RegistrationRule::Proven;
    let set = site
        .state
        .ops
        .set_registration_rule(Actor::CommandLine, rule);
    set.await.unwrap();
    assert!(site.get("/login").await.body.contains("href=\"/register\""));
    assert!(
        !site
            .get("/register")
            .await
            .body
            .contains("type=\"password\"")
    );
    let ask = async |email: &str| {
        let answer = site.post("/register", &[("email", email)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{email}");
        assert!(answer.headers.get("set-cookie").is_none(), "{email}");
        answer.body.replace(email, "somebody")
    };
    assert_eq!(ask(EMAIL).await, ask(BOB).await);
    let letters = fixture::letters(&mail, 2).await;
    let to_bob = letters
        .iter()
        .find(|text| text.contains("To: bob@"))
        .unwrap();
    let words = to_bob.split_whitespace();
    let link = words.into_iter().find(|word| word.contains("/register/"));
    let path = link.unwrap().strip_prefix(super::ORIGIN).unwrap();
    assert!(site.get(path).await.body.contains(BOB));
    let password = |again| [("password", PASSWORD), ("again", again)];
    let differ = site.post(path, &password("x")).await;
    assert_eq!(differ.status, StatusCode::UNPROCESSABLE_ENTITY);
    let came = site.post(path, &password(PASSWORD)).await;
    site.take_cookie(&came);
    assert!(site.get("/").await.body.contains(BOB));
    let again = site.post(path, &password(PASSWORD)).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);

    // There is an end to asking, account or not.
    for email in [EMAIL, "eve@example.com"] {
        let mut is_refused = false;
        for _ in 0..12 {
            let answer = site.post("/register", &[("email", email)]).await;
            is_refused |= answer.status == StatusCode::TOO_MANY_REQUESTS;
        }
        assert!(is_refused, "{email}");
    }
}

#[tokio::test]
async fn what_was_done_is_told_page_by_page() {
    let site = Site::as_ada().await;
    for number in 0..60 {
        let about = format!("<x{number}>");
        site.state
            .ops
            .note(Actor::Host, Action::SettingChanged, about)
            .await;
    }
    let first = site.get("/people/log").await.body;
    assert!(first.contains("x59&") && !first.contains("x9&"), "{first}");
    assert!(!first.contains("<x5"));
    let (_, rest) = first.split_once("href=\"/people/log?before=").unwrap();
    let before = rest.split('"').next().unwrap();
    let second = site.get(&format!("/people/log?before={before}")).await.body;
    assert!(second.contains("x9&") && second.contains("x0&") && !second.contains("x10&"));
    assert!(!second.contains(">Older<"));
    let bad = site.get("/people/log?before=x").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn one_leaves() {
    let mut site = Site::as_ada().await;
    let form = [("password", PASSWORD)];
    let last = site.post("/account/delete", &form).await;
    assert_eq!(last.status, StatusCode::CONFLICT);
    assert!(
        last.body.contains("only one who runs this host"),
        "{}",
        last.body
    );
    assert!(last.body.contains("notes.localhost"));
    let page = site.with_bob().await;
    let eve = page.replace("/people/", "");
    site.cookie = None;
    site.log_in(BOB, PASSWORD).await;
    let shown = site.get("/account/delete").await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(!shown.body.contains("notes.localhost"), "another's");
    let theirs = [("address", "notes.localhost")];
    let got = site.post("/account/delete/archive", &theirs).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    let wrong = site.post("/account/delete", &[("password", "x")]).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    let left = site.post("/account/delete", &form).await;
    assert_eq!(left.status, StatusCode::OK);
    assert!(
        left.header("set-cookie").contains("Max-Age=0"),
        "{}",
        left.header("set-cookie")
    );
    assert_eq!(site.get("/").await.status, StatusCode::SEE_OTHER);
    site.state.ops.tidy_people().await;
    let id = eve.parse().unwrap();
    let account = ds_auth::AccountStore::account(&*site.kept, id).await;
    assert_eq!(account.unwrap(), None);
}

#[tokio::test]
async fn an_admin_removes_somebody() {
    let site = Site::as_ada().await;
    let bob = site.with_bob().await;
    let remove = format!("{bob}/remove");
    let wrong = site.post(&remove, &[("password", "x")]).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(wrong.body.contains("role=\"alert\""));
    let removed = site.post(&remove, &[("password", PASSWORD)]).await;
    assert_eq!(removed.location(), "/people");
    site.state.ops.tidy_people().await;
    assert_eq!(site.get(&bob).await.status, StatusCode::NOT_FOUND);
    let log = site.get("/people/log").await.body;
    assert!(log.contains("began to remove an account") && log.contains("removed an account: bob"));
}
