//! An HTTP client for tests that behaves as a browser does with cookies and redirects, and sends every name
//! to one address: `notes.localhost` needs no resolver.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// The address that gave this answer, after redirects.
    pub url: String,
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value; empty if there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    }
}

/// A browser's memory: cookies by host.
#[derive(Clone, Debug)]
pub struct Client {
    server: SocketAddr,
    cookies: HashMap<String, BTreeMap<String, String>>,
    headers: Vec<(String, String)>,
}

impl Client {
    /// A client whose every request goes to `server`, whatever the name.
    #[must_use]
    pub fn new(server: SocketAddr) -> Self {
        Self {
            server,
            cookies: HashMap::new(),
            headers: Vec::new(),
        }
    }

    /// Sends this header with every request from now on.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The cookies that would be sent to a host.
    #[must_use]
    pub fn cookies(&self, host: &str) -> BTreeMap<String, String> {
        self.cookies.get(host).cloned().unwrap_or_default()
    }

    /// Gets a page, following redirects.
    ///
    /// # Panics
    /// If the server cannot be reached or answers nonsense, as all methods here: it is for tests.
    pub async fn get(&mut self, url: &str) -> Answer {
        let mut answer = self.send(Method::GET, url, &[], Bytes::new()).await;
        for _ in 0..10 {
            if !answer.status.is_redirection() {
                return answer;
            }
            let base = url::Url::parse(&answer.url).expect("an address");
            let next = base.join(&answer.header("location")).expect("a location");
            answer = self
                .send(Method::GET, next.as_str(), &[], Bytes::new())
                .await;
        }
        panic!("too many redirects from {url}, last to {}", answer.url);
    }

    /// Gets a page that may break off: `None` if it does.
    pub async fn try_get(&mut self, url: &str) -> Option<Answer> {
        let request = self.request(Method::GET, url, &[], Bytes::new());
        exchange(self.server, request, url).await.ok()
    }

    /// Posts a form from a page of the same origin; redirects are not followed.
    pub async fn post_form(&mut self, url: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ];
        self.send(Method::POST, url, &headers, body.into()).await
    }

    /// Sends one request and reads the whole answer.
    pub async fn send(
        &mut self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Answer {
        let request = self.request(method, url, headers, body);
        let answer = exchange(self.server, request, url)
            .await
            .expect("a whole answer");
        let uri: Uri = url.parse().expect("an address");
        self.remember(uri.host().expect("a host"), &answer.headers);
        answer
    }

    fn request(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Request<Full<Bytes>> {
        let uri: Uri = url.parse().expect("an address");
        let authority = uri.authority().expect("a host").clone();
        let path = uri.path_and_query().map_or("/", |it| it.as_str());
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, authority.as_str());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookies) = self.cookies.get(authority.host()) {
            let pairs: Vec<_> = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        request.body(Full::new(body)).expect("a request")
    }

    fn remember(&mut self, host: &str, headers: &HeaderMap) {
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("a readable cookie");
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("a cookie with a name");
            let jar = self.cookies.entry(host.to_owned()).or_default();
            if attributes.to_ascii_lowercase().contains("max-age=0") {
                jar.remove(name.trim());
            } else {
                jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}

async fn exchange(
    server: SocketAddr,
    request: Request<Full<Bytes>>,
    url: &str,
) -> hyper::Result<Answer> {
    let stream = TcpStream::connect(server)
        .await
        .expect("the server accepts connections");
    let (mut sender, running) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with this exchange, whole or not.
    let mut connection = JoinSet::new();
    connection.spawn(running);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body,
        url: url.to_owned(),
    })
}
