//! Members as their appspace's owner sees them.

use ds_auth::dropid::{Contact, ContactStore as _, ProfileUrl};

use super::with_diary;
use crate::ops::{Comer, ErrorKind, MemberSummary, NewKey};

#[tokio::test]
async fn they_are_shown_page_by_page_and_keys_apart() {
    let (host, ada) = with_diary().await;
    let ops = &host.ops;
    for nth in 0..7 {
        let who = format!("b.example/friend{nth}");
        ops.add_member(ada, "diary", &who, None).await.unwrap();
    }
    for (name, is_link) in [("Friendly script", false), ("Family", true)] {
        let new = NewKey {
            is_link,
            name: name.into(),
            days: Some(1),
            ..Default::default()
        };
        ops.add_key(ada, "diary", new).await.unwrap();
    }
    let show = async |find: &str, skip| {
        let shown = ops.member_page(ada, "diary", find, skip, 3).await.unwrap();
        let name = |one: &MemberSummary| one.member.display_name.clone();
        let people: Vec<_> = shown.people.iter().map(name).collect();
        let keys: Vec<_> = shown.keys.into_iter().map(|one| one.token.name).collect();
        assert_eq!(keys, ["Friendly script", "Family"]);
        assert_eq!(shown.all, 8);
        (people.join(" "), shown.found)
    };
    assert_eq!(show("", 0).await, ("ada friend0 friend1".into(), 8));
    assert_eq!(show("", 6).await, ("friend5 friend6".into(), 8));
    assert_eq!(show("", 99).await, (String::new(), 8));
    assert_eq!(
        show("FRIEND", 3).await,
        ("friend3 friend4 friend5".into(), 7)
    );
    assert_eq!(show("b.example/friend4", 0).await, ("friend4".into(), 1));
    assert_eq!(show("https://B.example/Friend4/", 0).await.1, 1);
    assert_eq!(show("B.EXAM", 0).await.1, 7, "a part of how they log in");
    assert_eq!(show("ada@example.com", 0).await, ("ada".into(), 1));
    assert_eq!(show("@EXAMPLE", 0).await, ("ada".into(), 1));
    ops.rename_member(ada, "diary", "b.example/friend1", "Änne Σ")
        .await
        .unwrap();
    assert_eq!(show("ÄNNE σ", 0).await, ("Änne Σ".into(), 1));
    assert_eq!(show("script", 0).await, (String::new(), 0));
}

#[tokio::test]
async fn nothing_of_them_is_read_while_their_data_is_at_rest() {
    let (host, ada) = with_diary().await;
    let ops = &host.ops;
    let reads = async || {
        [
            ops.members(ada, "diary").await.err(),
            ops.member_summaries(ada, "diary").await.err(),
            ops.member_page(ada, "diary", "", 0, 9).await.err(),
            ops.member_page(ada, "diary", "ada", 0, 9).await.err(),
            ops.list_keys(ada, "diary").await.err(),
        ]
        .map(|error| error.map(|error| error.kind()))
    };
    let before = host.visits();
    assert_eq!(reads().await, [None; 5]);
    // Each stays for as long as it reads.
    assert_eq!(host.visits() - before, 5);
    let contact = Contact {
        who: ProfileUrl::typed("b.example/eve", ops.names().local())
            .unwrap()
            .identity(),
        name: "Eve".into(),
        picture: String::new(),
        added: ops.now(),
    };
    host.store.put_contact(ada, &contact).await.unwrap();
    let shared = async || {
        let page = ops.contact(ada, "b.example/eve").await.unwrap();
        page.appspaces.len()
    };
    assert_eq!(shared().await, 1);
    host.put_at_rest();
    assert_eq!(reads().await, [Some(ErrorKind::Busy); 5]);
    assert_eq!(shared().await, 0, "not known just now");
}

#[tokio::test]
async fn who_logs_in_with_an_account_is_shown_with_its_address() {
    let (host, ada) = with_diary().await;
    let ops = &host.ops;
    let bob = host.account("bob@example.com", false).await;
    ops.set_join_rules(ada, "diary", "approval", &[])
        .await
        .unwrap();
    let at = ops.appspace(ada, "diary").await.unwrap().appspace;
    ops.join(&at, &Comer::of_account(bob, "Bob"), None)
        .await
        .unwrap();
    let all = ops.join_requests(ada, "diary").await.unwrap();
    let who: Vec<_> = all.iter().map(|one| one.who.as_str()).collect();
    assert_eq!(who, ["bob@example.com"]);
    let page = ops.member_page(ada, "diary", "", 0, 9).await.unwrap();
    let accounts: Vec<_> = page.people.iter().map(|one| &one.account).collect();
    assert_eq!(accounts, [&Some("ada@example.com".to_owned())]);
}

#[tokio::test]
async fn they_are_called_as_their_accounts_are() {
    let (host, ada) = with_diary().await;
    let bob = host.account("bob@example.com", false).await;
    let ops = &host.ops;
    let bob = ops.account_meant(&bob.to_string()).await.unwrap();
    ops.set_account_name(&bob, "Bobby T.").await.unwrap();
    let added = ops.add_member(ada, "diary", "bob@example.com", None).await;
    assert_eq!(added.unwrap().display_name, "Bobby T.");
}

#[tokio::test]
async fn the_home_page_costs_the_same_however_many_appspaces_there_are() {
    let (host, ada) = with_diary().await;
    let ops = &host.ops;
    let costs = async || {
        let before = host.store.queries();
        let all = ops.appspaces(ada).await.unwrap();
        let apps = ops.apps(ada).await.unwrap();
        ops.usage_of_all(ada).await.unwrap();
        ops.trash(ada).await.unwrap();
        ops.backup_states(ada).await.unwrap();
        let versions: usize = apps.iter().map(|app| app.versions.len()).sum();
        assert!(all.iter().all(|one| !one.app_name.is_empty()));
        let waits = all
            .iter()
            .map(|one| one.egress_waiting.len())
            .sum::<usize>();
        let cost = host.store.queries() - before;
        (all.len(), versions, waits, cost)
    };
    let (spaces, versions, waits, first) = costs().await;
    assert_eq!((spaces, versions, waits), (1, 1, 2));
    for nth in 0..7 {
        host.app(ada, "many", &format!("1.0.{nth}")).await;
    }
    host.app(ada, "another", "1.0.0").await;
    for nth in 0..49 {
        let app = format!("many@1.0.{}", nth % 7);
        let name = format!("place{nth}");
        ops.create_appspace(ada, &app, &name).await.unwrap();
    }
    let allow = ["api.example.com".to_owned()];
    ops.set_egress(ada, "place3", &allow, &[]).await.unwrap();
    assert_eq!(costs().await, (50, 9, 99, first));
}
