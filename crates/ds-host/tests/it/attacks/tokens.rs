//! Tokens of programs: made up, taken back, narrow, or of another place.

use super::{
    Attack,
    client::{Ask, Reply},
    world::{NOTES, SITE, WIKI, World},
};

fn api(world: &World, method: &str, path: &str, token: &str) -> Reply {
    let ask = Ask::new(method, SITE, &format!("/api/v1{path}"));
    world.send(&ask.header("Authorization", &format!("Bearer {token}")))
}

/// A token of the API.
fn token(world: &World, owner: &str, scope: &str) -> (String, String) {
    let line = format!("account token create test --scope {scope} --owner {owner}@example.com");
    let made = world.do_line(&line);
    let of = |name: &str| made["token"][name].as_str().unwrap().to_owned();
    (of("id"), of("secret"))
}

fn key(world: &World, more: &str) -> (String, String) {
    let line = format!("appspace key add notes robot --owner ada@example.com{more}");
    let made = world.do_line(&line);
    let of = |name: &str| made["key"][name].as_str().unwrap().to_owned();
    (of("id"), of("secret"))
}

fn with(world: &World, at: &str, path: &str, secret: &str) -> Reply {
    let ask = Ask::new("GET", at, path);
    world.send(&ask.header("Authorization", &format!("Bearer {secret}")))
}

pub(super) const ATTACKS: &[Attack] = &[
    ("API tokens that were made up", |world| {
        let (_, good) = token(world, "ada", "read");
        api(world, "GET", "/appspaces", &good).assert_status(200);
        for made_up in [
            "",
            "x",
            &good[..good.len() - 1],
            &format!("{good}x"),
            &good.to_uppercase(),
        ] {
            api(world, "GET", "/appspaces", made_up).assert_status(401);
        }
    }),
    ("an API token that was taken back", |world| {
        let (id, secret) = token(world, "ada", "read");
        world.do_line(&format!(
            "account token revoke {id} --owner ada@example.com"
        ));
        api(world, "GET", "/appspaces", &secret).assert_status(401);
    }),
    ("an API token that may only read", |world| {
        let (_, secret) = token(world, "ada", "read");
        for (method, path) in [
            ("DELETE", "/appspaces/notes"),
            ("POST", "/appspaces/notes/pause"),
        ] {
            api(world, method, path, &secret).assert_status(403);
        }
    }),
    ("an API token at somebody else's appspace", |world| {
        let (_, secret) = token(world, "eve", "manage");
        for (method, path) in [
            ("GET", "/appspaces/notes"),
            ("DELETE", "/appspaces/notes"),
            ("GET", "/appspaces/notes/members"),
            ("POST", "/appspaces/notes/pause"),
        ] {
            api(world, method, path, &secret).assert_refused();
        }
    }),
    (
        "an API token in a link, in a cookie, and on pages",
        |world| {
            let (_, secret) = token(world, "ada", "manage");
            for path in [
                format!("/api/v1/appspaces?token={secret}"),
                format!("/api/v1/appspaces?access_token={secret}"),
            ] {
                world.send(&Ask::get(SITE, &path)).assert_status(401);
            }
            assert!(!world.is_known(&format!("ds-account={secret}")));
            let page = Ask::get(SITE, "/").header("Authorization", &format!("Bearer {secret}"));
            world.send(&page).assert_refused();
        },
    ),
    ("a cookie instead of an API token", |world| {
        let ask = Ask::get(SITE, "/api/v1/appspaces").cookie(&world.ada);
        world.send(&ask).assert_status(401);
    }),
    (
        "an appspace's key at another, and at the account site",
        |world| {
            let (_, secret) = key(world, "");
            with(world, NOTES, "/", &secret).assert_status(200);
            with(world, WIKI, "/", &secret).assert_status(401);
            with(world, SITE, "/", &secret).assert_refused();
            api(world, "GET", "/appspaces", &secret).assert_status(401);
        },
    ),
    ("keys that were made up", |world| {
        let (_, secret) = key(world, "");
        for made_up in [&secret[..secret.len() - 1], &format!("{secret}x"), "ds_x"] {
            with(world, NOTES, "/", made_up).assert_status(401);
            // Not even what everybody may see: whoever presents one learns that it is wrong.
            with(world, NOTES, "/count", made_up).assert_status(401);
        }
    }),
    ("a key that was removed", |world| {
        let (id, secret) = key(world, "");
        with(world, NOTES, "/", &secret).assert_status(200);
        world.do_line(&format!(
            "appspace key remove notes {id} --owner ada@example.com"
        ));
        with(world, NOTES, "/", &secret).assert_status(401);
    }),
    ("a key that does what it may not", |world| {
        let (_, secret) = key(world, "");
        with(world, NOTES, "/rule", &secret).assert_status(403);
    }),
    ("a key as a cookie or in a link", |world| {
        let (_, secret) = key(world, "");
        assert!(!world.is_in(&format!("ds-member={secret}"), NOTES));
        world
            .send(&Ask::get(NOTES, &format!("/?access_token={secret}")))
            .assert_refused();
        world
            .send(&Ask::get(NOTES, &format!("/.dropserver/link/{secret}")))
            .assert_refused();
    }),
    ("a secret link that was removed, and its session", |world| {
        let (id, link) = key(world, " --link");
        let path = super::world::target(&link);
        let reply = world.send(&Ask::get(NOTES, &path));
        let session = reply.cookie("ds-member").expect("a session");
        assert!(
            !reply.one("location").contains("link"),
            "it stays in the address bar: {reply:?}"
        );
        assert!(world.is_in(&session, NOTES));
        world.do_line(&format!(
            "appspace key remove notes {id} --owner ada@example.com"
        ));
        assert!(!world.is_in(&session, NOTES));
        world.send(&Ask::get(NOTES, &path)).assert_refused();
    }),
    ("a secret link of another appspace", |world| {
        let (_, link) = key(world, " --link");
        let path = super::world::target(&link);
        world.send(&Ask::get(WIKI, &path)).assert_refused();
    }),
    ("codes for programs that were made up", |world| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("client_id", "http://127.0.0.1:1/"),
            ("redirect_uri", "http://127.0.0.1:1/"),
            (
                "code_verifier",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
        ];
        let reply = world.send(&Ask::form(NOTES, "/.dropserver/oauth/token", &fields));
        assert!(
            reply.status == 400 && !reply.body.contains("access_token"),
            "{reply:?}"
        );
    }),
    ("a program that wants its answer elsewhere", |world| {
        for to in [
            "https://evil.example/",
            "http://127.0.0.1.evil.example/",
            "http://localhost@evil.example/",
            "javascript:alert(1)",
        ] {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs([
                ("response_type", "code"),
                ("client_id", "robot"),
                ("redirect_uri", to),
                ("state", "s"),
                (
                    "code_challenge",
                    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                ),
                ("code_challenge_method", "S256"),
            ]);
            let path = format!("/.dropserver/oauth/authorize?{}", query.finish());
            let reply = world.send(&Ask::get(NOTES, &path).cookie(&world.bob_there));
            assert!((400..500).contains(&reply.status), "{to}: {reply:?}");
            assert!(reply.all("location").is_empty(), "{to}: {reply:?}");
        }
    }),
    ("codes of somebody's DropID that were made up", |world| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            ("client_id", "https://client.example/"),
            ("redirect_uri", "https://client.example/back"),
            (
                "code_verifier",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
        ];
        let reply = world.send(&Ask::form(SITE, "/dropid/authorize", &fields));
        assert!(
            (400..500).contains(&reply.status) && !reply.body.contains("\"me\""),
            "{reply:?}"
        );
    }),
];
