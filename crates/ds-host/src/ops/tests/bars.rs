//! Who may not come back does not, whatever they change.

use std::collections::BTreeSet;

use ds_auth::joining::Who;
use ds_core::{
    AccountId, AppspaceDir, AppspaceId, LoginKind, Member, MemberLogin, MemberLogins as _,
    MemberStore as _, ProxyId,
};
use ds_lifecycle::{Barred as _, Inside};
use ds_store::AppspaceDbs;

use super::{fixture::Fixture, kind, with_diary_in};
use crate::ops::{Comer, ErrorKind, Joined, KeptOut, Ops};

fn login(kind: LoginKind, name: &str) -> MemberLogin {
    MemberLogin {
        kind,
        name: name.into(),
        signed_by: String::new(),
    }
}

fn by_mail(email: &str) -> Comer {
    Comer::of_login(login(LoginKind::Email, email), "Bob")
}

fn by_dropid(id: &str) -> Comer {
    Comer::of_login(login(LoginKind::DropId, id), "Bob")
}

/// A host where Ada has an appspace that is open to all, and Bob was barred from it, who has an account.
struct World {
    host: Fixture,
    ada: AccountId,
    bob: AccountId,
    old_dropid: String,
}

impl World {
    async fn new(joined_by: impl AsyncFnOnce(&str) -> Comer) -> Self {
        let host = Fixture::with_mail().await;
        let ada = with_diary_in(&host).await;
        let bob = host.account("bob@example.com", false).await;
        let rules = host.ops.set_join_rules(ada, "diary", "open", &[]).await;
        rules.unwrap();
        let mut world = Self {
            host,
            ada,
            bob,
            old_dropid: String::new(),
        };
        world.old_dropid = world.dropid("bob").await;
        let comer = joined_by(&world.old_dropid).await;
        let comer = match comer.who {
            Who::Account(_) => Comer::of_account(bob, "Bob"),
            Who::Login(_) => comer,
        };
        let member = world.join(&comer).await.unwrap();
        let barred = world
            .ops()
            .remove_member_for_good(ada, "diary", member.as_str());
        barred.await.unwrap();
        world
    }

    fn ops(&self) -> &Ops {
        &self.host.ops
    }

    async fn here(&self) -> AppspaceId {
        let found = self.ops().appspace(self.ada, "diary").await;
        found.unwrap().appspace.id
    }

    async fn dropid(&self, handle: &str) -> String {
        let domain = self.ops().dropids().domains.all().next().unwrap();
        let made = self
            .ops()
            .new_dropid(self.bob, &domain, handle, "Bob", true);
        made.await.unwrap().id.to_string()
    }

    async fn join(&self, comer: &Comer) -> Result<ProxyId, ErrorKind> {
        let here = self
            .ops()
            .appspace(self.ada, "diary")
            .await
            .unwrap()
            .appspace;
        match self.ops().join(&here, comer, None).await {
            Ok(Joined::Member(member)) => Ok(member.proxy_id),
            Ok(Joined::Waiting) => panic!("it is open"),
            Err(error) => Err(error.kind()),
        }
    }

    async fn check(&self, comers: &[Comer], may: bool) {
        for comer in comers {
            let joined = self.join(comer).await;
            if may {
                let member = joined.unwrap_or_else(|error| panic!("{:?}: {error:?}", comer.who));
                let removed = self.ops().remove_member(self.ada, "diary", member.as_str());
                removed.await.unwrap();
            } else {
                assert_eq!(joined, Err(ErrorKind::Forbidden), "{:?}", comer.who);
            }
        }
    }

    async fn listed(&self) -> Vec<String> {
        let bars = self.ops().join_bars(self.ada, "diary").await.unwrap();
        bars.into_iter().map(|one| one.who).collect()
    }
}

