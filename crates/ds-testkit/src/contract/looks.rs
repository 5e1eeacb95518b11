//! What members took over from their own hosts.

use ds_auth::dropid::TakenLook;
use ds_core::{AppspaceId, ProxyId};

use super::{HostStore, add_appspace, assert_missing};

/// [`TakenLookStore`](ds_auth::dropid::TakenLookStore).
pub async fn taken_look_store(store: &impl HostStore) {
    const ADA: &str = "b.example/ada";
    let (notes, list) = (
        add_appspace(store, "notes.example.com").await,
        add_appspace(store, "list.example.com").await,
    );
    let id = |text: &str| text.parse::<ProxyId>().unwrap();
    let look = |appspace, member: &str, who: &str, name: &str| TakenLook {
        appspace,
        member: id(member),
        who: who.into(),
        name: name.into(),
        photo: "https://b.example/ada.png".into(),
        avatar: "ada.png".into(),
    };
    let here = look(notes.id, "abc", ADA, "Ada");
    let there = look(list.id, "abc", ADA, "Ada");
    let other = look(notes.id, "def", "b.example/bob", "");
    for one in [&here, &there, &other] {
        store.put_taken_look(one).await.unwrap();
    }
    assert_missing(
        store
            .put_taken_look(&look(AppspaceId::new(), "abc", ADA, "Ada"))
            .await,
    );
    let found =
        |appspace, member| async move { store.taken_look(appspace, &member).await.unwrap() };
    assert_eq!(found(notes.id, id("abc")).await, Some(here.clone()));
    assert_eq!(found(list.id, id("def")).await, None);
    let of_ada = store.looks_taken_from(ADA).await.unwrap();
    assert!(of_ada.len() == 2 && of_ada.contains(&here) && of_ada.contains(&there));
    assert!(
        store
            .looks_taken_from("b.example/ad")
            .await
            .unwrap()
            .is_empty()
    );

    let changed = look(notes.id, "abc", "https://ada.example/", "A.");
    store.put_taken_look(&changed).await.unwrap();
    assert_eq!(found(notes.id, id("abc")).await, Some(changed));
    assert_eq!(store.looks_taken_from(ADA).await.unwrap(), [there]);
    for _ in 0..2 {
        store.remove_taken_look(list.id, &id("abc")).await.unwrap();
    }
    assert_eq!(found(list.id, id("abc")).await, None);
    assert_eq!(found(notes.id, id("def")).await, Some(other));
}
