//! A host of the tests' own with a certificate that is believed, which says of its people whatever a test wants.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
};

use ds_auth::dropid::signing::{Claims, KeyRing, SigningKey, sign};
use ds_core::{Clock as _, SystemClock, secret::Token};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use url::{Position, Url};

use super::{outside::done_now, pair::Authority};

/// What it answers, and how often somebody came with a code.
pub(crate) struct Lies {
    pub(crate) metadata: Value,
    pub(crate) answer: Value,
    pub(crate) redeemed: usize,
}

/// The host at `https://liar.localhost:<port>/`.
pub(crate) struct Liar {
    pub(crate) at: Url,
    /// What it signs with; at first, what it has published.
    pub(crate) key: SigningKey,
    lies: Arc<Mutex<Lies>>,
}

/// A key, and the document that publishes it.
pub(crate) fn new_key() -> (SigningKey, Value) {
    let ring = KeyRing::new(Arc::new(ds_testkit::Memory::new()), Arc::new(SystemClock));
    done_now(async {
        let key = ring.current().await.unwrap();
        (key, ring.published().await.unwrap().document())
    })
}

/// A parameter of an address.
pub(crate) fn parameter(url: &Url, name: &str) -> String {
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(own, _)| own == name);
    found.unwrap_or_else(|| panic!("{name}: {url}")).1.into()
}

/// The address that a browser comes back to with an answer to what it `asked`.
pub(crate) fn back(asked: &Url, code: &str, issuer: &str) -> Url {
    let mut to = Url::parse(&parameter(asked, "redirect_uri")).unwrap();
    to.query_pairs_mut()
        .append_pair("code", code)
        .append_pair("state", &parameter(asked, "state"))
        .append_pair("iss", issuer);
    to
}

impl Liar {
    pub(crate) fn start(authority: &Authority) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let at = Url::parse(&format!("https://liar.localhost:{port}/")).unwrap();
        let (key, keys) = new_key();
        let lies = Arc::new(Mutex::new(Lies {
            metadata: json!({
                "issuer": at.as_str(),
                "authorization_endpoint": at.join("/auth").unwrap(),
                "code_challenge_methods_supported": ["S256"],
                "jwks_uri": at.join("/keys").unwrap(),
                "id_token_signing_alg_values_supported": ["EdDSA"],
            }),
            answer: Value::Null,
            redeemed: 0,
        }));
        let (config, theirs) = (authority.server("liar.localhost"), Arc::clone(&lies));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Who hangs up is told nothing.
                let _ = serve(stream.unwrap(), &config, &theirs, &keys);
            }
        });
        Self { at, key, lies }
    }

    /// The DropID of somebody here.
    pub(crate) fn dropid(&self, handle: &str) -> String {
        format!("{}{handle}", &self.at[Position::BeforeHost..])
    }

    /// What it answers from now on.
    pub(crate) fn lies(&self) -> MutexGuard<'_, Lies> {
        self.lies.lock().unwrap()
    }

    /// Answers what a browser `asked` with "it is `me`", signed as it should be but for a twist. Where the browser goes.
    pub(crate) fn says(&self, asked: &Url, me: &str, twist: impl FnOnce(&mut Claims)) -> Url {
        let (client, nonce) = (parameter(asked, "client_id"), parameter(asked, "nonce"));
        let now = SystemClock.now();
        let mut claims = Claims::about(me, self.at.as_str(), &client, Some(&nonce), now);
        twist(&mut claims);
        self.lies().answer = json!({ "me": me, "id_token": sign(&claims, &self.key) });
        back(asked, Token::random().reveal(), self.at.as_str())
    }

    /// The same, without a signature.
    pub(crate) fn says_unsigned(&self, asked: &Url, me: &str) -> Url {
        self.lies().answer = json!({ "me": me });
        back(asked, Token::random().reveal(), self.at.as_str())
    }
}

fn serve(
    stream: TcpStream,
    config: &Arc<ServerConfig>,
    lies: &Mutex<Lies>,
    keys: &Value,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let mut reader = BufReader::new(&mut stream);
    let (mut asked, mut length) = (String::new(), 0);
    reader.read_line(&mut asked)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    let (kind, text) = {
        let mut lies = lies.lock().unwrap();
        match asked.split(' ').nth(1).unwrap_or_default() {
            "/meta" => ("application/json", lies.metadata.to_string()),
            "/keys" => ("application/json", keys.to_string()),
            "/auth" => {
                lies.redeemed += 1;
                ("application/json", lies.answer.to_string())
            }
            _ => (
                "text/html",
                "<link rel=indieauth-metadata href=/meta>".into(),
            ),
        }
    };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}
