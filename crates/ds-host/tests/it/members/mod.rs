//! Members of an appspace, in the real program: how they come, what they may, and that everything ends when they go.

mod bars;
mod browser;
mod invited;
mod restored;

use browser::Browser;

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::Duration,
};

use crate::{
    host::Host,
    visitor::{Page, Visitor},
};

const PASSWORD: &str = "quietly-orbiting-pumpkin-42";
const PARTY: &str = "party.localhost";
/// Two by two red pixels.
const PNG: &[u8] =
    b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x02\x00\x00\
    \x00\x02\x08\x02\x00\x00\x00\xfd\xd4\x9a\x73\x00\x00\x00\x10\x49\x44\x41\x54\x78\x9c\x63\
    \xf8\xcf\xc0\x00\x44\x0c\x10\x0a\x00\x1f\xee\x03\xfd\x8b\x5f\x14\xd4\x00\x00\x00\x00\x49\
    \x45\x4e\x44\xae\x42\x60\x82";

/// Says who asks; streams events to listeners; takes what is sent, slowly.
const APP: &str = r#"
import { can, createApp, html, members } from "dropserver";
const app = createApp();
app.permission("listen", "Hear what happens");
app.get("/", members, async (ctx) => {
  const me = await ctx.member();
  return html(`me=${me.name} picture=${me.avatar} listens=${me.can("listen")} end`);
});
app.get("/events", can("listen"), () => {
  let timer;
  const body = new ReadableStream({
    start(to) { timer = setInterval(() => to.enqueue(new TextEncoder().encode("data: x\n\n")), 20); },
    cancel() { clearInterval(timer); },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
});
app.post("/up", members, async (ctx) => html("took " + (await ctx.request.arrayBuffer()).byteLength));
app.static("/pictures", members, "@avatars/");
export default app;
"#;

fn write_app(dir: &Path) {
    fs::create_dir(dir).unwrap();
    let manifest = r#"{"name": "party", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1,
        "roles": [{"key": "guest", "name": "Guest", "permissions": ["listen"]}]}"#;
    fs::write(dir.join("dropapp.json"), manifest).unwrap();
    fs::write(dir.join("app.ts"), APP).unwrap();
}

/// A host where Ada has the appspace, and Bob and Eve have accounts.
fn party() -> Host {
    party_in(Host::start())
}

fn party_in(host: Host) -> Host {
    for (email, admin) in [("ada", " --admin"), ("bob", ""), ("eve", "")] {
        let create = format!("account create --email {email}@example.com{admin} --password-stdin");
        assert_eq!(host.run_with(&create, &format!("{PASSWORD}\n")).code, 0);
    }
    let app = host.dir.path().join("party");
    write_app(&app);
    let install = format!("app install {} --owner ada@example.com", app.display());
    let installed = host.run(&install);
    assert_eq!(installed.code, 0, "{installed:?}");
    let made = host.run("appspace create --app party --address party --owner ada@example.com");
    assert_eq!(made.code, 0, "{made:?}");
    host
}

/// Reads a connection to its end, which must come.
fn ends(mut stream: TcpStream) -> String {
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("it goes on: {error}"),
    }
    String::from_utf8_lossy(&rest).into_owned()
}

fn done(host: &Host, line: &str) -> serde_json::Value {
    host.run(&format!("{line} --owner ada@example.com --json"))
        .done()
}

