//! Logins that were checked, and whose account is changed before their session begins.

use axum::http::StatusCode;
use ds_auth::{
    AccountStore as _, SessionStore as _,
    people::{RoleStore as _, SecondFactorStore as _},
};
use ds_core::{AccountId, Timestamp};

use super::{
    Answer, EMAIL, PASSWORD, Site,
    account::{code, turn_codes_on},
};

/// Does this to Ada's account when her next session is about to begin.
fn overtakes(site: &Site, ada: AccountId, change: &'static str) {
    let (kept, store) = (site.kept.clone(), site.kept.clone());
    kept.before_next_session(async move {
        match change {
            "another password" => {
                let found = store.account_with_password(EMAIL).await.unwrap();
                let (_, present) = found.unwrap();
                let replaced = store.replace_password(ada, &present, "another").await;
                assert!(replaced.unwrap().is_some());
            }
            "a second step" => {
                store.offer_second_factor(ada, "secret").await.unwrap();
                let on = store.confirm_second_factor(ada, "secret", 1, &[]).await;
                assert!(on.unwrap());
            }
            "blocked and let in again" => {
                for blocked in [Some(Timestamp(1)), None] {
                    store.set_blocked(ada, blocked).await.unwrap();
                }
            }
            _ => drop(store.outdate_logins(ada).await.unwrap()),
        }
    });
}

fn refused(got: &Answer, change: &str) {
    assert_eq!(got.status, StatusCode::CONFLICT, "{change}: {}", got.body);
    assert!(got.body.contains("was changed while you logged in"));
    assert_eq!(got.set_cookies(), [""; 0], "{change}");
}

#[tokio::test]
async fn a_password_that_was_right_a_moment_ago() {
    for change in [
        "another password",
        "a second step",
        "blocked and let in again",
        "logged out everywhere",
    ] {
        let (site, ada) = Site::with_ada().await;
        // Somebody else runs the host, so that she can be blocked.
        let eve = site.account("eve@example.com").await;
        site.kept.set_admin(eve, true).await.unwrap();
        overtakes(&site, ada, change);
        let form = [("email", EMAIL), ("password", PASSWORD)];
        refused(&site.post("/login", &form).await, change);
        let eves = [("email", "eve@example.com"), ("password", PASSWORD)];
        overtakes(&site, ada, "logged out everywhere");
        assert_eq!(site.post("/login", &eves).await.status, 303, "another's");
    }
}

#[tokio::test]
async fn a_code_after_a_password_that_was_changed() {
    let (mut site, ada) = Site::with_ada().await;
    site.log_in(EMAIL, PASSWORD).await;
    let (secret, _) = turn_codes_on(&site).await;
    site.cookie = None;
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let half = site.post("/login", &form).await.cookie("ds-half");
    site.cookie = Some(half.clone());
    overtakes(&site, ada, "another password");
    let typed = code(&secret, 1);
    refused(
        &site.post("/login/second", &[("code", &typed)]).await,
        "another password",
    );

    // And one that waits meanwhile, though nobody told the memory of half logins.
    let (mut site, ada) = Site::with_ada().await;
    site.log_in(EMAIL, PASSWORD).await;
    let (secret, _) = turn_codes_on(&site).await;
    site.cookie = None;
    site.cookie = Some(site.post("/login", &form).await.cookie("ds-half"));
    let found = site.kept.account_with_password(EMAIL).await.unwrap();
    let present = found.unwrap().1;
    let replaced = site.kept.replace_password(ada, &present, "another").await;
    assert!(replaced.unwrap().is_some());
    let typed = code(&secret, 1);
    let got = site.post("/login/second", &[("code", &typed)]).await;
    refused(&got, "another password");
}

#[tokio::test]
async fn who_changes_their_password_is_not_overtaken_by_themselves() {
    let mut site = Site::as_ada().await;
    let form = [
        ("present", PASSWORD),
        ("new", "a newer longer one"),
        ("again", "a newer longer one"),
    ];
    let got = site.post("/account/password", &form).await;
    site.cookie = Some(got.cookie("ds-account"));
    assert_eq!(site.get("/account").await.status, 200);
    let mut site = Site::as_ada().await;
    let got = site.post("/account/sessions/end-others", &[]).await;
    site.cookie = Some(got.cookie("ds-account"));
    assert_eq!(site.get("/account").await.status, 200);
}

#[tokio::test]
async fn on_the_way_to_an_appspace() {
    use ds_auth::{SessionStore, Subject};
    use ds_core::{AppspaceStore as _, secret::Token};
    let site = Site::as_ada().await;
    let notes = "notes.localhost".parse().unwrap();
    let notes = site.memory.at(&notes).await.unwrap().unwrap();
    let state = Token::random();
    let path = format!(
        "/appspacelogin?appspace=notes.localhost&state={}",
        state.hash().as_str()
    );
    let way = async || {
        let url: url::Url = site.get(&path).await.location().parse().unwrap();
        let found = url.query_pairs().find(|(name, _)| name == "token");
        let token = Token::presented(&found.unwrap().1);
        site.state.login_tokens.redeem(&token, notes.id, &state)
    };
    let sessions = &site.state.sessions;
    let enter = async |login: ds_auth::Login| {
        let begun = sessions.start_member(notes.id, login.proxy_id, Some(login.account));
        begun.await.ok()
    };
    let login = way().await.unwrap();
    let begun = enter(login).await.unwrap();
    let row = SessionStore::session(&*site.kept, &begun.hash())
        .await
        .unwrap();
    assert!(matches!(
        row.unwrap().subject,
        Subject::Member {
            account: Some(_),
            ..
        }
    ));
    let login = way().await.unwrap();
    site.kept
        .outdate_logins(login.account.account)
        .await
        .unwrap();
    assert_eq!(enter(login).await.map(drop), None);

    // The store knows that the session has ended, and the memory not yet.
    let account = site.accounts().await[0].id;
    site.kept.remove_sessions_of_account(account).await.unwrap();
    assert!(site.get(&path).await.location().starts_with("/login?next="));
}
