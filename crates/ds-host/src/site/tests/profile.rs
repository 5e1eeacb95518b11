//! One's name, and the mail address of one's account.

use ds_auth::{
    AccountStore as _,
    people::{AuditLog as _, ProfileStore as _},
};

use super::{
    Answer, EMAIL, ORIGIN, PASSWORD, Site,
    resets::{Letters, with_mail},
};

const NEW: &str = "ada@new.example.com";
const BOB: &str = "bob@example.com";

async fn as_ada_with_mail() -> (Site, Letters) {
    let (mut site, letters) = with_mail().await;
    site.log_in(EMAIL, PASSWORD).await;
    (site, letters)
}

async fn want(site: &Site, email: &str) -> Answer {
    let form = [("email", email), ("password", PASSWORD)];
    site.post("/account/address", &form).await
}

fn refused(got: &Answer, status: u16, says: &str) {
    assert_eq!(got.status, status, "{}", got.body);
    assert!(got.body.contains(says), "{says}: {}", got.body);
    assert!(got.body.contains("role=\"alert\""), "{says}");
}

/// The letter to somebody among those that came, as it reads.
async fn letter_to(letters: &Letters, to: &str) -> String {
    for nth in 1.. {
        let letter = letters.wait_for(nth).await.replace("=\r\n", "");
        if letter.contains(&format!("To: {to}\r\n")) {
            return letter;
        }
    }
    unreachable!()
}

/// The path of the link in a letter.
fn path_in(letter: &str) -> String {
    let start = format!("{ORIGIN}/account/address/");
    let (_, rest) = letter.split_once(&start).unwrap();
    let token = rest.split_whitespace().next().unwrap();
    format!("/account/address/{token}")
}

async fn email_of(site: &Site) -> (String, bool) {
    let ada = &site.accounts().await[0];
    (ada.email.clone(), ada.email_proven)
}

#[tokio::test]
async fn a_name_is_changed_and_used() {
    let site = Site::as_ada().await;
    let page = site.get("/account").await.body;
    assert!(page.contains("autocomplete=\"name\"") && page.contains("id=\"your-name\""));
    let rename = async |name: &str| site.post("/account/name", &[("name", name)]).await;
    let done = rename(" Ada <b>Lovelace</b> ").await;
    assert_eq!(done.location(), "/account#name", "{}", done.body);
    let page = site.get("/account").await.body;
    let shown = "Ada &#60;b&#62;Lovelace&#60;/b&#62;";
    assert!(page.contains(&format!("value=\"{shown}\"")), "{page}");
    let people = site.get("/people?find=lovelace").await.body;
    assert!(people.contains(shown) && people.contains(EMAIL), "{people}");
    let long = "x".repeat(31);
    for bad in [&long, "Ada\u{202e}x", "a\nb"] {
        let got = rename(bad).await;
        refused(&got, 422, "1 to 30 characters");
    }
    assert!(
        rename(&long)
            .await
            .body
            .contains(&format!("value=\"{long}\""))
    );
    let ada = site.accounts().await[0].id;
    assert_eq!(
        site.kept.account_name(ada).await.unwrap(),
        "Ada <b>Lovelace</b>"
    );
    assert_eq!(rename("").await.status, 303);
    assert_eq!(site.kept.account_name(ada).await.unwrap(), "");
}

