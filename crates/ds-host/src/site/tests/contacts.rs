//! Contacts, and appspaces of others on the home page.

use axum::http::StatusCode;
use ds_core::{LoginKind, MemberLogins as _};

use super::{Site, dropids::PNG};

const BOB: &str = "https://b.example/bob";
const CARD: &str = "<div class=h-card><h1 class=p-name>B\u{202e}ob &lt;3</h1><img class=u-photo src=/bob.png></div>";

#[tokio::test]
async fn a_contact_from_another_host() {
    let site = Site::as_ada().await;
    site.web.put(BOB, "text/html", CARD);
    site.web.put("https://b.example/bob.png", "image/png", PNG);
    assert!(site.get("/contacts").await.body.contains("Nobody yet"));
    let added = site.post("/contacts", &[("who", " B.example/Bob ")]).await;
    assert_eq!(
        added.location(),
        "/contacts/one?who=b%2Eexample%2Fbob",
        "{}",
        added.body
    );
    let list = site.get("/contacts").await.body;
    assert!(
        list.contains("B ob &#60;3") && list.contains("/dropids/pictures/"),
        "{list}"
    );
    assert!(!list.contains('\u{202e}'));

    let page = site.get(added.location()).await.body;
    assert!(page.contains("is in none of your appspaces"), "{page}");
    let share = [("who", "b.example/bob"), ("appspace", "notes.localhost")];
    let shared = site.post("/contacts/share", &share).await;
    assert_eq!(shared.location(), added.location(), "{}", shared.body);
    let notes = site.memory.appspaces.lock().unwrap()[0].id;
    let member = site
        .kept
        .member_with(notes, LoginKind::DropId, "b.example/bob");
    assert_eq!(member.await.unwrap().unwrap().0.display_name, "B ob <3");
    let page = site.get(added.location()).await.body;
    assert!(page.contains("notes.localhost, there as B ob"), "{page}");
    let again = site.post("/contacts/share", &share).await;
    assert_eq!(again.status, StatusCode::CONFLICT);

    site.web.put(BOB, "text/html", "<p>nothing");
    let looked = site
        .post("/contacts/refresh", &[("who", "b.example/bob")])
        .await;
    assert_eq!(looked.location(), added.location());
    assert!(!site.get("/contacts").await.body.contains("B ob"));
    let removed = site
        .post("/contacts/remove", &[("who", "b.example/bob")])
        .await;
    assert_eq!(removed.location(), "/contacts");
    assert!(site.get("/contacts").await.body.contains("Nobody yet"));
    assert_eq!(
        site.get(added.location()).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn contacts_that_are_refused() {
    let site = Site::as_ada().await;
    let check = async |who: &str, expect: StatusCode| {
        let answer = site.post("/contacts", &[("who", who)]).await;
        assert_eq!(answer.status, expect, "{who} {}", answer.body);
    };
    check("", StatusCode::UNPROCESSABLE_ENTITY).await;
    check("nonsense\\", StatusCode::UNPROCESSABLE_ENTITY).await;
    check("http://b.example/bob", StatusCode::UNPROCESSABLE_ENTITY).await;
    check("10.0.0.1/bob", StatusCode::UNPROCESSABLE_ENTITY).await;
    check("silent.example/bob", StatusCode::NOT_FOUND).await;
    check("dropserver.localhost:3000/nobody", StatusCode::NOT_FOUND).await;
    let mallory = site
        .post("/contacts/refresh", &[("who", "b.example/bob")])
        .await;
    assert_eq!(
        mallory.status,
        StatusCode::NOT_FOUND,
        "looking again adds nobody"
    );
}

#[tokio::test]
async fn a_contact_on_this_host_shows_what_is_public() {
    let site = Site::as_ada().await;
    site.dropid("ada").await;
    let own = "dropserver.localhost:3000/ada";
    site.post("/contacts", &[("who", own)]).await;
    assert!(site.get("/contacts").await.body.contains("Ada &#60;3"));
    let hide = [("dropid", own), ("name", "Ada <3")];
    site.post("/dropids/change", &hide).await;
    site.post("/contacts/refresh", &[("who", own)]).await;
    assert!(!site.get("/contacts").await.body.contains("Ada &#60;3"));
}

#[tokio::test]
async fn appspaces_elsewhere() {
    let site = Site::as_ada().await;
    let there = "https://list.b.example/.dropserver/join/x";
    let link = "/remote?at=https%3A%2F%2Flist.b.example%2F.dropserver%2Fjoin%2Fx";
    let page = site.get(link).await.body;
    assert!(
        page.contains("Put it on my home page") && page.contains(there),
        "{page}"
    );
    let added = site
        .post("/remote", &[("at", there), ("name", "Shop<ping")])
        .await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let page = site.get(added.location()).await.body;
    assert!(page.contains(&format!("href=\"{there}\"")), "{page}");
    let home = site.get("/").await.body;
    assert!(home.contains("Shop&#60;ping") && home.contains("https://list.b.example/"));

    let origin = "https://list.b.example";
    let rename = [("origin", origin), ("name", "Shopping")];
    assert_eq!(
        site.post("/remote/rename", &rename).await.location(),
        "/#elsewhere"
    );
    assert!(
        site.get("/")
            .await
            .body
            .contains("<strong>Shopping</strong>")
    );
    let rename = [("origin", "https://c.example"), ("name", "x")];
    assert_eq!(
        site.post("/remote/rename", &rename).await.status,
        StatusCode::NOT_FOUND
    );
    site.post("/remote/remove", &[("origin", origin)]).await;
    assert!(!site.get("/").await.body.contains("Shopping"));

    let check = async |at: &str, expect: StatusCode| {
        let answer = site.post("/remote", &[("at", at)]).await;
        assert_eq!(answer.status, expect, "{at} {}", answer.body);
    };
    check("javascript:alert(1)", StatusCode::UNPROCESSABLE_ENTITY).await;
    check("http://list.b.example", StatusCode::UNPROCESSABLE_ENTITY).await;
    check("https://10.0.0.1/", StatusCode::UNPROCESSABLE_ENTITY).await;
    check("", StatusCode::UNPROCESSABLE_ENTITY).await;
    check("http://notes.localhost:3000/", StatusCode::CONFLICT).await;
    check("list.c.example", StatusCode::SEE_OTHER).await;
    let bad = site.get("/remote?at=javascript%3Aalert(1)").await;
    assert!(!bad.body.contains("href=\"javascript"));
}
