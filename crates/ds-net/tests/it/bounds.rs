//! Size, time, redirects and addresses.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ds_net::{AddressFilter, Client, Config, GetError, Resolve};
use url::Url;

use crate::server::{ok, redirect, serve};

fn config() -> Config {
    Config {
        filter: AddressFilter::new(vec!["127.0.0.1/32".parse().unwrap()]),
        allow_http: true,
        max_body: 100,
        max_redirects: 3,
        ..Config::default()
    }
}

async fn get(config: Config, url: &str) -> Result<(String, String), GetError> {
    let fetched = Client::new(config)
        .unwrap()
        .get(&Url::parse(url).unwrap())
        .await?;
    Ok((
        String::from_utf8(fetched.body.to_vec()).unwrap(),
        fetched.final_url.path().to_owned(),
    ))
}

fn answer(path: &str) -> String {
    match path {
        "/" => ok("hello"),
        "/again" => redirect("/"),
        "/round" => redirect("/round"),
        "/inside" => redirect("http://127.0.0.2/"),
        "/file" => redirect("file:///etc/passwd"),
        "/nowhere" => "HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "/big" => ok(&"x".repeat(101)),
        "/just" => ok(&"x".repeat(100)),
        "/endless" => format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1 << 16)),
        "/cut" => "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx".to_owned(),
        "/chunked" => {
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                .to_owned()
        }
        "/garbage" => "what?\r\n\r\n".to_owned(),
        "/silent" => String::new(),
        _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
    }
}

#[tokio::test]
async fn answers_are_had_or_refused() {
    let server = serve(answer).await;
    for (path, expect) in [
        ("/", Ok(("hello", "/"))),
        ("/again", Ok(("hello", "/"))),
        ("/chunked", Ok(("hello", "/chunked"))),
        (
            "/?query#fragment",
            Err("SERVER/?query#fragment answered with status 404"),
        ),
        ("/round", Err("SERVER/round is redirected too often")),
        (
            "/inside",
            Err(
                "127.0.0.2 is not on the public internet, and not among the addresses that are allowed besides",
            ),
        ),
        (
            "/file",
            Err("file:///etc/passwd is not asked: only https addresses are"),
        ),
        (
            "/nowhere",
            Err("SERVER/nowhere is redirected without saying where to"),
        ),
        ("/big", Err("SERVER/big is larger than 100 bytes")),
        ("/endless", Err("SERVER/endless is larger than 100 bytes")),
        ("/cut", Err("SERVER/cut did not answer properly")),
        ("/garbage", Err("SERVER/garbage did not answer properly")),
    ] {
        let found = get(config(), &format!("http://{server}{path}")).await;
        let found = found.map_err(|error| {
            error
                .to_string()
                .replace(&format!("http://{server}"), "SERVER")
        });
        let found = found
            .as_ref()
            .map(|(body, at)| (&**body, &**at))
            .map_err(|error| &**error);
        assert_eq!(found, expect, "{path}");
    }
    assert_eq!(
        get(config(), &format!("http://{server}/just"))
            .await
            .unwrap()
            .0
            .len(),
        100
    );
}

#[tokio::test]
async fn a_silent_server_is_given_up_on() {
    let server = serve(answer).await;
    let config = Config {
        total: Duration::from_millis(100),
        ..config()
    };
    let error = get(config, &format!("http://{server}/silent"))
        .await
        .unwrap_err();
    assert!(matches!(error, GetError::TooSlow { .. }), "{error}");
}

#[tokio::test]
async fn addresses_are_refused_before_anything_is_sent() {
    let server = serve(answer).await;
    let port = server.port();
    for url in [
        format!("http://localhost:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://0x7f000001:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0:{port}/"),
    ] {
        let config = Config {
            filter: AddressFilter::default(),
            ..config()
        };
        let error = get(config, &url).await.unwrap_err();
        assert!(
            matches!(error, GetError::Forbidden { .. }),
            "{url}: {error}"
        );
    }
    for (url, why) in [
        (format!("http://127.0.0.1:{port}/"), "not encrypted"),
        ("ftp://example.org/".to_owned(), "only https"),
        (
            "https://user:secret@example.org/".to_owned(),
            "name or password",
        ),
    ] {
        let error = get(
            Config {
                allow_http: false,
                ..config()
            },
            &url,
        )
        .await
        .unwrap_err();
        assert!(error.to_string().contains(why), "{url}: {error}");
    }
}

/// Says a different address every time.
struct Turncoat(AtomicUsize, SocketAddr);

#[async_trait]
impl Resolve for Turncoat {
    async fn resolve(&self, _: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let inside = SocketAddr::new("127.0.0.2".parse().unwrap(), port);
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(vec![inside, self.1]),
            _ => Ok(vec![inside]),
        }
    }
}

#[tokio::test]
async fn a_name_is_resolved_once_and_its_inner_addresses_are_passed_over() {
    let server = serve(answer).await;
    let resolver = Arc::new(Turncoat(AtomicUsize::new(0), server));
    let config = Config {
        resolver: resolver.clone(),
        ..config()
    };
    let client = Client::new(config).unwrap();
    let url = Url::parse(&format!("http://turncoat.example:{}/", server.port())).unwrap();
    assert_eq!(client.get(&url).await.unwrap().body, "hello");
    assert_eq!(resolver.0.load(Ordering::SeqCst), 1);
    assert!(matches!(
        client.get(&url).await,
        Err(GetError::Forbidden { .. })
    ));
}
