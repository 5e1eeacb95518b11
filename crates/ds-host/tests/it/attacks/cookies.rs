//! Cookies that cross from one place to another, headers that claim what is not so, and paths that mean two things.

use super::{
    Attack,
    client::Ask,
    world::{NOTES, SITE, WIKI, World},
};

/// What the app is told of a request.
fn told(world: &World, ask: &Ask) -> String {
    let reply = world.send(ask);
    reply.assert_status(200);
    reply.body.to_lowercase()
}

/// Lets the app set a cookie; what of it arrives.
fn set(world: &World, cookie: &str) -> Vec<String> {
    let path = format!("/set/{}", base64(cookie));
    let reply = world.send(&Ask::get(NOTES, &path));
    reply.assert_status(200);
    reply
        .all("set-cookie")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// As `atob` reads it, for a path.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..=three.len() {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize] as char;
            out += &digit.to_string().replace('/', "%2F").replace('+', "%2B");
        }
    }
    out
}

pub(super) const ATTACKS: &[Attack] = &[
    ("an app that sets a cookie for all appspaces", |world| {
        for domain in ["localhost", ".localhost", "notes.localhost", "LOCALHOST"] {
            let arrived = set(world, &format!("x=1; Domain={domain}; Path=/"));
            assert!(arrived.is_empty(), "{arrived:?}");
        }
        assert_eq!(set(world, "x=1; Path=/").len(), 1, "its own it may set");
    }),
    ("an app that sets the host's cookies", |world| {
        for name in [
            "ds-account",
            "ds-member",
            "ds-login",
            "ds-half",
            "ds-guest",
            "__Host-ds-account",
            "__Host-ds-member",
        ] {
            let arrived = set(world, &format!("{name}=planted; Path=/"));
            assert!(arrived.is_empty(), "{name}: {arrived:?}");
        }
    }),
    ("an app that reads the host's cookies", |world| {
        let cookies = format!("{}; {}; own=1", world.bob_there, world.ada);
        let told = told(world, &Ask::get(NOTES, "/echo").cookie(&cookies));
        assert!(told.contains("own=1"), "{told}");
        for cookie in [&world.bob_there, &world.ada] {
            let token = cookie.split_once('=').unwrap().1.to_lowercase();
            assert!(!told.contains(&token), "{told}");
        }
    }),
    ("an app that reads what programs present", |world| {
        let key = world.do_line("appspace key add notes robot --owner ada@example.com");
        let secret = key["key"]["secret"].as_str().unwrap().to_owned();
        let ask = Ask::get(NOTES, "/echo").header("Authorization", &format!("Bearer {secret}"));
        let told = told(world, &ask);
        assert!(!told.contains(&secret.to_lowercase()), "{told}");
    }),
    ("headers that say who one is", |world| {
        let claims = [
            ("X-Dropserver-User-ProxyID", "ada"),
            ("X-Dropserver-User", "ada"),
            ("X-Forwarded-User", "ada"),
            ("Remote-User", "ada"),
            ("X-Forwarded-For", "127.0.0.1"),
            ("Forwarded", "for=127.0.0.1;proto=https"),
        ];
        for (name, value) in claims {
            world
                .send(&Ask::get(NOTES, "/").header(name, value))
                .assert_refused();
            let told = told(world, &Ask::get(NOTES, "/echo").header(name, value));
            assert!(
                !name.starts_with("X-Drop") || !told.contains("x-dropserver"),
                "{told}"
            );
        }
    }),
    ("headers that say which appspace is meant", |world| {
        for name in ["X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded"] {
            let ask = Ask::get(NOTES, "/")
                .header(name, WIKI)
                .cookie(&world.eve_there);
            world.send(&ask).assert_refused();
        }
    }),
    ("headers that say which path or method is meant", |world| {
        for (name, value) in [
            ("X-Original-URL", "/rule"),
            ("X-Rewrite-URL", "/rule"),
            ("X-HTTP-Method-Override", "POST"),
        ] {
            let reply = world.send(
                &Ask::get(NOTES, "/")
                    .header(name, value)
                    .cookie(&world.bob_there),
            );
            assert!(reply.body.contains("hello"), "{reply:?}");
        }
    }),
    ("two hosts in one request", |world| {
        let two = Ask::get(NOTES, "/")
            .header("Host", WIKI)
            .cookie(&world.eve_there);
        assert_eq!(world.send(&two).status, 400);
        let absolute = Ask::get(WIKI, "http://notes.localhost/").cookie(&world.eve_there);
        world.send(&absolute).assert_refused();
    }),
    (
        "paths that reach another route than the one that is checked",
        |world| {
            for path in [
                "/count/../rule",
                "/count/%2e%2e/rule",
                "//rule",
                "/rule/",
                "/./rule",
                "/rule%00",
                "/%72ule",
                "/rule?x",
                "/rule;x",
                "/RULE",
                "/count/..%2frule",
                "\\rule",
            ] {
                let reply = world.send(&Ask::get(NOTES, path).cookie(&world.bob_there));
                assert!(!reply.body.contains("ruled"), "{path}: {reply:?}");
            }
        },
    ),
    ("methods that are checked less", |world| {
        for method in [
            "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "post", "GET\tx",
        ] {
            let reply = world.send(&Ask::new(method, NOTES, "/rule").cookie(&world.bob_there));
            assert!(
                (300..600).contains(&reply.status) || reply.status == 0,
                "{method}: {reply:?}"
            );
            assert!(!reply.body.contains("ruled"), "{method}: {reply:?}");
        }
    }),
    ("the account site in somebody's frame", |world| {
        for path in ["/", "/account", "/login", "/people"] {
            let reply = world.send(&Ask::get(SITE, path).cookie(&world.ada));
            let policy = reply.one("content-security-policy");
            assert!(
                policy.contains("frame-ancestors 'none'"),
                "{path}: {reply:?}"
            );
        }
    }),
    ("an appspace in another site's frame", |world| {
        let reply = world.send(&Ask::get(NOTES, "/").cookie(&world.bob_there));
        let policies = reply.all("content-security-policy").join(",");
        assert!(policies.contains("frame-ancestors 'self'"), "{reply:?}");
        assert_eq!(reply.one("x-content-type-options"), "nosniff");
    }),
    ("reading an appspace by another site's script", |world| {
        for origin in ["https://evil.example", "http://wiki.localhost", "null"] {
            let ask = Ask::get(NOTES, "/")
                .header("Origin", origin)
                .cookie(&world.bob_there);
            let reply = world.send(&ask);
            assert!(
                reply.all("access-control-allow-origin").is_empty(),
                "{reply:?}"
            );
            assert!(
                reply.all("access-control-allow-credentials").is_empty(),
                "{reply:?}"
            );
            let ask = Ask::new("OPTIONS", NOTES, "/").header("Origin", origin);
            let reply = world.send(&ask.header("Access-Control-Request-Method", "POST"));
            assert!(
                reply.all("access-control-allow-origin").is_empty(),
                "{reply:?}"
            );
        }
    }),
    ("markup in an address, to run in an error page", |world| {
        for host in [NOTES, SITE] {
            let reply = world.send(&Ask::get(
                host,
                "/.dropserver/%3Cscript%3Ealert(1)%3C/script%3E",
            ));
            assert!(!reply.body.contains("<script>alert"), "{reply:?}");
        }
    }),
];
