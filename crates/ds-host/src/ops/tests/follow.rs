//! Members who follow a DropID of this host, and what is left of that when they are gone.

use ds_auth::dropid::FollowedStore as _;
use ds_core::{LoginKind, MemberLogin, ProxyId, TakenLook};

use super::{fixture::Fixture, with_diary};
use crate::ops::{Claims, OpError};

const BOB: &str = "ada.example:3000/bob";

/// Somebody who logs in to `diary` by that name and is told to be called so.
struct Follower {
    host: Fixture,
    ada: ds_core::AccountId,
    at: ds_core::Appspace,
    id: ProxyId,
}

impl Follower {
    async fn new() -> Self {
        let (host, ada) = with_diary().await;
        let bob = host.account("bob@example.com", false).await;
        let ops = &host.ops;
        let made = ops.new_dropid(bob, "ada.example:3000", "bob", "Bob", true);
        assert_eq!(made.await.unwrap().id.to_string(), BOB);
        let at = ops.appspace(ada, "diary").await.unwrap().appspace;
        let added = ops.add_member(ada, "diary", BOB, None).await;
        let id = added.unwrap().proxy_id;
        let bob = Self { host, ada, at, id };
        bob.is_told("Bob").await.unwrap();
        bob
    }

    async fn is_told(&self, name: &str) -> Result<bool, OpError> {
        let claims = Claims {
            name: Some(name.to_owned()),
            photo: None,
        };
        let login = MemberLogin {
            kind: LoginKind::DropId,
            name: BOB.to_owned(),
            signed_by: String::new(),
        };
        let ops = &self.host.ops;
        ops.follow_name(&self.at, &self.id, &login, &claims, false)
            .await
    }

    async fn name(&self) -> String {
        let ops = &self.host.ops;
        let found = ops.members(self.ada, "diary").await.unwrap();
        let own = found.into_iter().find(|one| one.proxy_id == self.id);
        own.unwrap().display_name
    }

    async fn look(&self) -> Option<TakenLook> {
        let looks = &self.host.ops.parts.membership.looks;
        looks.taken_look(self.at.id, &self.id).await.unwrap()
    }

    /// Whether the host knows that he is followed there.
    async fn is_known(&self) -> bool {
        let places = self.host.store.followed_at(BOB).await.unwrap();
        assert!(places.len() < 2);
        places == [self.at.id]
    }
}

#[tokio::test]
async fn what_is_chosen_here_stays() {
    let bob = Follower::new().await;
    assert_eq!(bob.name().await, "Bob");
    bob.is_told("Bobby").await.unwrap();
    assert_eq!(bob.name().await, "Bobby");
    assert_eq!(bob.look().await.unwrap().name, "Bobby");
    let ops = &bob.host.ops;
    ops.rename_self(&bob.at, &bob.id, "Robert").await.unwrap();
    for name in ["Rob", "Bobby"] {
        bob.is_told(name).await.unwrap();
        assert_eq!(bob.name().await, "Robert");
    }
}

#[tokio::test]
async fn whoever_leaves_is_followed_no_more() {
    let bob = Follower::new().await;
    assert!(bob.is_known().await && bob.look().await.is_some());
    bob.host.ops.leave(&bob.at, &bob.id).await.unwrap();
    assert!(!bob.is_known().await);
    assert_eq!(bob.look().await, None);

    let bob = Follower::new().await;
    let removed = bob.host.ops.remove_account("bob@example.com").await;
    removed.unwrap();
    assert!(!bob.is_known().await, "the account is gone");

    let bob = Follower::new().await;
    let changes = &bob.host.ops.parts.work.changes;
    changes.delete(bob.at.id).await.unwrap();
    assert!(bob.is_known().await, "it can come back from the trash");
    changes.remove_for_good(bob.at.id).await.unwrap();
    assert!(!bob.is_known().await, "the appspace is gone");
}

#[tokio::test]
async fn what_the_host_does_not_know_any_more_is_found_again() {
    let bob = Follower::new().await;
    bob.host.store.forget_followed(BOB).await.unwrap();
    // Nothing has changed.
    bob.is_told("Bob").await.unwrap();
    assert!(bob.is_known().await);
    // A place where nobody follows is forgotten when it is looked at.
    let ops = &bob.host.ops;
    let removed = ops.remove_member_login(bob.ada, "diary", bob.id.as_str(), "dropid", BOB);
    removed.await.unwrap();
    ops.show_everywhere(&BOB.parse().unwrap());
    for _ in 0..1_000 {
        if !bob.is_known().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("it is known still");
}
