//! One's passkeys, once there are some: what they are called, and the last one.

use ds_auth::passkeys::PasskeyStore as _;
use ds_testkit::sample;

use super::{Answer, PASSWORD, Site};

const PAGE: &str = "/account#passkeys";

/// Ada with two passkeys, `one` and `two`.
async fn as_ada_with_two() -> Site {
    let site = Site::as_ada().await;
    let ada = site.accounts().await[0].id;
    for id in ["one", "two"] {
        let passkey = sample::passkey(id, ada, sample::NOW);
        site.kept.add_passkey(&passkey).await.unwrap();
    }
    site
}

async fn remove(site: &Site, id: &str) -> Answer {
    let form = [("passkey", id), ("password", PASSWORD)];
    site.post("/account/passkeys/remove", &form).await
}

async fn follow(site: &Site, it: &str) -> Answer {
    let form = [("follows", it), ("password", PASSWORD)];
    site.post("/account/passkeys/follow", &form).await
}

#[tokio::test]
async fn they_are_renamed_by_whose_they_are() {
    let mut site = as_ada_with_two().await;
    let rename = async |site: &Site, id: &str, name: &str| {
        let form = [("passkey", id), ("name", name)];
        site.post("/account/passkeys/rename", &form).await
    };
    let done = rename(&site, "one", " Key <ring>\n").await;
    assert_eq!(done.location(), PAGE, "{}", done.body);
    let page = site.get("/account").await.body;
    assert!(
        page.contains("<strong>Key &#60;ring&#62;</strong>"),
        "{page}"
    );
    assert!(page.contains("<strong>Phone</strong>"), "{page}");
    assert!(page.contains("added 1 Jan 2026, never used"), "{page}");
    for nothing in ["", "  "] {
        let refused = rename(&site, "one", nothing).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.body.contains("A passkey has a name"),
            "{}",
            refused.body
        );
    }
    rename(&site, "one", &"x".repeat(100)).await;
    let name = site.kept.passkey("one").await.unwrap().unwrap().name;
    assert_eq!(name, "x".repeat(40));

    site.account("bob@example.com").await;
    site.log_in("bob@example.com", PASSWORD).await;
    rename(&site, "two", "Mine").await;
    let name = site.kept.passkey("two").await.unwrap().unwrap().name;
    assert_eq!(name, "Phone");
}

#[tokio::test]
async fn the_last_one_stays_while_it_is_asked_for() {
    let site = as_ada_with_two().await;
    assert_eq!(follow(&site, "true").await.location(), PAGE);
    assert_eq!(remove(&site, "one").await.location(), PAGE);
    let refused = remove(&site, "two").await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(
        refused.body.contains("it is the last one"),
        "{}",
        refused.body
    );
    assert!(site.kept.passkey("two").await.unwrap().is_some());
    assert_eq!(follow(&site, "false").await.location(), PAGE);
    assert_eq!(remove(&site, "two").await.location(), PAGE);
    assert!(site.kept.passkey("two").await.unwrap().is_none());
}
