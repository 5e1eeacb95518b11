//! Programs outside the browser: by a loopback redirect, and by a code that a member types.
mod device;
mod nonsense;
mod stolen;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
};

use ds_core::secret::Token;
use serde_json::Value;

use super::{
    client::{Answer, Client, NOTES},
    host,
};
use crate::host::Host;

const TOKEN: &str = "/.dropserver/oauth/token";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The page that a program opens in a browser.
pub(super) fn question(challenge: &str, redirect: &str, scope: &str) -> String {
    let challenge = if challenge.len() == 43 {
        challenge
    } else {
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("response_type", "code"),
        ("client_id", "Notes for the terminal"),
        ("redirect_uri", redirect),
        ("state", "s&1"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
        ("scope", scope),
    ]);
    format!("/.dropserver/oauth/authorize?{}", query.finish())
}

/// Sends the form of the page that asks.
fn decide(browser: &mut Client<'_>, page: &Answer, answer: &str, give: &[&str]) -> Answer {
    let names = [
        "response_type",
        "client_id",
        "redirect_uri",
        "state",
        "code_challenge",
        "code_challenge_method",
        "scope",
    ];
    let hidden: Vec<_> = names.map(|name| (name, page.hidden(name))).into();
    let mut fields: Vec<(&str, &str)> = hidden
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fields.extend(give.iter().map(|one| ("give", *one)));
    fields.push(("answer", answer));
    browser.post(NOTES, "/.dropserver/oauth/authorize", &fields)
}