#[tokio::test]
async fn another_address_and_another_dropid_are_the_same_person() {
    let ways: [(&str, &[&str]); 3] = [
        ("account", &["bob@example.com"]),
        ("dropid", &[]),
        ("letter", &["bob@example.com"]),
    ];
    for (way, shown) in ways {
        let world = World::new(async |dropid: &str| match way {
            "account" => Comer::of_account(AccountId::new(), "Bob"),
            "dropid" => by_dropid(dropid),
            _ => by_mail("bob@example.com"),
        })
        .await;
        let (ops, ada) = (world.ops(), world.ada);
        let moved = ops.set_address(ada, "bob@example.com", "robert@example.com");
        moved.await.unwrap();
        // Somebody new who has the address that was his.
        let taker = world.host.account("bob@example.com", false).await;
        let comers = [
            Comer::of_account(world.bob, "Bob"),
            by_mail("robert@example.com"),
            by_mail("bob@example.com"),
            by_dropid(&world.old_dropid),
            by_dropid(&world.dropid("robert").await),
            Comer::of_account(taker, "Bob"),
        ];
        world.check(&comers, false).await;
        let expect = match shown {
            [] => vec![world.old_dropid.clone()],
            shown => vec![shown.join(", ")],
        };
        assert_eq!(world.listed().await, expect, "{way}: once, as it was shown");
        let bars = ops.join_bars(ada, "diary").await.unwrap();
        ops.lift_join_bar(ada, "diary", &bars[0].bar.id)
            .await
            .unwrap();
        world.check(&comers, true).await;
    }
}

#[tokio::test]
async fn an_address_that_was_given_up_before_is_known_too() {
    let eve = async |_: &str| by_dropid("b.example/eve");
    let world = World::new(eve).await;
    let (ops, ada) = (world.ops(), world.ada);
    let moved = ops.set_address(ada, "bob@example.com", "robert@example.com");
    moved.await.unwrap();
    let bars_bob = async || {
        let own = Comer::of_account(world.bob, "Bob");
        let member = world.join(&own).await.unwrap();
        let barred = ops.remove_member_for_good(ada, "diary", member.as_str());
        barred.await.unwrap();
    };
    world.check(&[by_mail("bob@example.com")], true).await;
    bars_bob().await;
    world.check(&[by_mail("bob@example.com")], false).await;
    // But of somebody who has it by now it says nothing.
    for one in ops.join_bars(ada, "diary").await.unwrap() {
        let lifted = ops.lift_join_bar(ada, "diary", &one.bar.id);
        lifted.await.unwrap();
    }
    let taker = world.host.account("bob@example.com", false).await;
    bars_bob().await;
    let comers = [by_mail("bob@example.com"), Comer::of_account(taker, "Bob")];
    world.check(&comers, true).await;
}

#[tokio::test]
async fn whom_the_owner_adds_in_any_way_may_come_in_all() {
    for way in ["robert@example.com", "bob@example.com", "dropid"] {
        let world = World::new(async |_: &str| Comer::of_account(AccountId::new(), "Bob")).await;
        let (ops, ada) = (world.ops(), world.ada);
        let moved = ops.set_address(ada, "bob@example.com", "robert@example.com");
        moved.await.unwrap();
        let who = if way == "dropid" {
            &world.old_dropid
        } else {
            way
        };
        let added = ops.add_member(ada, "diary", who, None).await.unwrap();
        assert_eq!(world.listed().await, [""; 0], "{way}");
        let gone = ops.remove_member(ada, "diary", added.proxy_id.as_str());
        gone.await.unwrap();
        let comers = [
            Comer::of_account(world.bob, "Bob"),
            by_mail("robert@example.com"),
            by_mail("bob@example.com"),
            by_dropid(&world.old_dropid),
        ];
        world.check(&comers, true).await;
    }
}

#[tokio::test]
async fn who_is_a_member_still_is_not_let_in() {
    let world = World::new(async |_: &str| Comer::of_account(AccountId::new(), "Bob")).await;
    let ops = world.ops();
    let here = ops.appspace(world.ada, "diary").await.unwrap().appspace;
    // As data of before has him.
    let bob = member("Bob", false);
    let members = &ops.parts.members;
    members
        .add_member(here.id, &bob, Some(world.bob))
        .await
        .unwrap();
    let owner = ops.find_member(&here, "ada@example.com").await.unwrap();
    assert!(ops.is_kept_out(&here, &bob.proxy_id).await.unwrap());
    assert!(!ops.is_kept_out(&here, &owner.proxy_id).await.unwrap());
    // The owner says that he may: he is a member already, and not kept out.
    let added = ops
        .add_member(world.ada, "diary", "bob@example.com", None)
        .await;
    assert_eq!(kind(added), ErrorKind::Conflict);
    assert!(!ops.is_kept_out(&here, &bob.proxy_id).await.unwrap());
}

