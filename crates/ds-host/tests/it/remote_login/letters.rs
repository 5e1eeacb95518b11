//! A letter with a link.

use url::Url;

use super::pair::Place;
use crate::mail::{self, INTO_FILES};

#[test]
fn a_member_logs_in_by_mail() {
    let (a, notes) = Place::with_notes("a", INTO_FILES, None);
    a.done("appspace member add notes eve@example.com --as Eve");
    let (mut eve, mut other) = (a.person(), a.person());
    let form = [("email", "Eve@Example.com"), ("path", "/private")];
    let asked = eve.post(&notes.join("/.dropserver/enter/mail").unwrap(), &form);
    assert_eq!(asked.status, 200, "{asked:?}");
    let text = mail::only(a.host.dir.path());
    assert!(text.contains("To: eve@example.com\r\n"), "{text}");
    let at = text
        .find(notes.as_str())
        .unwrap_or_else(|| panic!("{text}"));
    let link = Url::parse(text[at..].split_whitespace().next().unwrap()).unwrap();
    assert_eq!(other.get(&link).status, 403);
    let page = eve.get(&link);
    assert_eq!(page.status, 200, "{page:?}");
    let token = page.field("token");
    let to = link.join("/.dropserver/enter/letter").unwrap();
    assert_eq!(other.post(&to, &[("token", &token)]).status, 403);
    let sent = eve.post(&to, &[("token", &token)]);
    let arrived = eve.follow(sent);
    assert_eq!(
        (arrived.status, arrived.at.path()),
        (200, "/private"),
        "{arrived:?}"
    );
    assert_eq!(eve.get(&link).status, 404, "it works once");
}