/// The parameters with which the browser comes to the program, over a real connection.
fn arrives(listener: &TcpListener, location: &str) -> Vec<(String, String)> {
    let url = url::Url::parse(location).unwrap();
    let mut browser = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
    let path = &url[url::Position::BeforePath..];
    write!(browser, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
    let (stream, _) = listener.accept().unwrap();
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap();
    let (_, query) = path.split_once('?').unwrap();
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn ada(host: &Host) -> Client<'_> {
    let mut ada = Client::new(host);
    ada.log_in();
    ada.enter();
    ada
}

/// A program finds out by a refusal where it is let in: the issuer.
fn finds_out(program: &mut Client<'_>) -> String {
    let refused = program.get(NOTES, "/members");
    let challenge = refused.header("www-authenticate").unwrap().to_owned();
    let origin = program.origin(NOTES);
    let start = challenge
        .find(&format!("resource_metadata=\"{origin}"))
        .unwrap()
        + 19
        + origin.len();
    let path = challenge[start..].trim_end_matches('"');
    let resource = program.get(NOTES, path).json();
    assert_eq!(resource["resource"], origin.as_str());
    let issuer = resource["authorization_servers"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!(
        "{}/.well-known/oauth-authorization-server",
        &issuer[origin.len()..]
    );
    let server = program.get(NOTES, &path).json();
    assert_eq!(server["issuer"], issuer.as_str());
    assert_eq!(server["token_endpoint"], format!("{origin}{TOKEN}"));
    assert_eq!(
        server["code_challenge_methods_supported"],
        serde_json::json!(["S256"])
    );
    assert!(server["scopes_supported"].to_string().contains("edit"));
    // The same where the standards put it.
    for (standard, expect) in [
        ("/.well-known/oauth-protected-resource", &resource),
        (
            "/.well-known/oauth-authorization-server/.dropserver/oauth",
            &server,
        ),
    ] {
        assert_eq!(program.get(NOTES, standard).json(), *expect, "{standard}");
    }
    let of_the_app = program.get(NOTES, "/.well-known/oauth-authorization-server");
    assert_eq!(of_the_app.status, 404, "{}", of_the_app.body);
    issuer
}

/// The page on which Ada decides.
fn is_asked(ada: &mut Client<'_>, question: &str, redirect: &str) -> Answer {
    let page = ada.get(NOTES, question);
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(
        page.body.contains("Notes for the terminal")
            && page.body.contains("Write and change notes")
    );
    let policy = page.header("content-security-policy").unwrap();
    let listens = redirect.split("/done").next().unwrap();
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.ends_with(listens),
        "{policy}"
    );

    // What the member chooses is not for the program to say.
    let pushy = ada.get(NOTES, &format!("{question}&give=admin&answer=allow"));
    assert!(
        !pushy.body.contains("type=\"hidden\" name=\"give\""),
        "{}",
        pushy.body
    );
    assert!(
        !pushy.body.contains("type=\"hidden\" name=\"answer\""),
        "{}",
        pushy.body
    );
    page
}

#[test]
fn a_program_on_the_same_computer_is_let_in_and_out() {
    let host = host();
    let mut program = Client::new(&host);
    let issuer = finds_out(&mut program);
    // It listens, and opens a browser.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let redirect = format!(
        "http://127.0.0.1:{}/done?x=1",
        listener.local_addr().unwrap().port()
    );
    let verifier = Token::random();
    let question = question(verifier.hash().as_str(), &redirect, "edit admin");
    let nobody = Client::new(&host).get(NOTES, &question);
    assert_eq!(nobody.status, 303);
    let to = nobody.header("location").unwrap();
    assert!(to.starts_with("/.dropserver/login?path="), "{to}");
    let mut ada = ada(&host);
    let page = is_asked(&mut ada, &question, &redirect);

    // No is an answer, too.
    let no = decide(&mut ada, &page, "deny", &[]);
    let answer = arrives(&listener, no.header("location").unwrap());
    assert!(
        answer.contains(&("error".into(), "access_denied".into())),
        "{answer:?}"
    );

    let yes = decide(&mut ada, &page, "allow", &["edit"]);
    assert_eq!(
        (yes.status, yes.header("referrer-policy")),
        (303, Some("no-referrer")),
        "{}",
        yes.body
    );
    let answer = arrives(&listener, yes.header("location").unwrap());
    let get = |name: &str| {
        let found = answer.iter().find(|(other, _)| other == name);
        found
            .unwrap_or_else(|| panic!("{name}: {answer:?}"))
            .1
            .clone()
    };
    assert_eq!(
        (get("x"), get("state"), get("iss")),
        ("1".into(), "s&1".into(), issuer)
    );
    let (code, verifier) = (get("code"), verifier.reveal().to_owned());
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "Notes for the terminal"),
        ("redirect_uri", redirect.as_str()),
        ("code", code.as_str()),
        ("code_verifier", verifier.as_str()),
    ];
    let given = program.post(NOTES, TOKEN, &fields);
    assert_eq!(
        (given.status, given.header("cache-control")),
        (200, Some("no-store")),
        "{}",
        given.body
    );
    let given = given.json();
    assert_eq!(
        (&given["token_type"], &given["scope"]),
        (&"Bearer".into(), &"edit".into())
    );
    let token = given["access_token"].as_str().unwrap().to_owned();

    // It is Ada, with no more than she gave.
    program.bearer = Some(token.clone());
    let seen = program.get(NOTES, "/members").seen();
    assert_eq!(seen["id"], ada.get(NOTES, "/members").seen()["id"]);
    assert_eq!(
        (&seen["edits"], &seen["admins"], &seen["owns"]),
        (&true.into(), &false.into(), &false.into())
    );
    assert_eq!(program.post(NOTES, "/edit", &[]).status, 200);
    assert_eq!(program.post(NOTES, "/admin", &[]).status, 403);

    // It is in the log: once, though she had said no before.
    let log = host
        .run("account log --kind keys --find terminal --json")
        .done();
    let log = log["log"].as_array().unwrap();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["action"], "program-let-in");
    assert_eq!(log[0]["about"], "notes.localhost, Notes for the terminal");

    // She sees it, and ends it.
    let mine = ada.get(NOTES, "/.dropserver/clients");
    assert!(
        mine.body.contains("Notes for the terminal"),
        "{}",
        mine.body
    );
    let id = host.run("appspace key list notes --json").done()["keys"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let ended = ada.post(NOTES, "/.dropserver/clients", &[("client", &id)]);
    assert_eq!(ended.status, 303);
    assert_eq!(program.get(NOTES, "/members").status, 401);
    assert!(
        !ada.get(NOTES, "/.dropserver/clients")
            .body
            .contains("terminal")
    );
}
