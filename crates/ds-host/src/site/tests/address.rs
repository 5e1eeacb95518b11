//! Proving one's address after the account was made.

use axum::http::StatusCode;
use ds_auth::{Account, AccountStore as _, people::RegistrationRule};

use super::{
    PASSWORD, Site,
    resets::{Letters, with_mail},
};

const TYPED: &str = "typed@example.com";

/// Ada's site, and somebody whose account was made without a proof, logged in.
async fn with_typed() -> (Site, Letters) {
    let (mut site, letters) = with_mail().await;
    let ada = site.accounts().await[0].id;
    let ops = site.state.ops.clone();
    let rule = RegistrationRule::Anyone;
    ops.set_registration_rule(ada, rule).await.unwrap();
    let typed = ops.register(TYPED, PASSWORD.into(), None);
    typed.await.unwrap();
    site.log_in(TYPED, PASSWORD).await;
    (site, letters)
}

async fn typed(site: &Site) -> Account {
    let found = site.kept.account_with_password(TYPED).await.unwrap();
    found.unwrap().0
}

fn path_in(letter: &str) -> String {
    let letter = letter.replace("=\r\n", "");
    let (_, rest) = letter.split_once(super::ORIGIN).unwrap();
    let (_, rest) = rest.split_once(super::ORIGIN).unwrap();
    rest.split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_letter_proves_it_once_to_who_asked() {
    let (mut site, letters) = with_typed().await;
    let note = "Nobody has shown yet";
    assert!(site.get("/account").await.body.contains(note));
    let asked = site.post("/account/address/prove", &[]).await;
    assert_eq!(asked.location(), "/account#address");
    assert!(site.get("/account").await.body.contains("on its way"));
    let letter = letters.wait_for(1).await;
    assert!(letter.contains("To: typed@example.com"), "{letter}");
    let path = path_in(&letter);
    assert!(path.starts_with("/account/address/"), "{path}");

    // Whoever gets the letter of somebody else.
    let own = site.cookie.clone();
    site.cookie = None;
    site.log_in(super::EMAIL, PASSWORD).await;
    assert_eq!(site.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    site.cookie = None;
    let strange = site.get(&path).await;
    assert!(strange.location().starts_with("/login"), "who are you?");
    assert_eq!(site.post(&path, &[]).await.location(), "/login");
    site.cookie = own;
    assert_eq!(site.get(&path).await.status, 200);
    assert!(!typed(&site).await.email_proven, "looking proves nothing");

    let done = site.post(&path, &[]).await;
    assert_eq!(
        (done.status.as_u16(), done.location()),
        (303, "/account#address")
    );
    assert!(typed(&site).await.email_proven);
    assert!(!site.get("/account").await.body.contains(note));
    assert_eq!(site.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    let again = site.post("/account/address/prove", &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_letter_to_set_the_password_anew_proves_it_too() {
    let (mut site, letters) = with_typed().await;
    site.cookie = None;
    site.post("/forgot", &[("email", TYPED)]).await;
    let letter = letters.wait_for(1).await.replace("=\r\n", "");
    let (_, rest) = letter.split_once("/reset/").unwrap();
    let path = format!("/reset/{}", rest.split_whitespace().next().unwrap());
    let new = [("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(site.post(&path, &new).await.status, 200);
    assert!(typed(&site).await.email_proven);

    // A link that an admin hands over says nothing of the address.
    let (mut site, _) = with_typed().await;
    let (admin, account) = (site.accounts().await[0].id, typed(&site).await);
    let link = site.state.ops.reset_link(admin, &account).await.unwrap();
    site.cookie = None;
    let path = link.strip_prefix(super::ORIGIN).unwrap();
    assert_eq!(site.post(path, &new).await.status, 200);
    assert!(!typed(&site).await.email_proven);
}

#[tokio::test]
async fn who_runs_the_host_vouches() {
    let (mut site, _) = with_typed().await;
    let path = format!("/people/{}", typed(&site).await.id);
    let vouch = format!("{path}/vouch");
    let seen = [("email", TYPED), ("password", PASSWORD)];
    let refused = site.post(&vouch, &seen).await;
    assert_ne!(refused.status, 303, "not for oneself");
    assert!(!typed(&site).await.email_proven);
    site.log_in(super::EMAIL, PASSWORD).await;
    let says = "Nobody has shown that this address is theirs";
    assert!(site.get(&path).await.body.contains(says));
    // It was changed since the page was looked at.
    let other = [("email", "other@example.com"), seen[1]];
    let other = site.post(&vouch, &other).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.body);
    assert!(!typed(&site).await.email_proven);
    let wrong = site.post(&vouch, &[seen[0], ("password", "wrong")]).await;
    assert_eq!(wrong.status, 403, "{}", wrong.body);
    assert!(!typed(&site).await.email_proven);
    assert_eq!(site.post(&vouch, &seen).await.status, 303);
    assert!(typed(&site).await.email_proven);
    assert!(!site.get(&path).await.body.contains(says));
}

#[tokio::test]
async fn asking_is_slowed_down() {
    let (site, _) = with_typed().await;
    let mut last = StatusCode::OK;
    for _ in 0..6 {
        last = site.post("/account/address/prove", &[]).await.status;
    }
    assert!(
        last.is_server_error() || last == StatusCode::TOO_MANY_REQUESTS,
        "{last}"
    );
}
