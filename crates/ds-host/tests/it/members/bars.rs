//! Who may not come back.

use super::{PARTY, browser::Browser, done, party};

#[test]
fn who_may_not_come_back_is_turned_away_at_the_door() {
    let host = party();
    let (mut ada, mut bob) = (Browser::new(&host), Browser::new(&host));
    let (site, _) = ada.site();
    ada.log_in("", "ada@example.com");
    let all = "/appspaces/party/members";
    let open = [("joining", "open")];
    let (_, page) = ada.post(&site, &format!("{all}/joining"), &open);
    assert_eq!(page.status, 200, "{page:?}");

    bob.log_in("", "bob@example.com");
    let wish = [("appspace", PARTY), ("name", "Bob")];
    let joins = |bob: &mut Browser<'_>| bob.post(&site, "/join", &wish);
    let (at, page) = joins(&mut bob);
    assert!(at.starts_with(PARTY), "{at} {page:?}");
    assert!(page.text.contains("me=Bob"), "{page:?}");
    let listed = done(&host, "appspace member list party");
    let members = listed["members"].as_array().unwrap().iter();
    let id = members.clone().find(|one| one["name"] == "Bob").unwrap()["id"].clone();
    let one = format!("{all}/{}", id.as_str().unwrap());
    let (_, page) = ada.open(&site, &one);
    assert!(page.text.contains("They may not come back"), "{page:?}");
    let (_, page) = ada.post(&site, &format!("{one}/remove"), &[("bar", "yes")]);
    for part in ["May not come back", "bob@example.com", "Let them come back"] {
        assert!(page.text.contains(part), "{part}: {page:?}");
    }
    let (at, page) = joins(&mut bob);
    assert_eq!(
        (at.starts_with(PARTY), page.status),
        (false, 403),
        "{page:?}"
    );
    assert!(page.text.contains("does not take you"), "{page:?}");

    let bar = first_bar(&mut ada, &site, all);
    ada.post(&site, &format!("{all}/bars/lift"), &[("bar", &bar)]);
    let (at, page) = joins(&mut bob);
    assert!(
        at.starts_with(PARTY) && page.text.contains("me=Bob"),
        "{page:?}"
    );
}

/// The first of those who may not come back, as the list names them.
pub(super) fn first_bar(ada: &mut Browser<'_>, site: &str, all: &str) -> String {
    let (_, page) = ada.open(site, all);
    let (_, rest) = page.text.split_once("name=\"bar\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}
