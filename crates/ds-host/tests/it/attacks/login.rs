//! Getting an account's session without what it takes.

use super::{
    Attack,
    client::Ask,
    world::{PASSWORD, SITE, World},
};

const ADA: &str = "ada@example.com";

pub(super) const ATTACKS: &[Attack] = &[
    ("a wrong password", |world| {
        let reply = world.send(&World::credentials(ADA, "quietly-orbiting-pumpkin-43"));
        reply.assert_status(401).assert_refused();
    }),
    ("an unknown address, to learn that it is unknown", |world| {
        let said = |email: &str| {
            let reply = world.send(&World::credentials(email, "not-the-password-at-all"));
            reply.assert_status(401).assert_refused();
            reply.body.replace(email, "SOMEBODY")
        };
        assert_eq!(said(ADA), said("bob@example.com"));
        assert_eq!(said("eve@example.com"), said("nobody@example.com"));
    }),
    ("no password", |world| {
        world.send(&World::credentials(ADA, "")).assert_refused();
    }),
    ("the password in capitals", |world| {
        let loud = PASSWORD.to_uppercase();
        world.send(&World::credentials(ADA, &loud)).assert_refused();
    }),
    ("the password with something after it", |world| {
        for more in ["\0", " ", "\n", "x"] {
            let longer = format!("{PASSWORD}{more}");
            world
                .send(&World::credentials(ADA, &longer))
                .assert_refused();
        }
    }),
    ("a password of a megabyte, to keep the host busy", |world| {
        let large = "x".repeat(1 << 20);
        world
            .send(&World::credentials(ADA, &large))
            .assert_refused();
    }),
    ("words for a database instead of an address", |world| {
        for email in [
            "' OR 1=1 --",
            "ada@example.com'--",
            "%",
            "ada@example.com\" OR \"a\"=\"a",
        ] {
            world
                .send(&World::credentials(email, PASSWORD))
                .assert_refused();
        }
    }),
    ("lines in the address, to write headers", |world| {
        let reply = world.send(&World::credentials(
            "ada@example.com\r\nSet-Cookie: ds-account=x",
            "x",
        ));
        reply.assert_refused();
        assert!(reply.all("set-cookie").is_empty(), "{reply:?}");
    }),
    (
        "markup in the address, to run in the page that comes back",
        |world| {
            let reply = world.send(&World::credentials(
                "\"><script>alert(1)</script>@x",
                "wrong-password",
            ));
            reply.assert_refused();
            assert!(!reply.body.contains("<script>alert"), "{reply:?}");
        },
    ),
    ("credentials in a link", |world| {
        let link = format!("/login?email={ADA}&password={PASSWORD}");
        let reply = world.send(&Ask::get(SITE, &link));
        assert_eq!(reply.cookie("ds-account"), None, "{reply:?}");
    }),
    ("credentials as JSON", |world| {
        let json = format!(r#"{{"email":"{ADA}","password":"{PASSWORD}"}}"#);
        let ask = Ask::new("POST", SITE, "/login");
        world
            .send(&ask.header("Content-Type", "application/json").body(json))
            .assert_refused();
    }),
    (
        "a right password, to be sent to another site afterwards",
        |world| {
            for next in [
                "https://evil.example/",
                "//evil.example/",
                "/\\evil.example/",
                "\\\\evil.example",
                "https:evil.example",
                "/\t/evil.example",
                "/%09/evil.example",
                "javascript:alert(1)",
                "/.//evil.example",
            ] {
                let fields = [
                    ("email", "bob@example.com"),
                    ("password", PASSWORD),
                    ("next", next),
                ];
                let reply = world.send(&Ask::form(SITE, "/login", &fields));
                let to = reply.one("location");
                let is_ours = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
                assert!(reply.status == 303 && is_ours, "{next:?}: {reply:?}");
            }
        },
    ),
    (
        "logging the victim in as the attacker, from another site",
        |world| {
            let ask = World::credentials("eve@example.com", PASSWORD);
            for site in ["cross-site", "same-site"] {
                let foreign = ask.clone().instead("Sec-Fetch-Site", Some(site));
                world.send(&foreign).assert_status(403).assert_refused();
            }
            let old = ask
                .instead("Sec-Fetch-Site", None)
                .header("Origin", "https://evil.example");
            world.send(&old).assert_status(403).assert_refused();
        },
    ),
    (
        "planting a session before the login, to share it afterwards",
        |world| {
            let planted = format!("ds-account={}", "A".repeat(43));
            let reply =
                world.send(&World::credentials("bob@example.com", PASSWORD).cookie(&planted));
            let given = reply.cookie("ds-account").unwrap();
            assert_ne!(given, planted);
            assert!(!world.is_known(&planted));
        },
    ),
    ("a set-up link after the host was set up", |world| {
        for link in [
            "/setup/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "/setup?token=x",
        ] {
            let reply = world.send(&Ask::get(SITE, link));
            assert!(
                (400..500).contains(&reply.status) || reply.status == 303,
                "{reply:?}"
            );
            let fields = [("email", "new@example.com"), ("password", PASSWORD)];
            world.send(&Ask::form(SITE, link, &fields)).assert_refused();
        }
    }),
    ("an invitation and a reset that were made up", |world| {
        for link in ["/invited/", "/reset/"] {
            let link = format!("{link}{}", "a".repeat(43));
            let reply = world.send(&Ask::get(SITE, &link));
            assert!((400..500).contains(&reply.status), "{reply:?}");
            let fields = [("email", "new@example.com"), ("password", PASSWORD)];
            world
                .send(&Ask::form(SITE, &link, &fields))
                .assert_refused();
        }
    }),
    (
        "asking for a reset, to learn which addresses have an account",
        |world| {
            let said = |email: &str| {
                let reply = world.send(&Ask::form(SITE, "/forgot", &[("email", email)]));
                (reply.status, reply.body.replace(email, "SOMEBODY"))
            };
            assert_eq!(said("bob@example.com"), said("nobody@example.com"));
        },
    ),
    ("registering where nobody may", |world| {
        let fields = [("email", "new@example.com"), ("password", PASSWORD)];
        world
            .send(&Ask::form(SITE, "/register", &fields))
            .assert_refused();
        let all = world.do_line("account list");
        assert!(!all.to_string().contains("new@example.com"), "{all}");
    }),
    ("a second factor without a first", |world| {
        for cookie in ["", "ds-half=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            let ask = Ask::form(SITE, "/login/second", &[("code", "123456")]);
            world.send(&ask.cookie(cookie)).assert_refused();
        }
    }),
    ("guessing for as long as it takes", |world| {
        let mut refused = 0;
        for number in 0..60 {
            let guess = format!("guess-number-{number}");
            let reply = world.send(&World::credentials("eve@example.com", &guess));
            reply.assert_refused();
            refused += u32::from(reply.status == 429);
        }
        assert!(refused > 0, "60 guesses were looked at");
    }),
];