/// Somebody else takes an address that was a barred person's.
#[tokio::test]
async fn who_takes_a_barred_address_is_somebody_else() {
    let world = World::new(async |_: &str| Comer::of_account(AccountId::new(), "Bob")).await;
    let (ops, ada) = (world.ops(), world.ada);
    let carol = world.host.account("carol@example.com", false).await;
    let own = Comer::of_account(carol, "Carol");
    let member = world.join(&own).await.unwrap();
    for (from, to) in [
        ("bob@example.com", "robert@example.com"),
        ("carol@example.com", "bob@example.com"),
    ] {
        ops.set_address(ada, from, to).await.unwrap();
    }
    let here = ops.appspace(ada, "diary").await.unwrap().appspace;
    assert!(!ops.is_kept_out(&here, &member).await.unwrap());
    let keeps = KeptOut::new(&world.host.store);
    let inside = Inside::new(world.host.inside());
    keeps.take_out(here.id, here.id, &inside).await.unwrap();
    assert!(
        ops.parts
            .members
            .member(here.id, &member)
            .await
            .unwrap()
            .is_some()
    );
    // The owner says that the address is welcome, and Bob stays out.
    let again = ops.add_member(ada, "diary", "bob@example.com", None).await;
    assert_eq!(kind(again), ErrorKind::Conflict, "she is a member");
    assert_eq!(world.join(&own).await.unwrap(), member);
    let bob = Comer::of_account(world.bob, "Bob");
    world
        .check(&[bob, by_mail("robert@example.com")], false)
        .await;
}

#[tokio::test]
async fn somebody_who_is_a_member_twice_goes_twice() {
    let eve = async |_: &str| by_dropid("b.example/eve");
    let world = World::new(eve).await;
    let (ops, ada) = (world.ops(), world.ada);
    let first = world
        .join(&Comer::of_account(world.bob, "Bob"))
        .await
        .unwrap();
    let second = world.join(&by_dropid(&world.old_dropid)).await.unwrap();
    assert_ne!(first, second);
    let barred = ops.remove_member_for_good(ada, "diary", first.as_str());
    barred.await.unwrap();
    let left = ops.members(ada, "diary").await.unwrap();
    assert_eq!(left.len(), 1, "the owner: {left:?}");
}

#[tokio::test]
async fn an_address_that_was_given_up_is_free_for_its_new_holder() {
    let world = World::new(async |_: &str| by_dropid("b.example/eve")).await;
    let (ops, ada) = (world.ops(), world.ada);
    let old = world
        .join(&Comer::of_account(world.bob, "Bob"))
        .await
        .unwrap();
    let add = async |way| ops.add_member_login(ada, "diary", old.as_str(), way).await;
    add("bob@example.com").await.unwrap_or_default();
    let here = world.here().await;
    let logins = &ops.parts.membership.logins;
    let by_letter = login(LoginKind::Email, "bob@example.com");
    let _ = logins.add_login(here, &old, &by_letter).await;
    let moved = ops.set_address(ada, "bob@example.com", "robert@example.com");
    moved.await.unwrap();
    assert_eq!(kind(add("bob@example.com").await), ErrorKind::Conflict);
    // Also when his account is gone.
    ops.remove_account("robert@example.com").await.unwrap();
    let known = &ops.parts.membership.known;
    let found = known.member_with(&**logins, here, LoginKind::Email, "bob@example.com");
    assert!(found.await.unwrap().is_none(), "it opens nothing of his");
    let new = world.join(&by_mail("bob@example.com")).await.unwrap();
    assert_ne!(new, old);
}

fn member(name: &str, is_owner: bool) -> Member {
    Member {
        proxy_id: ProxyId::random(),
        display_name: name.into(),
        avatar: String::new(),
        permissions: BTreeSet::new(),
        is_owner,
    }
}

