//! Secrets that apps use without having them.

use std::sync::atomic::Ordering::Relaxed;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use ds_egress::Secret;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;

use crate::{
    sandbox::{Sandbox, Setup},
    server::{self, Answer, Https},
};

pub(crate) const NAME: &str = "api.example.com";
const VALUE: &str = "sk-0123456789";
pub(crate) const BEARER: &str = "Bearer {{secret:KEY}}";

pub(crate) fn secret(hosts: &[&str]) -> Secret {
    let hosts = hosts.iter().map(|host| host.parse().unwrap()).collect();
    Secret::new("KEY", VALUE, hosts).unwrap()
}

/// A server that says what it was sent: the header values in its body, and some of them in its own headers.
pub(crate) async fn mirror(request: Request<Incoming>) -> Answer {
    let headers = request.headers();
    let told: Vec<String> = ["host", "authorization", "x-own", "te"]
        .iter()
        .filter_map(|name| headers.get(*name))
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    let path = request.uri().to_string();
    let back = headers.get("authorization").cloned();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let body = [format!("{path} {} ", told.join(",")).as_bytes(), &body].concat();
    let mut response = Response::new(Full::new(Bytes::from(body)));
    if let Some(back) = back {
        response.headers_mut().insert("x-echo", back);
    }
    response
}

pub(crate) fn start(server: &Https, rules: &[&str], hosts: &[&str]) -> Sandbox {
    let mut setup = Setup::new(rules, server.address);
    setup.secrets = vec![secret(hosts)];
    setup.authorities = vec![server.pem.clone()];
    setup.start()
}

