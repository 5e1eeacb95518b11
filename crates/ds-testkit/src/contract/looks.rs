//! What members took over from their own hosts, and where DropIDs of this host are followed.

use ds_core::{AppspaceId, Member, MemberChanges, MemberLooks, MemberStore, TakenLook};

use super::{HostStore, add_appspace, assert_missing};
use crate::sample;

const ADA: &str = "b.example/ada";

/// [`MemberLooks`]. Any appspace id must be good.
pub async fn member_looks(store: &(impl MemberLooks + MemberChanges + MemberStore)) {
    let (here, there) = (AppspaceId::new(), AppspaceId::new());
    let before = sample::member("Ada");
    let id = &before.proxy_id;
    for appspace in [here, there] {
        store.add_member(appspace, &before, None).await.unwrap();
    }
    assert_eq!(store.taken_look(here, id).await.unwrap(), None);
    let after = Member {
        display_name: "Countess".into(),
        avatar: "countess.jpg".into(),
        ..before.clone()
    };
    let taken = TakenLook {
        who: ADA.into(),
        name: "Countess".into(),
        photo: "https://b.example/ada.jpg".into(),
        avatar: "countess.jpg".into(),
    };
    let member = async |at| store.member(at, id).await.unwrap();
    let look = async |at| store.taken_look(at, id).await.unwrap();
    assert!(store.wear(here, &before, &after, &taken).await.unwrap());
    assert_eq!(member(here).await.as_ref(), Some(&after));
    assert_eq!(look(here).await.as_ref(), Some(&taken));
    assert_eq!(
        (member(there).await, look(there).await),
        (Some(before.clone()), None)
    );

    // What was chosen meanwhile stays, and nothing is recorded.
    let other = TakenLook {
        name: "Lady".into(),
        ..taken.clone()
    };
    assert!(!store.wear(here, &before, &after, &other).await.unwrap());
    store.set_name(here, id, "Augusta").await.unwrap();
    assert!(!store.wear(here, &after, &before, &other).await.unwrap());
    store.set_name(here, id, "Countess").await.unwrap();
    store.set_avatar(here, id, "own.jpg").await.unwrap();
    assert!(!store.wear(here, &after, &before, &other).await.unwrap());
    assert_eq!(look(here).await.as_ref(), Some(&taken));
    assert_eq!(member(here).await.unwrap().avatar, "own.jpg");
    let now = member(here).await.unwrap();
    assert!(store.wear(here, &now, &now, &other).await.unwrap());
    assert_eq!(look(here).await, Some(other));

    // It goes with the member.
    store.remove_member(here, id).await.unwrap();
    assert_eq!(look(here).await, None);
    assert!(!store.wear(here, &now, &after, &taken).await.unwrap());
    store.add_member(here, &before, None).await.unwrap();
    assert_eq!(look(here).await, None);
}

/// [`FollowedStore`](ds_auth::dropid::FollowedStore).
pub async fn followed_store(store: &impl HostStore) {
    const BOB: &str = "b.example/bob";
    let (notes, list) = (
        add_appspace(store, "notes.example.com").await.id,
        add_appspace(store, "list.example.com").await.id,
    );
    let at = async |who| store.followed_at(who).await.unwrap();
    for (appspace, who) in [(notes, ADA), (list, ADA), (notes, ADA), (notes, BOB)] {
        store.add_followed(appspace, who).await.unwrap();
    }
    assert_missing(store.add_followed(AppspaceId::new(), ADA).await);
    let both = at(ADA).await;
    assert!(both.len() == 2 && both.contains(&notes) && both.contains(&list));
    assert!(at("b.example/ad").await.is_empty());
    for _ in 0..2 {
        store.remove_followed(notes, ADA).await.unwrap();
    }
    assert_eq!((at(ADA).await, at(BOB).await), (vec![list], vec![notes]));
    for _ in 0..2 {
        store.forget_followed(ADA).await.unwrap();
    }
    assert_eq!((at(ADA).await, at(BOB).await), (vec![], vec![notes]));
}
