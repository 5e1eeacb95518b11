//! Somebody with a browser, at any host of this computer: cookies are kept for each of them.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use url::{Position, Url};

const FORM: &str = "application/x-www-form-urlencoded";

/// What came back.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) at: Url,
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) text: String,
}

impl Page {
    /// Whether it sends elsewhere. Our own pages do so with 303 alone.
    fn sends(&self) -> bool {
        [302, 303].contains(&self.status)
    }

    /// Where it sends.
    pub(crate) fn to(&self) -> Url {
        assert!(self.sends(), "{self:?}");
        self.at.join(self.location.as_deref().unwrap()).unwrap()
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let at = format!("name=\"{name}\" value=\"");
        let (_, rest) = self
            .text
            .split_once(&at)
            .unwrap_or_else(|| panic!("{name}: {self:?}"));
        let value = rest.split('"').next().unwrap();
        value.replace("&#38;", "&").replace("&amp;", "&")
    }
}

#[derive(Clone, Default)]
pub(crate) struct Person {
    cookies: BTreeMap<String, BTreeMap<String, String>>,
    tls: Option<Arc<ClientConfig>>,
    /// Where on this computer the usual port of HTTPS is, if a host is known by that.
    usual: Option<u16>,
}

trait Both: Read + Write {}
impl<T: Read + Write> Both for T {}

impl Person {
    pub(crate) fn with_tls(tls: Option<Arc<ClientConfig>>, usual: Option<u16>) -> Self {
        Self {
            tls,
            usual,
            ..Self::default()
        }
    }

    pub(crate) fn get(&mut self, url: &Url) -> Page {
        self.send("GET", url, FORM, b"")
    }

    /// Sends a form of a page of the same site.
    pub(crate) fn post(&mut self, url: &Url, fields: &[(&str, &str)]) -> Page {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.send("POST", url, FORM, form.finish().as_bytes())
    }

    /// Sends a form with a file.
    pub(crate) fn upload(
        &mut self,
        url: &Url,
        field: (&str, &str),
        file: &str,
        bytes: &[u8],
    ) -> Page {
        let part = "content-disposition: form-data; name=";
        let (name, value) = field;
        let mut body = format!(
            "--x\r\n{part}\"{name}\"\r\n\r\n{value}\r\n--x\r\n{part}\"{file}\"; filename=\"f\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--x--\r\n");
        self.send("POST", url, "multipart/form-data; boundary=x", &body)
    }

    /// Goes where it is sent, until it is shown something.
    pub(crate) fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..10 {
            if !page.sends() {
                return page;
            }
            page = self.get(&page.to());
        }
        panic!("sent on and on: {page:?}");
    }

    /// Loses a cookie of a site, as when its time is over.
    pub(crate) fn loses(&mut self, site: &Url, cookie: &str) {
        let authority = &site[Position::BeforeHost..Position::AfterPort];
        if let Some(cookies) = self.cookies.get_mut(authority) {
            cookies.remove(cookie);
        }
    }

    /// Has another cookie at a site.
    pub(crate) fn keeps(&mut self, site: &Url, cookie: &str, value: &str) {
        let authority = &site[Position::BeforeHost..Position::AfterPort];
        let cookies = self.cookies.entry(authority.to_owned()).or_default();
        cookies.insert(cookie.to_owned(), value.to_owned());
    }

    /// Logs in at an account site.
    pub(crate) fn log_in(&mut self, site: &Url, email: &str, password: &str) {
        let form = [("email", email), ("password", password.trim_end())];
        let page = self.post(&site.join("/login").unwrap(), &form);
        assert_eq!(page.status, 303, "{page:?}");
    }

    fn send(&mut self, method: &str, url: &Url, kind: &str, body: &[u8]) -> Page {
        let authority = &url[Position::BeforeHost..Position::AfterPort];
        let cookies = self.cookies.entry(authority.to_owned()).or_default();
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let origin = url.origin().ascii_serialization();
        let request = format!(
            "{method} {} HTTP/1.1\r\nHost: {authority}\r\nAccept: text/html\r\nOrigin: {origin}\r\n\
             Sec-Fetch-Site: same-origin\r\nCookie: {}\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            &url[Position::BeforePath..Position::AfterQuery],
            pairs.join("; "),
            body.len()
        );
        let mut stream = connect(url, self.tls.as_ref(), self.usual);
        stream.write_all(request.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        if let Err(error) = stream.read_to_end(&mut answer) {
            // Some servers close TLS without a word.
            assert!(!answer.is_empty(), "{url}: {error}");
        }
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text
            .split(' ')
            .nth(1)
            .unwrap_or_else(|| panic!("{url}: {text:?}"));
        let page = Page {
            at: url.clone(),
            status: status.parse().unwrap(),
            location: header(&text, "location").next().map(str::to_owned),
            text: text.clone(),
        };
        for set in header(&text, "set-cookie") {
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            cookies.remove(name);
            if !value.is_empty() {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }
}

fn header<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    head.lines().filter_map(move |line| {
        let (own, value) = line.split_once(": ")?;
        own.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn connect(url: &Url, tls: Option<&Arc<ClientConfig>>, usual: Option<u16>) -> Box<dyn Both> {
    let port = url.port().or(usual).or(url.port_or_known_default());
    let port = port.unwrap();
    let host = url.host_str().unwrap();
    // As browsers do.
    let address = if host.ends_with(".localhost") {
        "127.0.0.1"
    } else {
        host
    };
    let stream = TcpStream::connect((address, port)).unwrap();
    if url.scheme() == "http" {
        return Box::new(stream);
    }
    let name = ServerName::try_from(url.host_str().unwrap().to_owned()).unwrap();
    let connection = ClientConnection::new(Arc::clone(tls.unwrap()), name).unwrap();
    Box::new(StreamOwned::new(connection, stream))
}