#[tokio::test]
async fn an_address_changes_when_its_link_comes_back() {
    let (mut site, letters) = as_ada_with_mail().await;
    let bob = site.account(BOB).await;
    let wrong = [("email", NEW), ("password", "wrong")];
    let got = site.post("/account/address", &wrong).await;
    refused(&got, 403, "not your password");
    assert!(
        got.body.contains(&format!("value=\"{NEW}\"")),
        "what was typed stays"
    );
    refused(&want(&site, "nonsense").await, 422, "not an email address");
    refused(&want(&site, EMAIL).await, 409, "the address you have");
    assert_eq!(letters.count(), 0);

    let asked = want(&site, " Ada@New.example.com ").await;
    assert_eq!(asked.location(), "/account#address", "{}", asked.body);
    let page = site.get("/account").await.body;
    assert!(page.contains("on its way to <strong>ada@new.example.com</strong>"));
    let told = letter_to(&letters, EMAIL).await;
    assert!(told.contains(NEW) && told.contains("/forgot"), "{told}");
    assert!(
        !told.contains("/account/address/"),
        "the link is for the new one"
    );
    let link = path_in(&letter_to(&letters, NEW).await);
    assert_eq!(email_of(&site).await, (EMAIL.into(), true));

    // Looking changes nothing, nor does whoever else has it.
    let look = site.get(&link).await;
    assert!(look.body.contains(NEW) && look.body.contains("Use this address"));
    let here = site.cookie.take();
    assert!(site.get(&link).await.location().starts_with("/login?next="));
    assert!(site.post(&link, &[]).await.location().starts_with("/login"));
    site.log_in(BOB, PASSWORD).await;
    for got in [site.get(&link).await, site.post(&link, &[]).await] {
        assert_eq!(got.status, 404, "{}", got.body);
        assert!(got.body.contains("for another account"), "{}", got.body);
    }
    site.cookie.clone_from(&here);
    assert_eq!(site.post("/account/address/x", &[]).await.status, 404);
    assert_eq!(email_of(&site).await, (EMAIL.into(), true));

    let done = site.post(&link, &[]).await;
    assert_eq!(done.location(), "/account#address", "{}", done.body);
    assert_eq!(email_of(&site).await, (NEW.into(), true));
    assert_eq!(site.get("/account").await.status, 200, "the session stays");
    assert_eq!(site.post(&link, &[]).await.status, 404, "once");
    let last = letters.wait_for(3).await;
    assert!(
        last.contains(&format!("To: {EMAIL}")) && last.contains(NEW),
        "{last}"
    );
    site.cookie = None;
    let login = |email| [("email", email), ("password", PASSWORD)];
    assert_eq!(site.post("/login", &login(EMAIL)).await.status, 401);
    assert_eq!(site.post("/login", &login(NEW)).await.status, 303);
    let rows = site.kept.entries(None, 10).await.unwrap();
    let about = format!("{EMAIL}, now {NEW}");
    assert!(rows.iter().any(|row| row.entry.about == about), "{rows:?}");
    let other = site.kept.account(bob).await.unwrap().unwrap();
    assert_eq!(other.email, BOB);
}

#[tokio::test]
async fn nobody_learns_whether_an_address_is_taken() {
    let (site, letters) = as_ada_with_mail().await;
    site.account(BOB).await;
    let mut seen = Vec::new();
    for (email, letter_count) in [(NEW, 2), (BOB, 4)] {
        let answer = want(&site, email).await;
        letters.wait_for(letter_count).await;
        let page = site.get("/account").await.body.replace(email, "X");
        seen.push((answer.status, answer.location().to_owned(), page));
    }
    assert_eq!(seen[0], seen[1]);
    let to_bob = letter_to(&letters, BOB).await;
    assert!(!to_bob.contains("/account/address/"), "{to_bob}");
    assert_eq!(email_of(&site).await, (EMAIL.into(), true));

    // Nor does anybody send many letters.
    for _ in 0..3 {
        assert_eq!(want(&site, NEW).await.status, 303);
    }
    refused(&want(&site, NEW).await, 429, "Too many");
}

#[tokio::test]
async fn a_link_ends_with_a_newer_one_and_with_a_new_password() {
    let (mut site, letters) = as_ada_with_mail().await;
    want(&site, NEW).await;
    let older = path_in(&letter_to(&letters, NEW).await);
    want(&site, "newer@example.com").await;
    let newer = path_in(&letter_to(&letters, "newer@example.com").await);
    assert_eq!(site.post(&older, &[]).await.status, 404);
    assert_eq!(site.get(&newer).await.status, 200);
    let gone = site.post("/account/address/give-up", &[]).await;
    assert_eq!(gone.location(), "/account#address");
    assert_eq!(site.get(&newer).await.status, 404);

    want(&site, "third@example.com").await;
    let third = path_in(&letter_to(&letters, "third@example.com").await);
    assert_eq!(site.get(&third).await.status, 200);
    let other = "another horse entirely";
    let form = [("present", PASSWORD), ("new", other), ("again", other)];
    let changed = site.post("/account/password", &form).await;
    site.cookie = Some(changed.cookie("ds-account"));
    assert_eq!(site.post(&third, &[]).await.status, 404);
    assert_eq!(email_of(&site).await, (EMAIL.into(), true));
}

