//! Somebody whose page is on a server of IndieAuth that knows nothing of Dropserver: no signature, no handles.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use ds_core::secret::Token;
use serde_json::json;
use url::Url;

use super::pair::{Place, says};

/// What was asked: the query of the browser that came with it.
type Asked = Arc<Mutex<Option<Url>>>;

/// A server at `http://me.localhost:<port>/`.
struct Server {
    at: Url,
    asked: Asked,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let at = Url::parse(&format!("http://me.localhost:{port}/")).unwrap();
        let (asked, origin) = (Asked::default(), at.clone());
        let theirs = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &origin, &theirs);
            }
        });
        Self { at, asked }
    }

    /// Its owner says yes to what a browser brought: where the browser goes.
    fn says_yes(&self, asked: Url) -> Url {
        let back = |name: &str| {
            let mut pairs = asked.query_pairs();
            pairs.find(|(own, _)| own == name).unwrap().1.into_owned()
        };
        let mut to = Url::parse(&back("redirect_uri")).unwrap();
        to.query_pairs_mut()
            .append_pair("code", "the-code")
            .append_pair("state", &back("state"))
            .append_pair("iss", self.at.as_str());
        *self.asked.lock().unwrap() = Some(asked);
        to
    }
}

fn answer(mut stream: TcpStream, at: &Url, asked: &Asked) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() <= 2 {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push(line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let path = head[0].split(' ').nth(1).unwrap();
    let (status, kind, text) = match path {
        "/about/me" => {
            let page = "<html><head><link rel=indieauth-metadata href=/meta></head></html>";
            ("200 OK", "text/html", page.to_owned())
        }
        "/meta" => ("200 OK", "application/json", metadata(at)),
        "/auth" => match redeemed(&body, at, asked) {
            Some(text) => ("200 OK", "application/json", text),
            None => ("400 Bad Request", "application/json", "{}".to_owned()),
        },
        _ => ("404 Not Found", "text/plain", String::new()),
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
}

fn metadata(at: &Url) -> String {
    json!({
        "issuer": at.as_str(),
        "authorization_endpoint": at.join("/auth").unwrap().as_str(),
        "code_challenge_methods_supported": ["S256"],
    })
    .to_string()
}

/// As the standard has it: client, address, code and verifier must be those of the question.
fn redeemed(body: &[u8], at: &Url, asked: &Asked) -> Option<String> {
    let asked = asked.lock().unwrap().take()?;
    let of = |name: &str| {
        Some(
            asked
                .query_pairs()
                .find(|(own, _)| own == name)?
                .1
                .into_owned(),
        )
    };
    let sent = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(body);
        Some(pairs.find(|(own, _)| own == name)?.1.into_owned())
    };
    let verifier = Token::presented(&sent("code_verifier")?);
    let is_good = sent("grant_type")? == "authorization_code"
        && sent("code")? == "the-code"
        && sent("client_id") == of("client_id")
        && sent("redirect_uri") == of("redirect_uri")
        && verifier.hash().as_str() == of("code_challenge")?
        && of("code_challenge_method")? == "S256";
    let me = at.join("/about/me").unwrap();
    let answer = json!({ "me": me.as_str(), "profile": { "name": "Me <b>", "photo": "ftp://x" } });
    is_good.then(|| answer.to_string())
}

#[test]
fn somebody_with_a_page_of_their_own_logs_in() {
    let (a, notes) = Place::with_notes("a", "", None);
    let server = Server::start();
    let me = server.at.join("/about/me").unwrap();
    a.done(&format!("appspace member add notes {me} --as Me"));
    let mut person = a.person();
    let sent = says(&mut person, &notes, me.as_str());
    let back = server.says_yes(sent.to());
    let page = person.get(&back);
    let arrived = person.follow(page);
    assert_eq!(
        (arrived.status, arrived.at.path()),
        (200, "/private"),
        "{arrived:?}"
    );
    // The code and the state have worked once.
    let again = person.get(&back);
    assert_eq!(again.status, 400, "{again:?}");
}
