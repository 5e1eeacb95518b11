//! Tokens of the API, and how appspaces get newer versions.

use super::{replies::check, *};
use crate::control::wire::Upgrades;

#[tokio::test]
async fn tokens() {
    let host = Running::new().await;
    host.done(account("ada@example.com")).await;
    let create = |scope: &str, days| Command::TokenCreate {
        owner: None,
        name: "nightly backup".to_owned(),
        scope: scope.to_owned(),
        days,
    };
    let Reply::Token(made) = host.done(create("manage", Some(90))).await else {
        panic!("no token")
    };
    let secret = made.secret.clone().unwrap().0;
    let found = host.host.ops.tokens().check(&secret, None).await.unwrap();
    assert_eq!(found.id.to_string(), made.id);
    host.done(create("read", None)).await;
    assert_eq!(host.refused(create("all", None)).await, ErrorKind::Invalid);
    let zero = host.refused(create("read", Some(0))).await;
    assert_eq!(zero, ErrorKind::Invalid);

    let list = Command::TokenList { owner: None };
    check("tokens", &host.done(list).await);
    let revoke = |id: &str| Command::TokenRevoke {
        owner: None,
        id: id.to_owned(),
    };
    check("token", &host.done(revoke(&made.id)).await);
    assert!(host.host.ops.tokens().check(&secret, None).await.is_err());
    assert_eq!(host.refused(revoke(&made.id)).await, ErrorKind::NotFound);
    assert_eq!(host.refused(revoke("x")).await, ErrorKind::Invalid);
}

async fn upgrades(host: &Running, automatic: Option<bool>) -> Upgrades {
    let command = Command::AppspaceUpgrades {
        which: which("diary"),
        automatic,
    };
    match host.done(command).await {
        Reply::Upgrades(upgrades) => upgrades,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn versions_come_by_themselves() {
    let host = jobs::with_diary().await;
    let ops = &host.host.ops;
    let is = async |mode: &str, version: &str| {
        let now = upgrades(&host, None).await;
        assert_eq!((now.mode.as_str(), now.version.as_str()), (mode, version));
        now
    };
    assert!(!ops.upgrade_automatically().await.unwrap());
    is("manual", "2.0.0").await;
    upgrades(&host, Some(true)).await;
    assert!(!ops.upgrade_automatically().await.unwrap());
    is("automatic", "3.0.0").await;

    // Whoever goes back does not get it again, until they want it or there is a newer one.
    ops.hold_back_for_tests("diary", "it <hangs>").await;
    jobs::install(&host, "4.0.0-beta.1").await;
    assert!(!ops.upgrade_automatically().await.unwrap());
    is("automatic", "3.0.0").await;
    jobs::install(&host, "4.0.0").await;
    ops.hold_back_for_tests("diary", "it <hangs>").await;
    assert!(!ops.upgrade_automatically().await.unwrap());
    let held = is("automatic", "3.0.0").await;
    check("upgrades", &Reply::Upgrades(held.clone()));
    assert_eq!(held.held_back.unwrap().version, "4.0.0");
    upgrades(&host, Some(true)).await;
    assert!(!ops.upgrade_automatically().await.unwrap());
    is("automatic", "4.0.0").await;
    jobs::install(&host, "5.0.0").await;
    upgrades(&host, Some(false)).await;
    assert!(!ops.upgrade_automatically().await.unwrap());
    is("manual", "4.0.0").await;
}
