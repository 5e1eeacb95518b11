//! Who has no account comes, too.

use super::{Browser, Duration, Host, Instant, PARTY, done, fs, party_in};

/// The link in the letter that comes next, without what is before its path.
fn letter(host: &Host) -> String {
    let dir = host.dir.path().join("letters");
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let files = fs::read_dir(&dir).into_iter().flatten().flatten();
        let letters = files.filter(|file| file.path().extension().is_some_and(|end| end == "eml"));
        for file in letters {
            let text = fs::read_to_string(file.path()).unwrap();
            let text = text.replace("=\r\n", "").replace("=3D", "=");
            if let Some(at) = text.find("/.dropserver/enter/letter") {
                return text[at..].split_whitespace().next().unwrap().to_owned();
            }
        }
        assert!(Instant::now() < deadline, "no letter comes");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn somebody_without_an_account_comes_with_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let config = format!(
        "[mail]\nfrom = \"host@example.com\"\ntransport = \"file\"\ndir = \"{}\"\n",
        dir.path().join("letters").display()
    );
    fs::write(dir.path().join("dropserver.toml"), config).unwrap();
    let host = party_in(Host::start_in(dir));
    let made = done(&host, "appspace member invite party --uses 2");
    let link = made["join-link"]["link"].as_str().unwrap();
    let path = &link[link.find("/.dropserver").unwrap()..];

    let mut carol = Browser::new(&host);
    let asks = [("email", "Carol@example.net"), ("path", path)];
    let (_, page) = carol.post(PARTY, "/.dropserver/enter/mail", &asks);
    assert_eq!(page.status, 200, "{page:?}");
    let link = letter(&host);
    let (_, token) = link.split_once("token=").unwrap();
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