#[tokio::test]
async fn data_of_before_has_none_of_them() {
    let world = World::new(async |_: &str| Comer::of_account(AccountId::new(), "Bob")).await;
    let here = world.here().await;
    let moved = world
        .ops()
        .set_address(world.ada, "bob@example.com", "robert@example.com");
    moved.await.unwrap();
    let new_dropid = world.dropid("robert").await;
    let dir = tempfile::tempdir().unwrap();
    let data = AppspaceDir::new(dir.path().join("copy"));
    std::fs::create_dir_all(data.data()).unwrap();
    let dbs = std::sync::Arc::new(AppspaceDbs::fixed(data));
    let inside = Inside::new(dbs.clone());
    let id = AppspaceId::new();
    let add = async |name: &str, way: MemberLogin| {
        let member = member(name, false);
        dbs.add_member_with(id, &member, &way).await.unwrap();
    };
    // What an owner has too is no reason to be rid of the owner.
    let ada = member("Ada", true);
    dbs.add_member(id, &ada, Some(world.ada)).await.unwrap();
    let more = login(LoginKind::Email, "bob@example.com");
    dbs.add_login(id, &ada.proxy_id, &more).await.unwrap();
    dbs.add_member(id, &member("Bob", false), Some(world.bob))
        .await
        .unwrap();
    add("Old DropID", login(LoginKind::DropId, &world.old_dropid)).await;
    add("New DropID", login(LoginKind::DropId, &new_dropid)).await;
    add("New letter", login(LoginKind::Email, "robert@example.com")).await;
    add("Eve", login(LoginKind::DropId, "b.example/eve")).await;
    add("Dora", login(LoginKind::Email, "dora@example.com")).await;
    dbs.add_member(id, &member("A key", false), None)
        .await
        .unwrap();
    let names = async || {
        let all = dbs.members(id).await.unwrap();
        all.into_iter()
            .map(|one| one.display_name)
            .collect::<Vec<_>>()
    };
    let keeps = KeptOut::new(&world.host.store);
    keeps
        .take_out(AppspaceId::new(), id, &inside)
        .await
        .unwrap();
    assert_eq!(names().await.len(), 8, "of another appspace");
    keeps.take_out(here, id, &inside).await.unwrap();
    assert_eq!(names().await, ["Ada", "A key", "Dora", "Eve"]);
}

#[tokio::test]
async fn an_address_that_nobody_proved_is_given_nothing() {
    let host = Fixture::with_mail().await;
    let ada = with_diary_in(&host).await;
    let ops = &host.ops;
    let anyone = ds_auth::people::RegistrationRule::Anyone;
    ops.set_registration_rule(ada, anyone).await.unwrap();
    let here = ops.appspace(ada, "diary").await.unwrap().appspace;
    // Eve says that Bob's address is hers.
    let wanted = "bob@example.com";
    let eve = ops.register(wanted, "correct horse".into(), None);
    let eve = eve.await.unwrap();
    assert!(!eve.email_proven);
    let member = member("Eve", false);
    let members = &ops.parts.members;
    members
        .add_member(here.id, &member, Some(eve.id))
        .await
        .unwrap();
    let id = member.proxy_id.as_str();

    let all = ["edit".to_owned()];
    let granted = ops.grant(ada, "diary", wanted, "edit").await;
    let error = granted.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert!(error.to_string().contains("proved"), "{error}");
    let set = ops.set_member_permissions(ada, "diary", wanted, &all);
    assert_eq!(kind(set.await), ErrorKind::Conflict);
    let login = ops.add_member_login(ada, "diary", wanted, "b.example/bob");
    assert_eq!(kind(login.await), ErrorKind::Conflict);
    let now = ops.member_summary(ada, "diary", wanted).await.unwrap();
    assert_eq!(now.member, member, "shown, and nothing was given");
    assert!(now.logins.is_empty());

    ops.grant(ada, "diary", id, "edit").await.unwrap();
    ops.revoke(ada, "diary", wanted, "edit").await.unwrap();
    ops.remove_member(ada, "diary", wanted).await.unwrap();
}
