//! A DropID of the very host that the appspace is on.

use super::{
    outside::Outside,
    pair::{PASSWORD, Place, agrees, logs_in},
};

#[test]
fn a_host_asks_itself() {
    let (a, notes) = Place::with_notes("a", "", None);
    let create = "account create --email bob@a.example --password-stdin";
    assert_eq!(a.host.run_with(create, PASSWORD).code, 0);
    let mut bob = a.person();
    bob.log_in(&a.site, "bob@a.example", PASSWORD);
    let form = [("handle", "bob"), ("name", "Bob"), ("public", "yes")];
    let made = bob.post(&a.site.join("/dropids").unwrap(), &form);
    assert_eq!(made.status, 303, "{made:?}");
    let domain = &a.site[url::Position::BeforeHost..url::Position::AfterPort];
    let dropid = format!("{domain}/bob");
    assert_eq!(logs_in(&mut bob, &notes, &dropid, &dropid).status, 403);
    a.done(&format!(
        "appspace member add notes {dropid} --owner ada@a.example"
    ));
    let arrived = logs_in(&mut bob, &notes, &dropid, &dropid);
    assert_eq!(
        (arrived.status, arrived.at.path()),
        (200, "/private"),
        "{arrived:?}"
    );

    // What is done to the account holds there at once.
    let (private, everywhere) = (
        notes.join("/private").unwrap(),
        a.site.join("/logout/everywhere").unwrap(),
    );
    assert_eq!(bob.get(&private).status, 200);
    assert_eq!(bob.post(&everywhere, &[]).status, 303);
    assert_eq!(bob.get(&private).status, 303, "logged out there, too");
    bob.log_in(&a.site, "bob@a.example", PASSWORD);
    assert_eq!(logs_in(&mut bob, &notes, &dropid, &dropid).status, 200);
    a.done("account block bob@a.example");
    assert_eq!(bob.get(&private).status, 303, "blocked there, too");
    a.done("account unblock bob@a.example");
    bob.log_in(&a.site, "bob@a.example", PASSWORD);
    assert_eq!(logs_in(&mut bob, &notes, &dropid, &dropid).status, 200);
    a.done("account remove bob@a.example --yes");
    assert_eq!(bob.get(&private).status, 303, "removed there, too");
}

/// Who has proved to be whom a blocked account belongs to becomes no member, and asks for nothing.
#[test]
fn a_blocked_account_does_not_join_by_its_dropid() {
    let (a, notes) = Place::with_notes("a", "", None);
    let (mut bob, dropid) = a.bob();
    let mut ada = a.person();
    ada.log_in(&a.site, "ada@a.example", PASSWORD);
    let rules = a.site.join("/appspaces/notes/members/joining").unwrap();
    let join = notes.join("/.dropserver/join").unwrap();
    let outside = Outside::of(&a, &notes);
    for joining in ["open", "approval"] {
        let changed = ada.post(&rules, &[("joining", joining)]);
        assert_eq!(changed.status, 303, "{changed:?}");
        let form = [("who", dropid.as_str()), ("path", "/.dropserver/join")];
        let sent = bob.post(&notes.join("/.dropserver/enter/dropid").unwrap(), &form);
        let asked = bob.get(&sent.to());
        let agreed = agrees(&mut bob, &asked, &dropid);
        let door = bob.follow(agreed);
        assert_eq!(door.status, 200, "{door:?}");
        a.done("account block bob@example.com");
        let refused = bob.post(&join, &[("name", "Bob")]);
        assert!(refused.text.contains("is blocked"), "{refused:?}");
        outside.refused(joining, &mut bob, &refused, 403);
        let all = ada.get(&a.site.join("/appspaces/notes/members").unwrap());
        assert!(!all.text.contains(&dropid), "nobody waits: {all:?}");
        a.done("account unblock bob@example.com");
        bob.log_in(&a.site, "bob@example.com", PASSWORD);
    }
}
