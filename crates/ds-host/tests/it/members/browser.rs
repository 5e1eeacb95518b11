//! A browser that goes where it is sent.

use super::{BTreeMap, Duration, Host, PARTY, PASSWORD, Page, TcpStream};
use std::io::{Read as _, Write as _};

/// A browser without JavaScript: it keeps cookies and goes where it is sent.
pub(super) struct Browser<'h> {
    host: &'h Host,
    /// By host name and name.
    cookies: BTreeMap<(String, String), String>,
}

impl<'h> Browser<'h> {
    pub(super) fn new(host: &'h Host) -> Self {
        Self {
            host,
            cookies: BTreeMap::new(),
        }
    }

    /// The account site's name, with the port that all have.
    pub(super) fn site(&self) -> (String, String) {
        let site = self.host.ready["site"].as_str().unwrap();
        let (_, authority) = site.trim_end_matches('/').split_once("://").unwrap();
        let (name, port) = authority.rsplit_once(':').unwrap();
        (name.to_owned(), port.to_owned())
    }

    fn head(&self, method: &str, at: &str, path: &str) -> String {
        let (_, port) = self.site();
        let own = self.cookies.iter().filter(|((of, _), _)| of == at);
        let pairs: Vec<String> = own
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {at}:{port}\r\nOrigin: http://{at}:{port}\r\nAccept: text/html\r\n\
             Cookie: {}\r\n",
            pairs.join("; ")
        )
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.host.ready["listen"].as_str().unwrap()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    pub(super) fn send(
        &mut self,
        method: &str,
        at: &str,
        path: &str,
        media: &str,
        body: &[u8],
    ) -> Page {
        let head = format!(
            "{}Content-Type: {media}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.head(method, at, path),
            body.len()
        );
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut location = None;
        for line in text.lines().take_while(|line| !line.is_empty()) {
            match line.split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("set-cookie") => {
                    let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                    self.cookies
                        .insert((at.to_owned(), name.to_owned()), value.to_owned());
                }
                Some((name, value)) if name.eq_ignore_ascii_case("location") => {
                    location = Some(value.to_owned());
                }
                _ => {}
            }
        }
        Page {
            status: text.split(' ').nth(1).unwrap().parse().unwrap(),
            location,
            text,
        }
    }

    /// Opens a page, and goes on until it is not sent elsewhere; where it ended.
    pub(super) fn open(&mut self, at: &str, path: &str) -> (String, Page) {
        let page = self.send("GET", at, path, "text/plain", b"");
        self.follow(at.to_owned(), path.to_owned(), page)
    }

    pub(super) fn post(&mut self, at: &str, path: &str, fields: &[(&str, &str)]) -> (String, Page) {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let media = "application/x-www-form-urlencoded";
        let page = self.send("POST", at, path, media, form.finish().as_bytes());
        self.follow(at.to_owned(), path.to_owned(), page)
    }

    fn follow(&mut self, mut at: String, mut path: String, mut page: Page) -> (String, Page) {
        for _ in 0..10 {
            let Some(to) = page.location.clone() else {
                return (format!("{at}{path}"), page);
            };
            if let Some((_, rest)) = to.split_once("://") {
                let (authority, tail) = rest.split_once('/').unwrap_or((rest, ""));
                let name = authority.split(':').next().unwrap();
                name.clone_into(&mut at);
                path = format!("/{tail}");
            } else {
                path = to;
            }
            page = self.send("GET", &at, &path, "text/plain", b"");
        }
        panic!("it is sent around: {page:?}");
    }

    /// Logs in at the account site, where this browser was sent, and goes on.
    pub(super) fn log_in(&mut self, at: &str, email: &str) -> (String, Page) {
        let (_, query) = at.split_once('?').unwrap_or((at, ""));
        let next = url::form_urlencoded::parse(query.as_bytes());
        let next = next.into_iter().find(|(name, _)| name == "next");
        let next = next
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default();
        let (site, _) = self.site();
        let fields = [("email", email), ("password", PASSWORD), ("next", &next)];
        self.post(&site, "/login", &fields)
    }

    /// Begins a request, and gives its connection once there is something to read.
    pub(super) fn begin(&self, method: &str, path: &str, rest: &str) -> (TcpStream, String) {
        let mut stream = self.connect();
        let head = format!("{}{rest}\r\n", self.head(method, PARTY, path));
        stream.write_all(head.as_bytes()).unwrap();
        (stream, head)
    }

    /// Listens to events; once the first has come.
    pub(super) fn listen(&self) -> TcpStream {
        let (mut stream, _) = self.begin("GET", "/events", "");
        let mut seen = String::new();
        let mut some = [0; 1024];
        while !seen.contains("data: x") {
            let read = stream.read(&mut some).unwrap();
            assert!(read > 0, "{seen}");
            seen.push_str(&String::from_utf8_lossy(&some[..read]));
        }
        stream
    }
}
