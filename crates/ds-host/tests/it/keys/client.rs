//! A client that keeps cookies by host, or shows a token.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use serde_json::Value;

use super::PASSWORD;
use crate::host::Host;

pub(super) const NOTES: &str = "notes.localhost";
const SITE: &str = "dropserver.localhost";

pub(super) struct Client<'h> {
    host: &'h Host,
    pub(super) bearer: Option<String>,
    /// Cookies by host and name, and how they were set.
    jar: BTreeMap<(String, String), (String, String)>,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        let found = all.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn json(&self) -> Value {
        let start = self.body.find('{').unwrap_or_else(|| panic!("{self:?}"));
        let end = self.body.rfind('}').unwrap();
        serde_json::from_str(&self.body[start..=end]).unwrap()
    }

    /// What the app says that it saw.
    pub(super) fn seen(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// The value of a hidden field of a form.
    pub(super) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self
            .body
            .find(&start)
            .unwrap_or_else(|| panic!("no {name}: {}", self.body));
        let rest = &self.body[at + start.len()..];
        rest[..rest.find('"').unwrap()]
            .replace("&#38;", "&")
            .replace("&amp;", "&")
    }
}

impl<'h> Client<'h> {
    pub(super) fn new(host: &'h Host) -> Self {
        Self {
            host,
            bearer: None,
            jar: BTreeMap::new(),
        }
    }

    /// Where the host listens: `http://notes.localhost:3000` is how it is known.
    pub(super) fn origin(&self, at: &str) -> String {
        let listen = self.host.ready["listen"].as_str().unwrap();
        format!("http://{at}:{}", listen.rsplit(':').next().unwrap())
    }

    /// As Ada, at the account site.
    pub(super) fn log_in(&mut self) {
        let fields = [("email", "ada@example.com"), ("password", PASSWORD.trim())];
        let answer = self.post(SITE, "/login", &fields);
        assert_eq!(answer.status, 303, "{answer:?}");
    }

    /// From there to the appspace.
    pub(super) fn enter(&mut self) {
        let (mut at, mut path) = (
            NOTES.to_owned(),
            "/.dropserver/login?path=/public".to_owned(),
        );
        for _ in 0..6 {
            let answer = self.get(&at, &path);
            if answer.status == 200 {
                return;
            }
            let to = url::Url::parse(&self.origin(&at)).unwrap();
            let to = to.join(answer.header("location").unwrap()).unwrap();
            to.host_str().unwrap().clone_into(&mut at);
            to[url::Position::BeforePath..].clone_into(&mut path);
        }
        panic!("not there: {at}{path}");
    }

    pub(super) fn cookie(&self, at: &str, name: &str) -> String {
        self.jar[&(at.to_owned(), name.to_owned())].0.clone()
    }

    /// How a cookie was set.
    pub(super) fn was_set(&self, at: &str, name: &str) -> &str {
        &self.jar[&(at.to_owned(), name.to_owned())].1
    }

    pub(super) fn get(&mut self, at: &str, path: &str) -> Answer {
        self.send("GET", at, path, &[], "")
    }

    /// A form, as a page of the same site sends it if there are cookies for that.
    pub(super) fn post(&mut self, at: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let origin = self.origin(at);
        let has_cookies = self.jar.keys().any(|(host, _)| host == at);
        let mut headers = vec![kind];
        if has_cookies {
            headers.push(("Origin", &origin));
        }
        self.send("POST", at, path, &headers, &form.finish())
    }

    pub(super) fn send(
        &mut self,
        method: &str,
        at: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n",
            &self.origin(at)[7..]
        );
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        let own = self.jar.iter().filter(|((host, _), _)| host == at);
        let cookies: Vec<_> = own
            .map(|((_, name), (value, _))| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            write!(request, "Cookie: {}\r\n", cookies.join("; ")).unwrap();
        }
        if let Some(token) = &self.bearer {
            write!(request, "Authorization: Bearer {token}\r\n").unwrap();
        }
        let length = body.len();
        write!(
            request,
            "Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let listen = self.host.ready["listen"].as_str().unwrap();
        let mut stream = TcpStream::connect(listen).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let headers: Vec<(String, String)> = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        self.keep(at, &headers);
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            headers,
            body: body.to_owned(),
        }
    }

    fn keep(&mut self, at: &str, headers: &[(String, String)]) {
        let set = headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        for (_, line) in set {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            let key = (at.to_owned(), name.to_owned());
            if value.is_empty() {
                self.jar.remove(&key);
            } else {
                self.jar.insert(key, (value.to_owned(), line.clone()));
            }
        }
    }
}
