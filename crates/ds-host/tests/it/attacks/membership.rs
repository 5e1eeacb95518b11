//! Doing at an appspace or a host what only owners and admins may.

use super::{
    Attack,
    client::Ask,
    world::{NOTES, SITE, World},
};

const OWNER_PAGES: [&str; 7] = [
    "/appspaces/notes",
    "/appspaces/notes/members",
    "/appspaces/notes/keys",
    "/appspaces/notes/snapshots",
    "/appspaces/notes/preview",
    "/appspaces/notes/move",
    "/appspaces/notes/members/x",
];

fn member_count(world: &World) -> usize {
    let all = world.do_line("appspace member list notes --owner ada@example.com");
    all["members"].as_array().unwrap().len()
}

pub(super) const ATTACKS: &[Attack] = &[
    ("looking after somebody else's appspace", |world| {
        for path in OWNER_PAGES {
            // A member is no owner, and a stranger is not told that it is there.
            for who in [&world.bob, &world.eve] {
                let reply = world.send(&Ask::get(SITE, path).cookie(who));
                assert_eq!(reply.status, 404, "{path}: {reply:?}");
            }
        }
    }),
    ("changing somebody else's appspace", |world| {
        for path in [
            "/appspaces/notes/delete",
            "/appspaces/notes/pause",
            "/appspaces/notes/limits",
            "/appspaces/notes/snapshots",
            "/appspaces/notes/members/joining",
            "/appspaces/notes/members/links",
            "/appspaces/notes/egress",
            "/appspaces/notes/upgrades",
            "/appspaces/notes/move",
        ] {
            for who in [&world.bob, &world.eve] {
                let fields = [
                    ("confirm", "notes"),
                    ("joining", "open"),
                    ("policy", "open"),
                ];
                let reply = world.send(&Ask::form(SITE, path, &fields).cookie(who));
                assert!((400..500).contains(&reply.status), "{path}: {reply:?}");
            }
        }
    }),
    ("making oneself a member", |world| {
        let before = member_count(world);
        for fields in [
            [("email", "eve@example.com"), ("how", "account")],
            [("who", "eve@example.com"), ("kind", "email")],
        ] {
            let ask = Ask::form(SITE, "/appspaces/notes/members", &fields).cookie(&world.eve);
            world.send(&ask).assert_refused();
        }
        assert_eq!(member_count(world), before);
    }),
    ("giving oneself a permission", |world| {
        let all = world.do_line("appspace member list notes --owner ada@example.com");
        let members = all["members"].as_array().unwrap();
        let bob = members.iter().find(|one| one["owner"] != true).unwrap();
        let id = bob["id"].as_str().unwrap();
        let path = format!("/appspaces/notes/members/{id}/permissions");
        let ask =
            Ask::form(SITE, &path, &[("permission", "rule"), ("give", "rule")]).cookie(&world.bob);
        world.send(&ask).assert_refused();
        for more in ["permissions", "permission", "role", "is_owner", "give"] {
            let fields = [("name", "Bob"), (more, "rule")];
            world.send(&Ask::form(NOTES, "/.dropserver/me/name", &fields).cookie(&world.bob_there));
        }
        let reply = world.send(&Ask::get(NOTES, "/rule").cookie(&world.bob_there));
        assert_eq!(reply.status, 403, "{reply:?}");
    }),
    ("joining where nobody may", |world| {
        let before = member_count(world);
        for ask in [
            Ask::form(NOTES, "/.dropserver/join", &[("name", "Eve")]),
            Ask::form(SITE, "/join", &[("appspace", NOTES), ("name", "Eve")]),
        ] {
            world.send(&ask.cookie(&world.eve)).assert_refused();
        }
        assert_eq!(member_count(world), before);
    }),
    ("joining by a link that was made up", |world| {
        let before = member_count(world);
        let path = format!("/.dropserver/join/{}", "a".repeat(43));
        for ask in [
            Ask::get(NOTES, &path),
            Ask::form(NOTES, &path, &[("name", "Eve")]),
        ] {
            world.send(&ask.cookie(&world.eve)).assert_refused();
        }
        assert_eq!(member_count(world), before);
    }),
    ("coming back after having been removed", |world| {
        let account = world.newcomer("dora");
        let session = world.enter(&account, NOTES);
        assert!(world.is_in(&session, NOTES));
        world.remove("dora");
        assert!(!world.is_in(&session, NOTES));
        let sent = world.send(&Ask::get(NOTES, "/"));
        let there = super::world::target(sent.one("location"));
        let reply = world.send(&Ask::get(SITE, &there).cookie(&account));
        assert!(!reply.one("location").contains("token="), "{reply:?}");
        world.join("dora");
        assert!(
            !world.is_in(&session, NOTES),
            "an old session is over for good"
        );
    }),
    ("an admin's pages", |world| {
        for path in ["/people", "/people/log", "/people/settings"] {
            for who in [&world.bob, &world.eve] {
                let reply = world.send(&Ask::get(SITE, path).cookie(who));
                assert!((400..500).contains(&reply.status), "{path}: {reply:?}");
                assert!(!reply.body.contains("ada@example.com"), "{path}: {reply:?}");
            }
        }
    }),
    ("an admin's changes", |world| {
        let all = world.do_line("account list");
        let ids = all["people"].as_array().unwrap().iter();
        let ids: Vec<_> = ids
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        let mut paths = vec!["/people/invite".to_owned(), "/people/settings".into()];
        for id in &ids {
            for what in ["block", "role", "remove", "second-step"] {
                paths.push(format!("/people/{id}/{what}"));
            }
        }
        for path in paths {
            let fields = [
                ("admin", "on"),
                ("role", "admin"),
                ("registration", "anyone"),
                ("email", "x@example.com"),
            ];
            let reply = world.send(&Ask::form(SITE, &path, &fields).cookie(&world.eve));
            assert!((400..500).contains(&reply.status), "{path}: {reply:?}");
        }
        assert_eq!(world.do_line("account list"), all);
    }),
    ("somebody else's sessions, tokens and DropIDs", |world| {
        let line = "account token create test --scope read --owner ada@example.com";
        let made = world.do_line(line);
        let id = made["token"]["id"].as_str().unwrap();
        let ask =
            Ask::form(SITE, "/tokens/revoke", &[("token", id), ("id", id)]).cookie(&world.eve);
        world.send(&ask);
        let secret = made["token"]["secret"].as_str().unwrap();
        let ask = Ask::get(SITE, "/api/v1/appspaces")
            .header("Authorization", &format!("Bearer {secret}"));
        world.send(&ask).assert_status(200);
        let hash = ds_core::secret::Token::presented(world.ada.split_once('=').unwrap().1).hash();
        let fields = [("session", hash.as_str()), ("id", hash.as_str())];
        world.send(&Ask::form(SITE, "/account/sessions/end", &fields).cookie(&world.eve));
        assert!(world.is_known(&world.ada));
    }),
    ("the last admin gone", |world| {
        for line in [
            "account block ada@example.com",
            "account admin ada@example.com off",
            "account remove ada@example.com --yes",
        ] {
            let done = world.host.run(line);
            assert_ne!(done.code, 0, "{line}: {done:?}");
        }
    }),
];
