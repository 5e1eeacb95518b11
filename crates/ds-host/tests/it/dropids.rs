//! A DropID of one host, used by a client that this project's client code has no part in: the whole way over HTTP, and
//! what a client may not do.

use std::{
    collections::HashMap,
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use ds_auth::dropid::signing::{Expected, Jwks, verify};
use ds_core::{Clock as _, SystemClock};
use serde_json::Value;
use url::Url;

use crate::{
    host::{Answer, Host},
    remote_login::late::code_ends,
    visitor::{Page, Visitor},
};

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";
const ADA: &str = "ada@example.com";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A website that describes itself, as every client does.
struct Website {
    origin: String,
    asked: Arc<AtomicBool>,
    _thread: JoinHandle<()>,
}

impl Website {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let origin = format!("http://client.localhost:{port}");
        let asked = Arc::new(AtomicBool::new(false));
        let (own, was_asked) = (origin.clone(), Arc::clone(&asked));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap();
                let request = String::from_utf8_lossy(&request[..length]);
                assert!(request.starts_with("GET /.dropserver/client "), "{request}");
                assert!(!request.to_lowercase().contains("cookie"), "{request}");
                was_asked.store(true, Ordering::SeqCst);
                let body = format!(
                    r#"{{"client_id": "{own}/.dropserver/client", "client_name": "Client"}}"#
                );
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self {
            origin,
            asked,
            _thread: thread,
        }
    }

    fn id(&self) -> String {
        format!("{}/.dropserver/client", self.origin)
    }

    fn back(&self) -> String {
        format!("{}/.dropserver/callback", self.origin)
    }

    fn query(&self, change: &[(&str, &str)]) -> String {
        let (id, back) = (self.id(), self.back());
        let mut pairs = vec![
            ("client_id", id.as_str()),
            ("redirect_uri", &back),
            ("response_type", "code"),
            ("state", "s"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("scope", "openid profile"),
            ("nonce", "n"),
        ];
        for (name, value) in change {
            pairs.retain(|(own, _)| own != name);
            pairs.push((name, value));
        }
        form(&pairs)
    }

    /// Redeems a code from one server to another.
    fn redeem(&self, host: &Host, code: &str, change: &[(&str, &str)]) -> (u16, Value) {
        let (id, back) = (self.id(), self.back());
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", id.as_str()),
            ("redirect_uri", &back),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in change {
            pairs.retain(|(own, _)| own != name);
            pairs.push((name, value));
        }
        let text = send(host, "POST", "/dropid/authorize", &form(&pairs));
        let (status, body) = (status(&text), text.split_once("\r\n\r\n").unwrap().1);
        (status, serde_json::from_str(body).unwrap())
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish()
}

fn status(text: &str) -> u16 {
    text.split(' ').nth(1).unwrap().parse().unwrap()
}

fn site(host: &Host) -> &str {
    host.ready["site"].as_str().unwrap()
}

/// A request of a program: no cookie, no origin.
fn send(host: &Host, method: &str, path: &str, body: &str) -> String {
    let (_, authority) = site(host).split_once("://").unwrap();
    let mut stream = TcpStream::connect(host.ready["listen"].as_str().unwrap()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn json(host: &Host, path: &str) -> Value {
    let text = send(host, "GET", path, "");
    assert_eq!(status(&text), 200, "{text}");
    serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// A host with Ada, who has a DropID there.
fn host(dir: tempfile::TempDir) -> Host {
    let host = Host::start_in(dir);
    let create = format!("account create --email {ADA} --admin --password-stdin");
    assert_eq!(host.run_with(&create, PASSWORD).code, 0);
    host
}

fn directory(more: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let config = format!("[sandbox]\nwarm = 0\n{more}");
    fs::write(dir.path().join("dropserver.toml"), config).unwrap();
    dir
}

/// What the host calls Ada.
fn dropid(host: &Host) -> String {
    let (_, authority) = site(host).split_once("://").unwrap();
    format!("{authority}/ada")
}

fn yes(ada: &Visitor<'_>, query: &str, dropid: &str) -> Page {
    let form = [
        ("query", query),
        ("answer", "yes"),
        ("dropid", dropid),
        ("share", "yes"),
        ("home", "yes"),
    ];
    ada.post("/dropid/consent", &form)
}

fn code_in(page: &Page) -> HashMap<String, String> {
    assert_eq!(page.status, 303, "{page:?}");
    let to = Url::parse(page.location.as_deref().unwrap()).unwrap();
    to.query_pairs().into_owned().collect()
}

#[test]
fn a_website_learns_who_somebody_is() {
    let host = host(directory(""));
    let website = Website::start();
    let ada = Visitor::log_in(&host, ADA, PASSWORD);
    let id = dropid(&host);

    // Somebody says who they are: their page leads to the server.
    let made = ada.post(
        "/dropids",
        &[("handle", "ada"), ("name", "Ada"), ("public", "yes")],
    );
    assert_eq!(made.status, 303, "{made:?}");
    let page = send(&host, "GET", "/ada", "");
    let link = format!(
        "link: <{}/.well-known/oauth-authorization-server>; rel=\"indieauth-metadata\"",
        site(&host)
    );
    assert!(page.to_lowercase().contains(&link), "{page}");
    let metadata = json(&host, "/.well-known/oauth-authorization-server");
    assert_eq!(metadata["issuer"], format!("{}/", site(&host)));

    // The browser goes there, the person says yes.
    let query = website.query(&[("me", &format!("http://{id}"))]);
    let asked = ada.get(&format!("/dropid/authorize?{query}"));
    assert_eq!(asked.status, 200, "{asked:?}");
    assert!(asked.text.contains("“Client”") && website.asked.load(Ordering::SeqCst));
    let policy = format!("form-action 'self' {}", website.origin);
    assert!(asked.text.contains(&policy), "{asked:?}");
    let pairs = code_in(&yes(&ada, &query, &id));
    assert_eq!(
        (&pairs["state"], &pairs["iss"]),
        (&"s".to_owned(), &format!("{}/", site(&host)))
    );

    // Their server redeems the code and believes the signature.
    let (status, answer) = website.redeem(&host, &pairs["code"], &[]);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["me"], format!("http://{id}"));
    assert_eq!(answer["profile"]["name"], "Ada");
    let keys = json(&host, "/.well-known/jwks.json").to_string();
    let keys = Jwks::read(keys.as_bytes()).unwrap();
    let (issuer, audience) = (format!("{}/", site(&host)), website.id());
    let expected = Expected {
        issuer: &issuer,
        audience: &audience,
        nonce: "n",
        now: SystemClock.now(),
    };
    let token = answer["id_token"].as_str().unwrap();
    assert_eq!(verify(token, &keys, &expected).unwrap().sub, answer["me"]);
    let others = Expected {
        audience: "https://evil.example/",
        ..expected
    };
    assert!(verify(token, &keys, &others).is_err());

    let (status, again) = website.redeem(&host, &pairs["code"], &[]);
    assert_eq!(
        (status, &again["error"]),
        (400, &"invalid_grant".into()),
        "a code is good once"
    );
    assert!(ada.get("/dropids").text.contains("client.localhost"));
    assert!(ada.get("/").text.contains(&format!(
        "href=\"{}/.dropserver/enter?dropid=",
        website.origin
    )));

    let rotated: Answer = host.run("dropid rotate-keys --json");
    let key = rotated.done()["keys-replaced"].as_str().unwrap().to_owned();
    let now = json(&host, "/.well-known/jwks.json");
    assert_eq!(
        now["keys"].as_array().unwrap().len(),
        1,
        "the old ones go at once"
    );
    assert_eq!(now["keys"][0]["kid"], key);
    let now = Jwks::read(now.to_string().as_bytes()).unwrap();
    assert!(verify(token, &now, &expected).is_err());
}

#[test]
fn what_a_client_may_not_do() {
    let host = host(directory(""));
    let (website, evil) = (Website::start(), Website::start());
    let ada = Visitor::log_in(&host, ADA, PASSWORD);
    ada.post("/dropids", &[("handle", "ada"), ("public", "yes")]);
    let id = dropid(&host);
    let code = || code_in(&yes(&ada, &website.query(&[]), &id))["code"].clone();

    let back = evil.back();
    for change in [
        ("redirect_uri", back.as_str()),
        ("client_id", "http://10.0.0.1/"),
        ("client_id", "file:///etc/passwd"),
    ] {
        let query = website.query(&[change]);
        let shown = ada.get(&format!("/dropid/authorize?{query}"));
        assert_eq!((shown.status, &shown.location), (422, &None), "{change:?}");
        assert_eq!(yes(&ada, &query, &id).status, 422, "{change:?}");
    }
    let other = evil.id();
    for change in [
        ("redirect_uri", back.as_str()),
        ("client_id", other.as_str()),
        ("code_verifier", CHALLENGE),
    ] {
        let code = code();
        let (status, refused) = website.redeem(&host, &code, &[change]);
        assert_eq!(
            (status, &refused["error"]),
            (400, &"invalid_grant".into()),
            "{change:?}"
        );
        assert_eq!(
            website.redeem(&host, &code, &[]).0,
            400,
            "{change:?}: it is used up"
        );
    }
    let (status, refused) = evil.redeem(&host, &code(), &[]);
    assert_eq!(
        (status, &refused["error"]),
        (400, &"invalid_grant".into()),
        "stolen"
    );
    let (good, late) = (code(), code());
    assert_eq!(website.redeem(&host, &good, &[]).0, 200);

    // What was given out is recorded: a restart takes nothing from it, and gives nothing back.
    let port = site(&host).rsplit(':').next().unwrap().to_owned();
    let (_, dir) = host.stop();
    let host = Host::start_at(dir, &port);
    assert_eq!(website.redeem(&host, &late, &[]).0, 200);
    assert_eq!(website.redeem(&host, &late, &[]).0, 400);
    assert_eq!(website.redeem(&host, &good, &[]).0, 400);
}

#[test]
fn a_code_that_came_too_late() {
    let host = host(directory(""));
    let website = Website::start();
    let ada = Visitor::log_in(&host, ADA, PASSWORD);
    ada.post("/dropids", &[("handle", "ada")]);
    let pairs = code_in(&yes(&ada, &website.query(&[]), &dropid(&host)));
    code_ends(&host, &pairs["code"]);
    let (status, refused) = website.redeem(&host, &pairs["code"], &[]);
    assert_eq!((status, &refused["error"]), (400, &"invalid_grant".into()));
}

#[test]
fn a_domain_of_ones_own() {
    let more = "[site]\nhost = \"drop.localhost\"\n[appspaces]\ndomain = \"spaces.localhost\"\n\
        [dropids]\ndomains = [\"ada.localhost\"]\n";
    let host = host(directory(more));
    let ada = Visitor::log_in(&host, ADA, PASSWORD);
    let port = site(&host).rsplit(':').next().unwrap().to_owned();
    let domain = format!("ada.localhost:{port}");
    let made = ada.post(
        "/dropids",
        &[("handle", ""), ("domain", &domain), ("public", "yes")],
    );
    assert_eq!(made.status, 303, "{made:?}");
    let page = host.get("ada.localhost", "/");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains(&format!("http://{domain}/")), "{page}");
    assert!(
        page.to_lowercase().contains("rel=\"indieauth-metadata\""),
        "{page}"
    );
    for missing in ["/ada", "/login", "/apps", "/dropid/authorize"] {
        let page = host.get("ada.localhost", missing);
        assert!(page.starts_with("HTTP/1.1 404"), "{missing}: {page}");
    }
    assert!(
        host.get("drop.localhost", "/login")
            .starts_with("HTTP/1.1 200")
    );
}
