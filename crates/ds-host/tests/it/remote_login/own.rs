//! A DropID of the very host that the appspace is on.

use super::pair::{PASSWORD, Place, logs_in};

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
