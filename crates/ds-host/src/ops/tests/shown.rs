//! Members as their appspace's owner sees them.

use super::with_diary;
use crate::ops::{MemberSummary, NewKey};

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
    assert_eq!(show("ada@example.com", 0).await, ("ada".into(), 1));
    assert_eq!(show("script", 0).await, (String::new(), 0));
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
