//! People: who may do what about them, what is refused, and who comes.

mod leaving;

use std::net::IpAddr;

use ds_auth::{Account, people::AuditAction};

use super::{
    fixture::{self, Fixture, PASSWORD},
    *,
};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const EVE: &str = "eve@example.com";
const FROM: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

/// A host that Ada runs; Bob has an account.
struct World {
    host: Fixture,
    ada: Account,
    bob: Account,
}

async fn of(host: Fixture) -> World {
    host.account(ADA, true).await;
    host.account(BOB, false).await;
    let ada = host.ops.account_meant(ADA).await.unwrap();
    let bob = host.ops.account_meant(BOB).await.unwrap();
    World { host, ada, bob }
}

impl World {
    /// What was done, first first, and by whom.
    async fn noted(&self) -> Vec<(AuditAction, String)> {
        let rows = self
            .host
            .ops
            .audit_log(&ds_auth::people::AuditFilter::default(), None, 100)
            .await
            .unwrap();
        let rows = rows.into_iter().rev();
        rows.map(|row| (row.entry.action, row.entry.who)).collect()
    }
}

fn token_of(link: &str) -> &str {
    link.rsplit_once('/').unwrap().1
}

fn kind_of<T>(result: Result<T, OpError>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[tokio::test]
async fn who_does_not_run_the_host_may_nothing() {
    let world = of(Fixture::new().await).await;
    let ops = &world.host.ops;
    let (ada, bob) = (world.ada.email.as_str(), world.bob.id);
    let before = world.noted().await;
    let rule = RegistrationRule::Anyone;
    let own = PASSWORD.to_owned();
    let refused = [
        kind_of(ops.people(bob, "", 0, 50).await),
        kind_of(ops.person(bob, ada).await),
        kind_of(ops.open_invitations(bob).await),
        kind_of(ops.invite(bob, None).await),
        kind_of(ops.withdraw_invitation(bob, "x").await),
        kind_of(ops.block_account(bob, ada, true).await),
        kind_of(ops.unblock_account(bob, ada).await),
        kind_of(ops.set_admin(bob, BOB, true).await),
        kind_of(ops.set_registration_rule(bob, rule).await),
        kind_of(ops.remove_account_as(&world.bob, own, FROM, ada).await),
        kind_of(ops.block_account(Actor::Somebody, ada, true).await),
        kind_of(ops.invite(Actor::Named(ADA.to_owned()), None).await),
        kind_of(ops.set_admin(AccountId::new(), BOB, true).await),
    ];
    assert_eq!(refused, [Some(ErrorKind::Forbidden); 13]);
    assert_eq!(world.noted().await, before);
    assert!(!ops.is_admin(bob).await.unwrap());
    assert!(ops.people(world.ada.id, "", 0, 50).await.is_ok());
}

#[tokio::test]
async fn what_nobody_can_do() {
    use ErrorKind::{Conflict, Forbidden, Invalid, NotFound};
    let world = of(Fixture::new().await).await;
    let (ops, by) = (&world.host.ops, world.ada.id);
    let line = Actor::CommandLine;
    let wrong = || "not this one".to_owned();
    let own = || PASSWORD.to_owned();
    let as_ada = async |password, which: &str| {
        let removed = ops.remove_account_as(&world.ada, password, FROM, which);
        kind_of(removed.await)
    };
    let check = |what: &str, result: Option<ErrorKind>, expect| {
        assert_eq!(result, Some(expect), "{what}");
    };
    let before = world.noted().await;
    check(
        "block oneself",
        kind_of(ops.block_account(by, ADA, false).await),
        Conflict,
    );
    check("remove oneself so", as_ada(own(), ADA).await, Conflict);
    check(
        "block the last",
        kind_of(ops.block_account(line.clone(), ADA, false).await),
        Conflict,
    );
    check(
        "demote the last",
        kind_of(ops.set_admin(by, ADA, false).await),
        Conflict,
    );
    check(
        "remove the last",
        kind_of(ops.remove_account(ADA).await),
        Conflict,
    );
    let deleted = ops.delete_own_account(&world.ada, own(), FROM).await;
    check("delete the last", kind_of(deleted), Conflict);
    for nobody in ["nobody@example.com", "", "x", &"0".repeat(32)] {
        check(
            "block",
            kind_of(ops.block_account(by, nobody, false).await),
            NotFound,
        );
        check(
            "unblock",
            kind_of(ops.unblock_account(by, nobody).await),
            NotFound,
        );
        check(
            "promote",
            kind_of(ops.set_admin(by, nobody, true).await),
            NotFound,
        );
        check(
            "remove",
            kind_of(ops.remove_account(nobody).await),
            NotFound,
        );
        check("remove as", as_ada(own(), nobody).await, NotFound);
    }
    check("wrong password", as_ada(wrong(), BOB).await, Forbidden);
    let deleted = ops.delete_own_account(&world.bob, wrong(), FROM).await;
    check("own, wrong password", kind_of(deleted), Forbidden);
    check(
        "invite nonsense",
        kind_of(ops.invite(by, Some("nonsense")).await),
        Invalid,
    );
    check(
        "invite again",
        kind_of(ops.invite(by, Some("BOB@example.com ")).await),
        Conflict,
    );
    let rule = ops
        .set_registration_rule(by, RegistrationRule::Proven)
        .await;
    check("prove without mail", kind_of(rule), Conflict);
    check(
        "register",
        kind_of(ops.register(EVE, own(), FROM).await),
        Forbidden,
    );
    check(
        "ask",
        kind_of(ops.ask_to_register(EVE, FROM).await),
        Forbidden,
    );
    let token = "A".repeat(43);
    for token in ["", "x", token.as_str()] {
        let accepted = ops.accept_invitation(token, EVE, own(), None).await;
        check("no invitation", kind_of(accepted), NotFound);
        check(
            "no link",
            kind_of(ops.look_at_registration(token).await),
            Forbidden,
        );
    }
    assert_eq!(world.noted().await, before, "what is refused is not noted");
    assert_eq!(ops.accounts().await.unwrap().len(), 2);
    assert!(ops.log_in(BOB, own(), FROM).await.is_ok());
}

#[tokio::test]
async fn an_invitation_is_handed_on() {
    let world = of(Fixture::new().await).await;
    let (ops, by) = (&world.host.ops, world.ada.id);
    let open = ops.invite(by, Some("  ")).await.unwrap();
    let fixed = ops.invite(by, Some(EVE)).await.unwrap();
    let (open, link) = (open.link.unwrap(), fixed.link.unwrap());
    assert!(open.starts_with("http://dropserver.localhost:3000/invited/"));
    let shown = ops.open_invitations(by).await.unwrap();
    assert_eq!(shown.len(), 2);
    assert!(shown.iter().all(|one| one.by == ADA));
    let looked = ops.look_at_invitation(token_of(&link)).await.unwrap();
    assert_eq!(looked.email.as_deref(), Some(EVE));
    let own = || PASSWORD.to_owned();

    // Who may register is asked again when somebody comes.
    let nobody = RegistrationRule::Nobody;
    ops.set_registration_rule(by, nobody).await.unwrap();
    let refused = ops
        .accept_invitation(token_of(&link), EVE, own(), None)
        .await;
    assert_eq!(kind_of(refused), Some(ErrorKind::Conflict));
    assert_eq!(
        kind_of(ops.invite(by, None).await),
        Some(ErrorKind::Conflict)
    );
    let invited = RegistrationRule::Invited;
    ops.set_registration_rule(by, invited).await.unwrap();

    let eve = ops
        .accept_invitation(token_of(&link), "mallory@example.com", own(), None)
        .await
        .unwrap();
    assert_eq!((eve.email.as_str(), eve.is_admin), (EVE, false));
    let again = ops
        .accept_invitation(token_of(&link), EVE, own(), None)
        .await;
    assert_eq!(kind_of(again), Some(ErrorKind::NotFound));
    let [left] = ops.open_invitations(by).await.unwrap().try_into().unwrap();
    ops.withdraw_invitation(by, left.invitation.token.as_str())
        .await
        .unwrap();
    let late = ops
        .accept_invitation(token_of(&open), "x@example.com", own(), None)
        .await;
    assert_eq!(kind_of(late), Some(ErrorKind::NotFound));
    let noted = world.noted().await;
    for expect in [
        (AuditAction::Invited, ADA),
        (AuditAction::AccountMade, EVE),
        (AuditAction::InvitationWithdrawn, ADA),
        (AuditAction::SettingChanged, ADA),
    ] {
        let found = noted
            .iter()
            .any(|(what, who)| (*what, who.as_str()) == expect);
        assert!(found, "{expect:?}: {noted:?}");
    }
}

#[tokio::test]
async fn letters_go_to_whom_they_are_for() {
    let world = of(Fixture::with_mail().await).await;
    let (ops, by) = (&world.host.ops, world.ada.id);
    let mail = world.host.dir.path().join("mail");
    let invited = ops.invite(by, Some(EVE)).await.unwrap();
    assert_eq!(invited.link, None);
    let letters = fixture::letters(&mail, 1).await;
    assert!(letters[0].contains(&format!("To: {EVE}")), "{}", letters[0]);
    let link = letters[0]
        .split_whitespace()
        .find(|word| word.contains("/invited/"));
    let token = token_of(link.unwrap()).to_owned();
    let eve = ops
        .accept_invitation(&token, "", PASSWORD.to_owned(), None)
        .await;
    assert_eq!(eve.unwrap().email, EVE);

    let rule = RegistrationRule::Proven;
    ops.set_registration_rule(by, rule).await.unwrap();
    let direct = ops
        .register("joe@example.com", PASSWORD.to_owned(), FROM)
        .await;
    assert_eq!(kind_of(direct), Some(ErrorKind::Forbidden));
    ops.ask_to_register(BOB, FROM).await.unwrap();
    ops.ask_to_register("joe@example.com", FROM).await.unwrap();
    let letters = fixture::letters(&mail, 3).await;
    let to = |email: &str| {
        let is_to = |text: &&String| text.contains(&format!("To: {email}"));
        letters.iter().find(is_to).unwrap()
    };
    assert!(to(BOB).contains("There is one already"), "{}", to(BOB));
    assert!(!to(BOB).contains("/register/"));
    let link = to("joe@example.com").split_whitespace();
    let link = link.into_iter().find(|word| word.contains("/register/"));
    let token = token_of(link.unwrap());
    assert_eq!(
        ops.look_at_registration(token).await.unwrap(),
        "joe@example.com"
    );
    let joe = ops
        .finish_registration(token, PASSWORD.to_owned())
        .await
        .unwrap();
    assert_eq!(
        (joe.email.as_str(), joe.is_admin),
        ("joe@example.com", false)
    );
    let again = ops.finish_registration(token, PASSWORD.to_owned()).await;
    assert_eq!(kind_of(again), Some(ErrorKind::NotFound));
}

#[tokio::test]
async fn refused_log_ins_are_noted_once() {
    let world = of(Fixture::new().await).await;
    let ops = &world.host.ops;
    for _ in 0..20 {
        ops.note_refused_log_in("Bob@Example.com\n");
    }
    let refused = async || {
        let noted = world
            .host
            .ops
            .audit_log(&ds_auth::people::AuditFilter::default(), None, 100)
            .await
            .unwrap();
        let noted = noted.into_iter().map(|row| row.entry);
        let refused = noted.filter(|entry| entry.action == AuditAction::LogInRefused);
        refused.map(|entry| entry.about).collect::<Vec<_>>()
    };
    while refused().await.is_empty() {
        tokio::task::yield_now().await;
    }
    ops.note(Actor::Host, Action::SettingChanged, "x").await;
    assert_eq!(refused().await, [BOB]);
}