#[tokio::test]
async fn without_mail_it_changes_at_once_and_is_unproven() {
    let mut site = Site::as_ada().await;
    site.account(BOB).await;
    refused(&want(&site, BOB).await, 409, "cannot be used");
    refused(&want(&site, EMAIL).await, 409, "the address you have");
    let done = want(&site, NEW).await;
    assert_eq!(done.location(), "/account#address", "{}", done.body);
    assert_eq!(email_of(&site).await, (NEW.into(), false));
    assert_eq!(site.get("/account").await.status, 200);
    site.cookie = None;
    site.log_in(NEW, PASSWORD).await;
    for _ in 0..3 {
        assert_eq!(want(&site, BOB).await.status, 409);
    }
    refused(&want(&site, BOB).await, 429, "Too many");
}

#[tokio::test]
async fn an_unproven_address_can_be_proven() {
    let (site, letters) = as_ada_with_mail().await;
    let ada = site.accounts().await[0].id;
    site.kept.set_address(ada, EMAIL, false).await.unwrap();
    assert!(
        site.get("/account")
            .await
            .body
            .contains("Prove it with a letter")
    );
    want(&site, EMAIL).await;
    let link = path_in(&letter_to(&letters, EMAIL).await);
    assert!(site.get(&link).await.body.contains("Is this your address?"));
    assert_eq!(site.post(&link, &[]).await.status, 303);
    assert_eq!(email_of(&site).await, (EMAIL.into(), true));
    assert_eq!(letters.count(), 1, "nobody else is to be told");
}

#[tokio::test]
async fn admins_change_addresses_and_both_are_told() {
    let (mut site, letters) = as_ada_with_mail().await;
    let bob = site.account(BOB).await;
    let path = format!("/people/{bob}/address");
    let set = async |site: &Site, email: &str| {
        let form = [("email", email), ("password", PASSWORD)];
        site.post(&path, &form).await
    };
    let wrong = [("email", "bobby@example.com"), ("password", "wrong")];
    refused(&site.post(&path, &wrong).await, 403, "password");
    refused(&set(&site, "x").await, 422, "not an email address");
    let taken = set(&site, EMAIL).await;
    refused(&taken, 409, "account for ada@example.com already");
    assert!(taken.body.contains(&format!("value=\"{EMAIL}\"")));
    assert_eq!(set(&site, "bobby@example.com").await.status, 303);
    letters.wait_for(2).await;
    for to in [BOB, "bobby@example.com"] {
        let letter = letter_to(&letters, to).await;
        assert!(
            letter.contains("bobby@example.com") && letter.contains(BOB),
            "{letter}"
        );
    }
    site.log_in("bobby@example.com", PASSWORD).await;
    assert_eq!(set(&site, "x@example.com").await.status, 403);
    let rows = site.kept.entries(None, 10).await.unwrap();
    assert_eq!(rows[0].entry.about, format!("{BOB}, now bobby@example.com"));
    assert_eq!(rows[0].entry.who, EMAIL);
}

#[tokio::test]
async fn password_managers_find_the_form() {
    let mut site = Site::as_ada().await;
    let known = site.get("/.well-known/change-password").await;
    assert_eq!(known.location(), "/account/password");
    let page = site.get(known.location()).await;
    assert!(page.body.contains("<details open>\n<summary>Change your password</summary>\n<form class=\"stack tight\" method=\"post\" action=\"/account/password\">"), "{}", page.body);
    assert_eq!(site.get("/.well-known/nothing-is-here").await.status, 404);
    site.cookie = None;
    let away = site.get("/account/password").await;
    assert_eq!(away.location(), "/login?next=%2Faccount%2Fpassword");
}