/// HTTP as an app speaks it.
pub(crate) async fn app(sandbox: &Sandbox, name: &str) -> http1::SendRequest<Full<Bytes>> {
    let stream = sandbox.connect(name, 443).await;
    let trusted = sandbox.trusted.as_deref().unwrap();
    let stream = server::trusting(trusted, name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

pub(crate) fn request(path: &str, authorization: &str) -> http::request::Builder {
    Request::post(path)
        .header("host", NAME)
        .header("authorization", authorization)
}

pub(crate) fn body(text: &str) -> Full<Bytes> {
    Full::new(Bytes::from(text.to_owned()))
}

async fn text(response: Response<Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_secret_is_put_into_headers_and_taken_out_of_answers() {
    let server = server::https(&[NAME], mirror).await;
    let sandbox = start(&server, &[NAME], &[NAME]);
    let mut app = app(&sandbox, NAME).await;
    for number in 0..3 {
        let path = format!("/{number}?q={{secret:KEY}}");
        let asked = request(&path, BEARER)
            .header("x-own", "{{secret:KEY}} {{secret:OTHER}}")
            .header("te", "trailers");
        let response = app
            .send_request(asked.body(body(BEARER)).unwrap())
            .await
            .unwrap();
        assert_eq!(response.headers()["x-echo"], BEARER);
        assert_eq!(
            text(response).await,
            // Not in paths and not in bodies. The mirror tells what arrived.
            format!("{path} {NAME},Bearer {VALUE},{VALUE} {{{{secret:OTHER}}}} {BEARER}")
        );
    }
    // One connection served all of it.
    assert_eq!(server.connections.load(Relaxed), 1);
    sandbox
        .logs("egress failed: api.example.com:443 (there is no secret OTHER for this host)")
        .await;
    assert!(!sandbox.log().concat().contains(VALUE));
    drop(app);
    let (received, sent) = sandbox.counts();
    assert_eq!((received, sent), (0, 0));
}

#[tokio::test]
async fn answers_without_a_body_keep_their_length() {
    let server = server::https(&[NAME], mirror).await;
    let sandbox = start(&server, &[NAME], &[NAME]);
    let mut app = app(&sandbox, NAME).await;
    for _ in 0..2 {
        app.ready().await.unwrap();
        let asked = request("/", BEARER).method("HEAD").body(body("")).unwrap();
        let response = app.send_request(asked).await.unwrap();
        let would_be = format!("/ {NAME},Bearer {VALUE} ").len().to_string();
        assert_eq!(response.headers()["content-length"], *would_be);
        assert_eq!(text(response).await, "");
    }
    assert_eq!(server.connections.load(Relaxed), 1);
}

#[tokio::test]
async fn a_name_and_password_are_looked_into() {
    let server = server::https(&[NAME], mirror).await;
    let sandbox = start(&server, &[NAME], &["*.example.com"]);
    let mut app = app(&sandbox, NAME).await;
    let written = format!("Basic {}", STANDARD.encode("{{secret:KEY}}:"));
    let asked = request("/", &written).body(body("")).unwrap();
    let response = app.send_request(asked).await.unwrap();
    assert_eq!(response.headers()["x-echo"], written);
    let came = STANDARD.encode(format!("{VALUE}:"));
    assert_eq!(text(response).await, format!("/ {NAME},Basic {came} "));
}

#[tokio::test]
async fn hosts_without_a_secret_are_not_looked_into() {
    let other = "www.example.com";
    let server = server::https(&[NAME, other], mirror).await;
    let sandbox = start(&server, &[NAME, other], &[NAME]);
    let stream = sandbox.connect(other, 443).await;
    // The app speaks with the host itself, whose certificate is not of the sandbox's authority.
    let pem = String::from_utf8(server.pem.clone()).unwrap();
    let stream = server::trusting(&pem, other, stream).await.unwrap();
    let (mut app, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let asked = request("/", BEARER).body(body("")).unwrap();
    let response = app.send_request(asked).await.unwrap();
    assert!(text(response).await.contains(BEARER));
}

#[tokio::test]
async fn a_host_may_hang_up_between_requests() {
    let server = server::https(&[NAME], |request| async {
        let mut answer = mirror(request).await;
        answer
            .headers_mut()
            .insert("connection", "close".parse().unwrap());
        answer
    })
    .await;
    let sandbox = start(&server, &[NAME], &[NAME]);
    let mut app = app(&sandbox, NAME).await;
    for number in 1..=3 {
        app.ready().await.unwrap();
        let asked = request("/", BEARER).body(body("")).unwrap();
        let response = app.send_request(asked).await.unwrap();
        assert!(text(response).await.contains(VALUE));
        assert_eq!(server.connections.load(Relaxed), number);
    }
}

#[tokio::test]
async fn large_bodies_pass_and_large_heads_do_not() {
    let server = server::https(&[NAME], mirror).await;
    let sandbox = start(&server, &[NAME], &[NAME]);
    let mut one = app(&sandbox, NAME).await;
    let large = "x".repeat(3 << 20);
    let asked = request("/", BEARER).body(body(&large)).unwrap();
    let response = one.send_request(asked).await.unwrap();
    assert!(text(response).await.ends_with(&large));
    let (received, sent) = sandbox.counts();
    assert!(received > 2 << 20 && sent > 2 << 20, "{received} {sent}");

    let asked = request("/", BEARER).header("x-own", "x".repeat(100 << 10));
    let answered = one.send_request(asked.body(body("")).unwrap()).await;
    assert!(answered.is_err() || !answered.unwrap().status().is_success());

    // What the secrets make large does not go on either.
    let mut setup = Setup::new(&[NAME], server.address);
    let hosts = vec![NAME.parse().unwrap()];
    setup.secrets = vec![Secret::new("KEY", &"k".repeat(4000), hosts).unwrap()];
    let sandbox = setup.start();
    let mut two = app(&sandbox, NAME).await;
    let asked = request("/", &BEARER.repeat(20)).body(body("")).unwrap();
    assert!(two.send_request(asked).await.is_err());
    sandbox
        .logs("refused: api.example.com:443 (its headers are longer than 65536")
        .await;
}
