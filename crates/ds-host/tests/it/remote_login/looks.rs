//! A member's name and picture, as an app sees them: changed here, or at the member's own host.

use std::time::{Duration, Instant};

use url::Url;

use super::{
    pair::{Place, agrees, says},
    person::{Page, Person},
    picnic::{APP, MANIFEST},
};
use crate::browser::things;

/// How long "everywhere" may take.
const A_MINUTE: Duration = Duration::from_mins(1);

/// Logs in, up to the answer that has the session in it.
fn comes(person: &mut Person, notes: &Url, dropid: &str) -> Page {
    let sent = says(person, notes, dropid);
    let asked = person.get(&sent.to());
    let agreed = agrees(person, &asked, dropid);
    let back = person.get(&agreed.to());
    assert_eq!(back.status, 303, "{back:?}");
    back
}

/// Looks at the app again and again until it is so.
fn app_shows(person: &mut Person, notes: &Url, what: &str, is_so: impl Fn(&str) -> bool) -> Page {
    let until = Instant::now() + A_MINUTE;
    loop {
        let page = person.get(notes);
        assert_eq!(page.status, 200, "{page:?}");
        if is_so(&page.text) {
            return page;
        }
        assert!(Instant::now() < until, "{what}: {page:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The picture that the app shows of the only member who has one; empty if none has.
fn picture(page: &str) -> String {
    let found = page.split_once("src=\"/avatars/");
    let name = found.and_then(|(_, rest)| rest.split('"').next());
    name.unwrap_or_default().to_owned()
}

fn calls(person: &mut Person, site: &Url, dropid: &str, name: &str) {
    let form = [("dropid", dropid), ("name", name), ("public", "yes")];
    let changed = person.post(&site.join("/dropids/change").unwrap(), &form);
    assert_eq!(changed.status, 303, "{changed:?}");
}

fn paints(person: &mut Person, site: &Url, dropid: &str, pixels: u32) {
    let at = site.join("/dropids/picture").unwrap();
    let put = person.upload(&at, ("dropid", dropid), "picture", &things::picture(pixels));
    assert_eq!(put.status, 303, "{put:?}");
}

#[test]
fn a_dropid_of_this_host() {
    let (a, notes) = Place::with_app("a", "", None, MANIFEST, APP);
    let (mut bob, dropid) = a.bob();
    paints(&mut bob, &a.site, &dropid, 40);
    a.done(&format!(
        "appspace member add notes {dropid} --owner ada@a.example"
    ));
    comes(&mut bob, &notes, &dropid);
    let is_bob = |page: &str| page.contains("Hello, Bob of B") && !picture(page).is_empty();
    let first = app_shows(&mut bob, &notes, "how he looks at first", is_bob);
    let first = picture(&first.text);

    // He changes both where he has them, and does nothing here.
    calls(&mut bob, &a.site, &dropid, "Bobby");
    paints(&mut bob, &a.site, &dropid, 80);
    let both = |page: &str| page.contains("Hello, Bobby") && picture(page) != first;
    let page = app_shows(&mut bob, &notes, "what he changed", both);
    let at = notes
        .join(&format!("/avatars/{}", picture(&page.text)))
        .unwrap();
    assert_eq!(bob.get(&at).status, 200);
    // The old one is gone.
    let old = notes.join(&format!("/avatars/{first}")).unwrap();
    assert_eq!(bob.get(&old).status, 404);

    // What he chooses for this appspace stays, whatever he is called elsewhere.
    let form = [("name", "Robert")];
    let me = notes.join("/.dropserver/me/name").unwrap();
    assert_eq!(bob.post(&me, &form).status, 303);
    let is = |name: &'static str| move |page: &str| page.contains(name);
    app_shows(&mut bob, &notes, "his own name", is("Hello, Robert"));
    calls(&mut bob, &a.site, &dropid, "Rob");
    paints(&mut bob, &a.site, &dropid, 60);
    let before = picture(&page.text);
    let new = |page: &str| picture(page) != before;
    let page = app_shows(&mut bob, &notes, "the picture follows still", new);
    assert!(page.text.contains("Hello, Robert"), "{page:?}");

    // Until he wants to look the same again.
    let take = notes.join("/.dropserver/me/dropid").unwrap();
    assert_eq!(bob.post(&take, &[]).status, 303);
    app_shows(&mut bob, &notes, "taken over", is("Hello, Rob<"));
    calls(&mut bob, &a.site, &dropid, "Bob");
    app_shows(&mut bob, &notes, "followed again", is("Hello, Bob<"));
}

/// Takes a snapshot; its id.
fn snapshot(place: &Place) -> String {
    place.done("backup create notes");
    let all = place.done("backup list notes")["backups"].take();
    all[0]["id"].as_str().unwrap().to_owned()
}

/// What is restored follows as it did then, and what was chosen then stays chosen.
#[test]
fn a_restored_state() {
    let snapshots = "[snapshots]\nenabled = true\nevery = \"off\"\n";
    let (a, notes) = Place::with_app("a", snapshots, None, MANIFEST, APP);
    let (mut bob, dropid) = a.bob();
    paints(&mut bob, &a.site, &dropid, 40);
    a.done(&format!(
        "appspace member add notes {dropid} --owner ada@a.example"
    ));
    let is = |name: &'static str| move |page: &str| page.contains(name);
    comes(&mut bob, &notes, &dropid);
    let both = |page: &str| page.contains("Hello, Bob of B") && !picture(page).is_empty();
    app_shows(&mut bob, &notes, "how he looks at first", both);
    let followed = snapshot(&a);
    calls(&mut bob, &a.site, &dropid, "Bobby");
    paints(&mut bob, &a.site, &dropid, 60);
    app_shows(&mut bob, &notes, "what he changed", is("Hello, Bobby"));

    let me = notes.join("/.dropserver/me/name").unwrap();
    assert_eq!(bob.post(&me, &[("name", "Robert")]).status, 303);
    app_shows(&mut bob, &notes, "his own name", is("Hello, Robert"));
    let chosen = snapshot(&a);
    let take = notes.join("/.dropserver/me/dropid").unwrap();
    assert_eq!(bob.post(&take, &[]).status, 303);
    app_shows(&mut bob, &notes, "taken over", is("Hello, Bobby"));

    let restore = |id: &str| a.done(&format!("backup restore notes {id}"));
    // He had chosen: his name stays, and the picture follows on.
    restore(&chosen);
    let then = app_shows(&mut bob, &notes, "chosen again", is("Hello, Robert"));
    calls(&mut bob, &a.site, &dropid, "Rob");
    paints(&mut bob, &a.site, &dropid, 80);
    let new = |page: &str| picture(page) != picture(&then.text);
    let page = app_shows(&mut bob, &notes, "the picture follows", new);
    assert!(page.text.contains("Hello, Robert"), "{page:?}");

    // He followed: he does again.
    restore(&followed);
    let then = app_shows(&mut bob, &notes, "as it was", both);
    calls(&mut bob, &a.site, &dropid, "Bert");
    paints(&mut bob, &a.site, &dropid, 100);
    let new = |page: &str| page.contains("Hello, Bert") && picture(page) != picture(&then.text);
    app_shows(&mut bob, &notes, "followed again", new);
}

#[test]
fn a_dropid_of_another_host() {
    let (a, notes) = Place::with_app("a", "", None, MANIFEST, APP);
    let b = Place::start("b", "", None);
    let (mut bob, dropid) = b.bob();
    a.done(&format!("appspace member add notes {dropid}"));
    let called = |name: &'static str| {
        let until = Instant::now() + A_MINUTE;
        loop {
            let all = a.done("appspace member list notes")["members"].take();
            if all
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["name"] == name)
            {
                return;
            }
            assert!(Instant::now() < until, "{name}: {all}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    comes(&mut bob, &notes, &dropid);
    called("Bob of B");

    // He is there, and his host is asked meanwhile: nobody waits for that.
    calls(&mut bob, &b.site, &dropid, "Bobby");
    paints(&mut bob, &b.site, &dropid, 40);
    let both = |page: &str| page.contains("Hello, Bobby") && !picture(page).is_empty();
    app_shows(&mut bob, &notes, "while he is there", both);

    // When he logs in, it is told.
    calls(&mut bob, &b.site, &dropid, "Rob");
    comes(&mut bob, &notes, &dropid);
    let is_rob = |page: &str| page.contains("Hello, Rob<");
    app_shows(&mut bob, &notes, "after logging in", is_rob);
}
