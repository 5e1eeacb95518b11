//! Requests with bounds of their own.

use std::time::Duration;

use ds_net::{AddressFilter, Client, Config, GetError, Visit, Visited};
use url::Url;

use crate::server::{ok, redirect, serve};

fn answer(path: &str) -> String {
    match path {
        "/" => "HTTP/1.1 200 OK\r\nlink: </m>; rel=a\r\nlink: </n>; rel=b\r\n\
                content-type: text/html\r\ncontent-length: 5\r\n\r\nhello"
            .to_owned(),
        "/again" => redirect("/"),
        "/twice" => redirect("/again"),
        "/inside" => redirect("http://127.0.0.2/"),
        "/file" => redirect("file:///etc/passwd"),
        "/endless" => format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1 << 16)),
        "/just" => ok("0123456789"),
        "/silent" => String::new(),
        _ => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
    }
}

async fn visit(path: &str, form: Option<&str>) -> Result<Visited, GetError> {
    let client = Client::new(Config {
        filter: AddressFilter::new(vec!["127.0.0.1/32".parse().unwrap()]),
        allow_http: true,
        ..Config::default()
    });
    let address = serve(answer).await;
    let visit = Visit {
        url: &Url::parse(&format!("http://{address}{path}")).unwrap(),
        form,
        accept: "text/html",
        total: Duration::from_millis(500),
        max_body: 10,
        max_redirects: 1,
    };
    client.unwrap().visit(&visit).await
}

#[tokio::test]
async fn where_it_led_and_what_it_links_to() {
    let visited = visit("/again", None).await.unwrap();
    let paths: Vec<_> = visited.seen.iter().map(Url::path).collect();
    assert_eq!(paths, ["/again", "/"]);
    assert_eq!(visited.links, ["</m>; rel=a", "</n>; rel=b"]);
    assert_eq!(visited.content_type.as_deref(), Some("text/html"));
    assert_eq!(&visited.body[..], b"hello");
    assert_eq!(visit("/just", Some("a=b")).await.unwrap().body.len(), 10);
}

#[tokio::test]
async fn bounds() {
    let refused = async |path, form| visit(path, form).await.unwrap_err();
    assert!(matches!(
        refused("/twice", None).await,
        GetError::Redirect { .. }
    ));
    assert!(matches!(
        refused("/again", Some("")).await,
        GetError::Redirect { .. }
    ));
    assert!(matches!(
        refused("/inside", None).await,
        GetError::Forbidden { .. }
    ));
    assert!(matches!(
        refused("/file", None).await,
        GetError::Refused { .. }
    ));
    assert!(matches!(
        refused("/endless", None).await,
        GetError::TooBig { .. }
    ));
    assert!(matches!(
        refused("/silent", None).await,
        GetError::TooSlow { .. }
    ));
    assert!(matches!(
        refused("/missing", None).await,
        GetError::Status { status: 404, .. }
    ));
}
