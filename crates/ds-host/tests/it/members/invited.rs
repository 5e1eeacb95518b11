//! Who has no account comes, too.

use super::{Browser, Host, PARTY, done, fs, party_in};
use crate::mail::{self, INTO_FILES};

#[test]
fn somebody_without_an_account_comes_with_a_link() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("dropserver.toml"), INTO_FILES).unwrap();
    let host = party_in(Host::start_in(dir));
    let made = done(&host, "appspace member invite party --uses 2");
    let link = made["join-link"]["link"].as_str().unwrap();
    let path = &link[link.find("/.dropserver").unwrap()..];

    let mut carol = Browser::new(&host);
    let asks = [("email", "Carol@example.net"), ("path", path)];
    let (_, page) = carol.post(PARTY, "/.dropserver/enter/mail", &asks);
    assert_eq!(page.status, 200, "{page:?}");
    let letter = mail::only(host.dir.path());
    let (_, token) = letter
        .split_once("/.dropserver/enter/letter?token=")
        .unwrap();
    let token = token.split_whitespace().next().unwrap();
    let (at, page) = carol.post(PARTY, "/.dropserver/enter/letter", &[("token", token)]);
    assert_eq!(at, format!("{PARTY}{path}"), "{page:?}");
    assert!(page.text.contains("carol@example.net"), "{page:?}");
    assert!(
        page.text.contains("value=\"Carol\"") || page.text.contains("value=\"carol\""),
        "{page:?}"
    );
    let (_, page) = carol.post(PARTY, path, &[("name", "a\u{202e}b")]);
    assert_eq!(page.status, 422, "{page:?}");

    // The proof is this browser's alone.
    let (_, page) = Browser::new(&host).post(PARTY, path, &[("name", "Eve")]);
    assert!(page.text.contains("How do you want to log in?"), "{page:?}");

    let (at, page) = carol.post(PARTY, path, &[("name", "Carol")]);
    assert_eq!(at, format!("{PARTY}/"));
    assert!(
        page.text.contains("me=Carol picture= listens=false"),
        "{page:?}"
    );
    let list = done(&host, "appspace member list party");
    let logins = &list["members"][1]["logins"];
    assert_eq!(logins, &serde_json::json!(["carol@example.net"]), "{list}");
    // Once in, the link leads in.
    let (at, _) = carol.open(PARTY, path);
    assert_eq!(at, format!("{PARTY}/"));
    // And the owner adds somebody by mail alone, where the host sends any.
    done(&host, "appspace member add party dora@example.net");
}
