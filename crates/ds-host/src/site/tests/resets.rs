//! Passwords that were forgotten.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::StatusCode;
use ds_auth::people::RoleStore as _;
use ds_core::Timestamp;
use lettre::Message;

use super::{Answer, EMAIL, PASSWORD, Site, account::turn_codes_on};
use crate::{
    mail::{MailError, Transport, tests::post_by},
    ops::Actor,
};

const NEW: &str = "another horse entirely";

/// Letters, as they were sent.
#[derive(Clone, Default)]
pub(super) struct Letters(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Transport for Letters {
    async fn deliver(&self, message: &Message) -> Result<(), MailError> {
        let text = String::from_utf8(message.formatted()).unwrap();
        self.0.lock().unwrap().push(text);
        Ok(())
    }
}

impl Letters {
    /// How many came.
    pub(super) fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Waits for so many letters; the last.
    pub(super) async fn wait_for(&self, count: usize) -> String {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            if let Some(letter) = self.0.lock().unwrap().get(count - 1) {
                return letter.clone();
            }
            assert!(tokio::time::Instant::now() < deadline, "no letter comes");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

pub(super) async fn with_mail() -> (Site, Letters) {
    let letters = Letters::default();
    let from = "Host <host@example.com>".parse().unwrap();
    let post = post_by(from, Box::new(letters.clone()));
    let (site, _) = Site::bare_with(Some(post)).and_ada().await;
    (site, letters)
}

/// The path of the link in a letter. Long lines travel folded.
fn path_in(letter: &str) -> String {
    let letter = letter.replace("=\r\n", "");
    let (_, rest) = letter
        .split_once(&format!("{}/reset/", super::ORIGIN))
        .unwrap();
    format!("/reset/{}", rest.split_whitespace().next().unwrap())
}

async fn ask(site: &Site, email: &str) -> Answer {
    site.post("/forgot", &[("email", email)]).await
}

fn form(password: &'static str) -> [(&'static str, &'static str); 2] {
    [("password", password), ("again", password)]
}

#[tokio::test]
async fn a_letter_brings_a_link_that_works_once() {
    let (mut site, letters) = with_mail().await;
    site.log_in(EMAIL, PASSWORD).await;
    let session = site.cookie.take();
    assert!(site.get("/login").await.body.contains("href=\"/forgot\""));
    assert!(site.get("/forgot").await.body.contains("Send the link"));
    let asked = ask(&site, " ADA@example.com ").await;
    assert_eq!(asked.status, 200);
    let letter = letters.wait_for(1).await;
    assert!(letter.contains("To: ada@example.com"), "{letter}");
    let path = path_in(&letter);
    let page = site.get(&path).await;
    assert!(page.body.contains("New password") && page.body.contains(EMAIL));
    assert_eq!(page.header("referrer-policy"), "same-origin");

    for (form, says) in [
        (form("short"), "too short"),
        (form(EMAIL), "must not be"),
        ([("password", NEW), ("again", PASSWORD)], "passwords differ"),
    ] {
        let got = site.post(&path, &form).await;
        assert_eq!(got.status, 422, "{says}");
        assert!(got.body.contains(says), "{says}: {}", got.body);
    }
    site.cookie = session;
    assert_eq!(
        site.get("/account").await.status,
        200,
        "nothing changed yet"
    );
    let done = site.post(&path, &form(NEW)).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(done.set_cookies().is_empty(), "nobody is logged in by it");
    assert_eq!(
        site.get("/account").await.status,
        303,
        "every session is over"
    );
    site.cookie = None;
    for got in [site.get(&path).await, site.post(&path, &form(NEW)).await] {
        assert_eq!(got.status, StatusCode::NOT_FOUND);
        assert!(got.body.contains("used or too old"), "{}", got.body);
    }
    let login = |password| [("email", EMAIL), ("password", password)];
    assert_eq!(site.post("/login", &login(PASSWORD)).await.status, 401);
    assert_eq!(site.post("/login", &login(NEW)).await.status, 303);
}

#[tokio::test]
async fn the_answer_is_the_same_for_everybody() {
    let (site, letters) = with_mail().await;
    let known = ask(&site, EMAIL).await;
    for email in ["nobody@example.com", "no address", "", "\"><script>"] {
        let got = ask(&site, email).await;
        assert_eq!(
            (got.status, &got.body),
            (known.status, &known.body),
            "{email}"
        );
    }
    letters.wait_for(1).await;
    // Known or not, some letters are enough.
    let mut counts = Vec::new();
    for email in [EMAIL, "nobody@example.com"] {
        let mut asked = 0;
        let slowed = loop {
            let got = ask(&site, email).await;
            asked += 1;
            assert!(asked < 10, "nobody stops it");
            if got.status != 200 {
                break got;
            }
        };
        assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS, "{email}");
        counts.push(asked);
    }
    assert_eq!(counts[0], counts[1]);
}

#[tokio::test]
async fn a_newer_link_ends_the_older() {
    let (site, letters) = with_mail().await;
    ask(&site, EMAIL).await;
    let older = path_in(&letters.wait_for(1).await);
    ask(&site, EMAIL).await;
    let newer = path_in(&letters.wait_for(2).await);
    assert_eq!(site.get(&older).await.status, 404);
    assert_eq!(site.get(&newer).await.status, 200);
    for bad in ["/reset/x", "/reset/%00", "/reset/..%2f"] {
        assert_eq!(site.get(bad).await.status, 404, "{bad}");
        assert_eq!(site.post(bad, &form(NEW)).await.status, 404, "{bad}");
    }
    // Blocked meanwhile.
    let ada = site.accounts().await[0].id;
    let bob = site.account("bob@example.com").await;
    site.kept.set_admin(bob, true).await.unwrap();
    site.kept
        .set_blocked(ada, Some(Timestamp(1)))
        .await
        .unwrap();
    assert_eq!(site.post(&newer, &form(NEW)).await.status, 404);
}

#[tokio::test]
async fn admins_make_links_and_others_do_not() {
    let mut site = Site::as_ada().await;
    let ada = site.accounts().await[0].id;
    let bob = site.account("bob@example.com").await;
    let path = |id| format!("/people/{id}/reset");
    let confirmed = [("password", PASSWORD)];
    let wrong = site.post(&path(bob), &[("password", "wrong")]).await;
    assert_eq!(wrong.status, 403, "{}", wrong.body);
    assert!(!wrong.body.contains(&format!("{}/reset/", super::ORIGIN)));
    let own = site.post(&path(ada), &confirmed).await;
    assert_eq!(own.status, 409, "{}", own.body);
    let made = site.post(&path(bob), &confirmed).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let link = path_in(made.body.replace('"', " ").as_str());
    assert!(site.get(&link).await.body.contains("bob@example.com"));
    site.log_in("bob@example.com", PASSWORD).await;
    for id in [ada, bob] {
        assert_eq!(site.post(&path(id), &[]).await.status, 403);
    }
    site.cookie = None;
    assert_eq!(site.post(&path(bob), &[]).await.location(), "/login");
}

#[tokio::test]
async fn without_mail_an_admin_helps() {
    let mut site = Site::as_ada().await;
    turn_codes_on(&site).await;
    site.cookie = None;
    assert!(
        site.get("/forgot")
            .await
            .body
            .contains("Ask whoever runs it")
    );
    let got = ask(&site, EMAIL).await;
    assert_eq!(got.status, 409);
    assert!(got.body.contains("Ask whoever runs it"));
    let ada = site.accounts().await.remove(0);
    let ops = &site.state.ops;
    let link = ops.reset_link(Actor::CommandLine, &ada).await.unwrap();
    let path = link.strip_prefix(super::ORIGIN).unwrap();
    assert_eq!(site.post(path, &form(NEW)).await.status, 200);
    // The second step stays, until it is dropped.
    let login = [("email", EMAIL), ("password", NEW)];
    let second = |got: &Answer| got.location().starts_with("/login/second");
    assert!(second(&site.post("/login", &login).await));
    ops.drop_second_step(Actor::CommandLine, &ada)
        .await
        .unwrap();
    assert_eq!(site.post("/login", &login).await.location(), "/");
}

#[tokio::test]
async fn who_asks_for_a_letter_ends_no_link_that_was_handed_over() {
    let (site, letters) = with_mail().await;
    let ada = site.accounts().await[0].clone();
    let handed = site.state.ops.reset_link(ada.id, &ada).await.unwrap();
    let handed = handed.strip_prefix(super::ORIGIN).unwrap().to_owned();
    ask(&site, EMAIL).await;
    let mailed = path_in(&letters.wait_for(1).await);
    for path in [&handed, &mailed] {
        assert_eq!(site.get(path).await.status, 200, "{path}");
    }
    // Using one ends both.
    assert_eq!(site.post(&handed, &form(NEW)).await.status, 200);
    for path in [&handed, &mailed] {
        assert_eq!(site.post(path, &form(NEW)).await.status, 404, "{path}");
    }
}
