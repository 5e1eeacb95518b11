//! Apps in real sandboxes, with the clients that people use.

mod fixture;

use std::time::Duration;

use fixture::{App, HOSTS, VALUE};

use crate::server::{self, Answer};

/// A server that says who was asked, and with what.
async fn said(request: http::Request<hyper::body::Incoming>) -> Answer {
    let path = request.uri().path();
    if let Some(host) = path.strip_prefix("/to/") {
        let location = format!("https://{host}/");
        let response = http::Response::builder()
            .status(302)
            .header("location", location);
        return response.body(bytes::Bytes::new().into()).unwrap();
    }
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let text = format!(
        "{path} {} {}",
        header("host").unwrap(),
        header("authorization").unwrap_or("nothing")
    );
    http::Response::new(bytes::Bytes::from(text).into())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_usual_clients_just_work() {
    let server = server::https(&HOSTS, said).await;
    let app = App::start(&server).await;
    let within = tokio::time::timeout(Duration::from_secs(25), async {
        for client in ["fetch", "node", "axios", "undici"] {
            let check = async |url: &str, expect: &str| {
                let got = app.ask(client, url).await;
                assert!(got.contains(expect), "{client} {url}: {got}\n{}", app.log());
            };
            check(
                "https://api.example.com/a",
                "/a api.example.com Bearer {{secret:KEY}}",
            )
            .await;
            check(
                "https://b.example.org/",
                "/ b.example.org Bearer {{secret:KEY}}",
            )
            .await;
            let with = format!("/ secret.example.com Bearer {VALUE}");
            check("https://secret.example.com/", &with).await;
            check("https://secret.example.com/", &with).await;
            check("https://evil.example/", "failed: ").await;
            check("https://inside.example.org/", "failed: ").await;
            check("https://api.example.com:8443/", "failed: ").await;
            check("http://127.0.0.1/", "failed: ").await;
            check("http://1.1.1.1/", "failed: ").await;
            if client != "node" && client != "undici" {
                check("https://api.example.com/to/evil.example", "failed: ").await;
                check("https://api.example.com/to/inside.example.org", "failed: ").await;
                // Clients do not take such a header along to another host.
                let to = "https://secret.example.com/to/b.example.org";
                check(to, "/ b.example.org nothing").await;
            }
        }
    });
    within.await.unwrap();
    app.logs("egress refused: evil.example (not approved)")
        .await;
    app.logs("egress refused: inside.example.org:443 (it leads to no address")
        .await;
    app.logs("egress refused: 127.0.0.1:80 (not the address of an approved host)")
        .await;
    assert!(!app.log().contains(VALUE));
}
