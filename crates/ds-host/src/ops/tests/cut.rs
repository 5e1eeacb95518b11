//! What is cut off anywhere leaves nothing half done that nobody sees.

use std::{future::poll_fn, pin::pin, task::Poll};

use ds_auth::joining::Who;
use ds_core::{AccountId, Appspace, LoginKind, Member, MemberLogin};

use super::{fixture::Fixture, with_diary_in};
use crate::ops::{Comer, Joined, NewKey, Ops};

/// Runs something until it has had to wait so often; says whether it ended before.
async fn cut_after<T>(waits: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut waited) = (pin!(work), 0);
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if waited == waits => Poll::Ready(None),
        Poll::Pending => {
            waited += 1;
            Poll::Pending
        }
    })
    .await
}

struct World {
    host: Fixture,
    ada: AccountId,
}

impl World {
    async fn new(joining: &str) -> Self {
        let host = Fixture::new().await;
        let ada = with_diary_in(&host).await;
        let rules = host.ops.set_join_rules(ada, "diary", joining, &[]).await;
        rules.unwrap();
        Self { host, ada }
    }

    fn ops(&self) -> &Ops {
        &self.host.ops
    }

    async fn here(&self) -> Appspace {
        let found = self.ops().appspace(self.ada, "diary").await;
        found.unwrap().appspace
    }

    async fn comes(&self, comer: &Comer) -> Joined {
        let here = self.here().await;
        self.ops().join(&here, comer, None).await.unwrap()
    }

    async fn members(&self) -> Vec<Member> {
        self.ops().members(self.ada, "diary").await.unwrap()
    }

    /// Sessions are asked again until the store is not busy with what was cut off.
    async fn is_in(&self, member: &Member, session: &ds_core::secret::Token) -> bool {
        let here = self.here().await.id;
        let found = self.ops().parts.sessions.member(here, session).await;
        found
            .unwrap()
            .is_some_and(|one| one.proxy_id == member.proxy_id)
    }
}

fn bob(number: usize) -> Comer {
    let login = MemberLogin {
        kind: LoginKind::DropId,
        name: format!("b.example/bob{number}"),
        signed_by: String::new(),
    };
    Comer::of_login(login, &format!("Bob {number}"))
}

#[tokio::test]
async fn somebody_who_asks_to_join_waits_until_they_are_in() {
    let world = World::new("approval").await;
    for waits in 0.. {
        let comer = bob(waits);
        assert!(matches!(world.comes(&comer).await, Joined::Waiting));
        let asked = world.ops().join_requests(world.ada, "diary").await.unwrap();
        let id = asked[0].request.id.clone();
        let accept = world.ops().accept_join_request(world.ada, "diary", &id);
        let ended = cut_after(waits, accept).await;
        // What was cut off may still be written: this waits for it.
        let rules = world
            .ops()
            .set_join_rules(world.ada, "diary", "approval", &[]);
        rules.await.unwrap();
        let left = world.ops().join_requests(world.ada, "diary").await.unwrap();
        let name = format!("Bob {waits}");
        let is_in = world
            .members()
            .await
            .iter()
            .any(|one| one.display_name == name);
        if let Some(done) = ended {
            done.unwrap();
            assert!(is_in && left.is_empty());
            return;
        }
        assert!(is_in || !left.is_empty(), "lost after {waits} waits");
        if let [one] = left.as_slice() {
            let again = world
                .ops()
                .accept_join_request(world.ada, "diary", &one.request.id);
            assert_eq!(again.await.unwrap().display_name, name);
        }
    }
}

#[tokio::test]
async fn who_has_lost_a_way_to_log_in_is_not_in_by_it() {
    let world = World::new("open").await;
    let here = world.here().await;
    for waits in 0.. {
        let comer = bob(waits);
        let Joined::Member(member) = world.comes(&comer).await else {
            panic!("it is open")
        };
        let Who::Login(login) = &comer.who else {
            panic!("it is a DropID")
        };
        let sessions = &world.ops().parts.sessions;
        let session = sessions.start_member(here.id, member.proxy_id.clone(), None);
        let session = session.await.unwrap();
        assert!(world.is_in(&member, &session).await);
        let id = member.proxy_id.as_str();
        let remove = world.ops().remove_member_login(
            world.ada,
            "diary",
            id,
            login.kind.as_str(),
            &login.name,
        );
        let ended = cut_after(waits, remove).await;
        let logins = world
            .ops()
            .logins_of(&here, &member.proxy_id)
            .await
            .unwrap();
        if logins.is_empty() {
            sessions.forget_appspace(here.id);
            assert!(!world.is_in(&member, &session).await, "after {waits} waits");
        }
        if let Some(done) = ended {
            return done.unwrap();
        }
    }
}

#[tokio::test]
async fn a_link_that_is_removed_is_listed_as_long_as_somebody_is_in_by_it() {
    let world = World::new("closed").await;
    let here = world.here().await;
    for waits in 0.. {
        let new = NewKey {
            name: format!("Link {waits}"),
            is_link: true,
            ..NewKey::default()
        };
        let (link, _) = world.ops().add_key(world.ada, "diary", new).await.unwrap();
        let member = link.member.clone().unwrap();
        let sessions = &world.ops().parts.sessions;
        let session = sessions.start_member(here.id, member.proxy_id.clone(), None);
        let session = session.await.unwrap();
        let id = link.token.id.to_string();
        let ended = cut_after(waits, world.ops().remove_key(world.ada, "diary", &id)).await;
        let listed = world.ops().list_keys(world.ada, "diary").await.unwrap();
        if listed.iter().all(|one| one.token.id != link.token.id) {
            sessions.forget_appspace(here.id);
            assert!(!world.is_in(&member, &session).await, "after {waits} waits");
        }
        if let Some(done) = ended {
            done.unwrap();
            return;
        }
    }
}
