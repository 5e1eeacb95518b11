//! Somebody of another host follows an invitation, becomes a member, and is removed.

use super::{
    outside::{is_let_in, members},
    pair::{Authority, Place, agrees, logs_in, says},
};

#[test]
fn from_an_invitation_to_the_removal() {
    let authority = Authority::new();
    let (a, notes) = Place::with_notes("a", "", Some(&authority));
    let b = Place::start("b", "", Some(&authority));
    let (mut bob, dropid) = b.bob();
    let before = members(&a);
    let invited = a.done("appspace member invite notes --role editor");
    let link = notes
        .join(invited["join-link"]["link"].as_str().unwrap())
        .unwrap();
    assert_eq!(link.origin(), notes.origin(), "{link}");

    // He opens the link, and is to say who he is before anything else.
    let page = bob.get(&link);
    assert!(
        page.status == 200 && page.text.contains("You are invited"),
        "{page:?}"
    );
    let unproved = bob.post(&link, &[("name", "Bob")]);
    assert_eq!(unproved.to().path(), "/.dropserver/enter");
    assert_eq!(members(&a), before);

    // His own host is asked; and he is back at the invitation, with the name he has there.
    let form = [("who", &*dropid), ("path", link.path())];
    let sent = bob.post(&notes.join("/.dropserver/enter/dropid").unwrap(), &form);
    let asked = bob.get(&sent.to());
    let agreed = agrees(&mut bob, &asked, &dropid);
    let page = bob.follow(agreed);
    assert_eq!(
        (page.status, page.at.path()),
        (200, link.path()),
        "{page:?}"
    );
    assert!(
        page.text.contains(&dropid) && page.text.contains("Bob of B"),
        "{page:?}"
    );
    assert_eq!(members(&a), before);
    let joined = bob.post(&link, &[("name", "Bob")]);
    assert!(joined.status == 303 && is_let_in(&joined), "{joined:?}");

    // A member now, with what the link allows.
    let edit = notes.join("/edit").unwrap();
    let page = bob.get(&edit);
    assert!(
        page.status == 200 && page.text.contains("for editors"),
        "{page:?}"
    );
    let now = members(&a);
    let is_bob = |one: &&serde_json::Value| one["name"] == "Bob";
    let listed = now.as_array().unwrap().iter().find(is_bob).unwrap();
    assert_eq!(listed["logins"][0], *dropid, "{listed}");
    assert_eq!(
        listed["permissions"],
        serde_json::json!(["edit"]),
        "{listed}"
    );

    // In another browser he logs in; the link has done its work.
    let mut other = a.person();
    assert_ne!(other.get(&link).status, 200);
    let arrived = logs_in(&mut bob, &notes, &dropid, &dropid);
    assert_eq!((arrived.status, arrived.at.path()), (200, "/private"));

    // Removed, with a login under way: all of it has ended.
    let sent = says(&mut bob, &notes, &dropid);
    let asked = bob.get(&sent.to());
    let answer = agrees(&mut bob, &asked, &dropid).to();
    a.done(&format!("appspace member remove notes {dropid}"));
    assert_eq!(bob.get(&edit).status, 303, "his session has ended");
    let page = bob.get(&answer);
    assert!(page.status == 403 && !is_let_in(&page), "{page:?}");
    let page = logs_in(&mut bob, &notes, &dropid, &dropid);
    assert!(page.status == 403 && !is_let_in(&page), "{page:?}");
    let page = bob.post(&link, &[("name", "Bob")]);
    assert!(page.status >= 400 && !is_let_in(&page), "{page:?}");
    assert_eq!(members(&a), before);
}