#[test]
fn from_an_invitation_to_the_end_of_a_membership() {
    let host = party();
    let made = done(&host, "appspace member invite party --role guest");
    let link = made["join-link"]["link"].as_str().unwrap();
    let path = &link[link.find("/.dropserver").unwrap()..];

    // Whoever has it is told what it is, says who they are, and is in.
    let mut bob = Browser::new(&host);
    let (_, page) = bob.open(PARTY, path);
    for part in [
        "You are invited",
        "<strong>ada</strong>",
        "Guest",
        "/.dropserver/enter?path=",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let enter = format!("/.dropserver/login?path={path}");
    let (at, page) = bob.open(PARTY, &enter);
    assert!(at.contains("/login?next="), "{at} {page:?}");
    let (at, page) = bob.log_in(&at, "bob@example.com");
    assert!(at.contains("/join?appspace="), "{at} {page:?}");
    assert!(page.text.contains("You are invited"), "{page:?}");
    let (site, _) = bob.site();
    let token = path.rsplit('/').next().unwrap();
    let fields = [
        ("appspace", PARTY),
        ("invitation", token),
        ("path", ""),
        ("name", "Bobby"),
    ];
    let (at, page) = bob.post(&site, "/join", &fields);
    assert_eq!(at, format!("{PARTY}/"));
    assert!(
        page.text.contains("me=Bobby picture= listens=true"),
        "{page:?}"
    );

    // It was for one.
    let mut eve = Browser::new(&host);
    let (_, page) = eve.open(PARTY, path);
    assert_eq!(page.status, 404, "{page:?}");

    // A permission that is taken away ends what needed it, and nothing else.
    let events = bob.listen();
    done(&host, "appspace member revoke party bob@example.com listen");
    ends(events);
    let refused = bob.send("GET", PARTY, "/events", "text/plain", b"");
    assert_eq!(refused.status, 403, "{refused:?}");
    let (_, page) = bob.open(PARTY, "/");
    assert!(page.text.contains("listens=false"), "{page:?}");
    done(&host, "appspace member grant party bob@example.com listen");

    // What somebody else is and may do touches nobody.
    let events = bob.listen();
    done(&host, "appspace member add party eve@example.com");
    done(&host, "appspace member remove party eve@example.com");
    let mut still = events.try_clone().unwrap();
    let mut some = [0; 64];
    assert!(still.read(&mut some).unwrap() > 0);

    // Removed: what is open ends, downwards and upwards, and nothing new begins.
    let (mut upload, _) = bob.begin("POST", "/up", "Content-Length: 1000000\r\n");
    upload.write_all(&[b'x'; 1000]).unwrap();
    let removed = done(&host, "appspace member remove party bob@example.com");
    assert_eq!(removed["member-removed"]["name"], "Bobby");
    ends(events);
    let answer = ends(upload);
    assert!(!answer.contains("took"), "{answer}");
    let refused = bob.send("POST", PARTY, "/up", "text/plain", b"x");
    assert_eq!(refused.status, 401, "{refused:?}");
    let page = bob.send("GET", PARTY, "/", "text/plain", b"");
    assert_eq!(page.status, 303, "{page:?}");
    let (at, page) = bob.open(PARTY, "/");
    assert!(at.contains("/appspacelogin"), "{at}");
    assert_eq!(page.status, 403, "{page:?}");
}

#[test]
fn asking_at_the_door_a_face_and_leaving() {
    let host = party();
    let ada = Visitor::log_in(&host, "ada@example.com", PASSWORD);
    let members = "/appspaces/party/members";
    let set = ada.post(
        &format!("{members}/joining"),
        &[("joining", "approval"), ("role", "guest")],
    );
    assert_eq!(set.status, 303, "{set:?}");

    let mut bob = Browser::new(&host);
    let (at, _) = bob.open(PARTY, "/");
    let (at, page) = bob.log_in(&at, "bob@example.com");
    assert!(at.contains("/join?appspace="), "{at} {page:?}");
    let (site, _) = bob.site();
    let fields = [("appspace", PARTY), ("name", "Bob <b>"), ("path", "/")];
    let (_, page) = bob.post(&site, "/join", &fields);
    assert!(page.text.contains("You asked to join"), "{page:?}");
    let (_, page) = bob.open(PARTY, "/");
    assert!(!page.text.contains("picture="), "{page:?}");

    let page = ada.get("/appspaces/party");
    assert!(page.text.contains("Somebody asks"), "{page:?}");
    let page = ada.get(members);
    assert!(page.text.contains("Bob &#60;b&#62;"), "{page:?}");
    let (_, rest) = page.text.split_once("name=\"accept\" value=\"").unwrap();
    let id = rest.split('"').next().unwrap();
    let accepted = ada.post(&format!("{members}/requests"), &[("accept", id)]);
    assert_eq!(accepted.status, 303, "{accepted:?}");
    let page = ada.get(members);
    assert!(page.text.contains("Guest"), "{page:?}");
    assert!(page.text.contains("bob@example.com"), "{page:?}");

    // Name and picture are theirs to change, and reach the app at once.
    let (_, page) = bob.open(PARTY, "/");
    assert!(page.text.contains("me=Bob <b> picture= "), "{page:?}");
    let me = "/.dropserver/me";
    let (_, page) = bob.post(PARTY, &format!("{me}/name"), &[("name", "Robert")]);
    assert!(page.text.contains("<h1>Robert</h1>"), "{page:?}");
    let media = "multipart/form-data; boundary=b";
    let form = |bytes: &[u8]| {
        let head =
            "--b\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"x.svg\"\r\n\r\n";
        [head.as_bytes(), bytes, b"\r\n--b--\r\n"].concat()
    };
    let upload = format!("{me}/picture");
    let refused = bob.send(
        "POST",
        PARTY,
        &upload,
        media,
        &form(b"<svg onload=alert(1)>"),
    );
    assert_eq!(refused.status, 422, "{refused:?}");
    let taken = bob.send("POST", PARTY, &upload, media, &form(PNG));
    assert_eq!(taken.status, 303, "{taken:?}");
    let (_, page) = bob.open(PARTY, "/");
    assert!(page.text.contains("me=Robert picture="), "{page:?}");
    let (_, rest) = page.text.split_once("picture=").unwrap();
    let picture = rest.split(' ').next().unwrap().to_owned();
    assert_eq!(picture.rsplit_once('.').unwrap().1, "jpg");
    let shown = bob.send(
        "GET",
        PARTY,
        &format!("/pictures/{picture}"),
        "text/plain",
        b"",
    );
    assert_eq!(shown.status, 200, "{shown:?}");
    assert!(
        shown
            .text
            .to_lowercase()
            .contains("content-type: image/jpeg"),
        "{shown:?}"
    );
    let own = bob.send("GET", PARTY, &upload, "text/plain", b"");
    assert_eq!(own.status, 200, "{own:?}");

    let page = ada.get(members);
    assert!(page.text.contains("/picture?v="), "{page:?}");

    let (_, page) = bob.post(PARTY, &format!("{me}/leave"), &[]);
    assert!(page.text.contains("logged out"), "{page:?}");
    let gone = bob.send("GET", PARTY, me, "text/plain", b"");
    assert_eq!(gone.status, 303, "{gone:?}");
    let list = done(&host, "appspace member list party");
    assert_eq!(list["members"].as_array().unwrap().len(), 1, "{list}");
}
