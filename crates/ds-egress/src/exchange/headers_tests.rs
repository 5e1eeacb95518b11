//! Which requests go on, and what of them.

use http::{Request, request::Parts};

use super::*;

fn target(port: u16) -> Target {
    Target {
        name: "api.example.com".into(),
        port,
    }
}

fn head(method: &str, uri: &str, hosts: &[&str]) -> Parts {
    let mut build = Request::builder().method(method).uri(uri);
    for host in hosts {
        build = build.header("host", *host);
    }
    build.body(()).unwrap().into_parts().0
}

#[test]
fn a_request_is_for_this_host_alone() {
    let check = |port: u16, method: &str, uri: &str, hosts: &[&str], expect: Option<&str>| {
        let mut head = head(method, uri, hosts);
        let got = address(&mut head, &target(port));
        assert_eq!(got.is_ok(), expect.is_some(), "{uri} {hosts:?}: {got:?}");
        if let Some(expect) = expect {
            let hosts: Vec<_> = head.headers.get_all("host").iter().collect();
            let name = if port == 443 {
                "api.example.com"
            } else {
                "api.example.com:8443"
            };
            assert_eq!(hosts, [name]);
            assert_eq!(head.uri, expect);
        }
    };
    check(443, "GET", "/a?b", &["api.example.com"], Some("/a?b"));
    check(443, "GET", "/", &["API.example.com."], Some("/"));
    check(443, "GET", "/", &["api.example.com:443"], Some("/"));
    check(
        443,
        "GET",
        "/",
        &["api.example.com", "api.example.com"],
        Some("/"),
    );
    check(443, "GET", "/", &[], Some("/"));
    check(443, "OPTIONS", "*", &["api.example.com"], Some("*"));
    check(
        443,
        "GET",
        "https://api.example.com/a",
        &["api.example.com"],
        Some("/a"),
    );
    check(443, "GET", "https://api.example.com", &[], Some("/"));
    check(8443, "GET", "/", &["api.example.com:8443"], Some("/"));
    check(8443, "GET", "/", &["api.example.com"], None);
    check(443, "GET", "/", &["api.example.com:8443"], None);
    check(443, "GET", "/", &["evil.example"], None);
    check(443, "GET", "/", &["api.example.com", "evil.example"], None);
    check(443, "GET", "/", &["api.example.com:"], None);
    check(443, "GET", "/", &[""], None);
    check(
        443,
        "GET",
        "https://evil.example/",
        &["api.example.com"],
        None,
    );
    check(443, "GET", "https://x@api.example.com/", &[], None);
    check(443, "TRACE", "/", &["api.example.com"], None);
    check(
        443,
        "CONNECT",
        "api.example.com:443",
        &["api.example.com"],
        None,
    );
}

#[test]
fn what_is_about_the_connection_goes() {
    let check = |given: &[(&str, &str)], websocket: bool, expect: &[&str]| {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, value.parse().unwrap());
        }
        assert_eq!(is_websocket(&headers), websocket, "{given:?}");
        pass_on(&mut headers, websocket);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, expect, "{given:?}");
    };
    check(&[("accept", "*/*"), ("te", "trailers")], false, &["accept"]);
    check(
        &[
            ("connection", "close, X-Own"),
            ("x-own", "1"),
            ("x-other", "2"),
        ],
        false,
        &["x-other"],
    );
    check(
        &[
            ("connection", "keep-alive"),
            ("connection", "Upgrade"),
            ("upgrade", "WebSocket"),
        ],
        true,
        &["connection", "upgrade"],
    );
    check(&[("connection", "upgrade"), ("upgrade", "h2c")], false, &[]);
    check(&[("upgrade", "websocket")], false, &[]);
}
