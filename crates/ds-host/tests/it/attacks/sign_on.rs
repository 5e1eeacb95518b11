//! The way from the account site to an appspace: tokens that are stolen, used twice, or of another place or browser.

use super::{
    Attack,
    client::Ask,
    world::{NOTES, SITE, WIKI, World},
};

/// What the account site answers to somebody who wants to go on to `notes`.
fn wish(world: &World, account: &str, query: &str) -> super::client::Reply {
    world.send(&Ask::get(SITE, &format!("/appspacelogin?{query}")).cookie(account))
}

pub(super) const ATTACKS: &[Attack] = &[
    ("a login token twice", |world| {
        let (login, back) = world.begin(&world.bob, NOTES);
        let first = world.send(&Ask::get(NOTES, &back).cookie(&login));
        assert!(first.cookie("ds-member").is_some());
        world
            .send(&Ask::get(NOTES, &back).cookie(&login))
            .assert_refused();
    }),
    ("a login token in another browser", |world| {
        let (_, back) = world.begin(&world.bob, NOTES);
        let (other, _) = world.begin(&world.bob, NOTES);
        world.send(&Ask::get(NOTES, &back)).assert_refused();
        world
            .send(&Ask::get(NOTES, &back).cookie(&other))
            .assert_refused();
    }),
    ("a login token at another appspace", |world| {
        let (login, back) = world.begin(&world.bob, NOTES);
        world
            .send(&Ask::get(WIKI, &back).cookie(&login))
            .assert_refused();
    }),
    ("a login token that was made up", |world| {
        let (login, _) = world.begin(&world.bob, NOTES);
        for token in ["", "x", &"A".repeat(43)] {
            let target = format!("/.dropserver/login?token={token}&path=%2F");
            let reply = world.send(&Ask::get(NOTES, &target).cookie(&login));
            reply.assert_refused();
        }
    }),
    ("the state instead of the cookie", |world| {
        let sent = world.send(&Ask::get(NOTES, "/"));
        let there = super::world::target(sent.one("location"));
        let state = there.split("state=").nth(1).unwrap().to_owned();
        let back = world.send(&Ask::get(SITE, &there).cookie(&world.bob));
        let back = super::world::target(back.one("location"));
        let ask = Ask::get(NOTES, &back).cookie(&format!("ds-login={state}"));
        world.send(&ask).assert_refused();
    }),
    ("a login for who is no member", |world| {
        let sent = world.send(&Ask::get(NOTES, "/"));
        let there = super::world::target(sent.one("location"));
        let reply = world.send(&Ask::get(SITE, &there).cookie(&world.eve));
        reply.assert_status(403);
        assert!(!reply.body.contains("token="), "{reply:?}");
    }),
    ("a login without a state, or with an odd one", |world| {
        for state in [
            "",
            "&state=",
            "&state=x",
            "&state=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%0A",
        ] {
            let query = format!("appspace={NOTES}&path=/{state}");
            let reply = wish(world, &world.bob, &query);
            assert!(!reply.one("location").contains("token="), "{reply:?}");
        }
    }),
    ("a login to hosts that are not ours", |world| {
        for host in [
            "evil.example",
            "notes.localhost.evil.example",
            "notes.localhost@evil.example",
            "evil.example/notes.localhost",
            "",
        ] {
            let state = "A".repeat(43);
            let reply = wish(
                world,
                &world.bob,
                &format!("appspace={host}&path=/&state={state}"),
            );
            assert!((400..500).contains(&reply.status), "{host}: {reply:?}");
        }
    }),
    (
        "a path that leads to another site after the login",
        |world| {
            for path in [
                "//evil.example",
                "https://evil.example/",
                "/\\evil.example",
                "%2F%2Fevil.example",
            ] {
                let (login, back) = world.begin(&world.bob, NOTES);
                let token = back
                    .split("token=")
                    .nth(1)
                    .unwrap()
                    .split('&')
                    .next()
                    .unwrap();
                let target = format!("/.dropserver/login?token={token}&path={path}");
                let reply = world.send(&Ask::get(NOTES, &target).cookie(&login));
                let to = reply.one("location");
                assert!(
                    to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'),
                    "{path}: {reply:?}"
                );
            }
        },
    ),
    ("a login token after the member was removed", |world| {
        let account = world.newcomer("carol");
        let (login, back) = world.begin(&account, NOTES);
        world.remove("carol");
        let reply = world.send(&Ask::get(NOTES, &back).cookie(&login));
        // A session without a member lets nobody in.
        if let Some(session) = reply.cookie("ds-member") {
            assert!(!world.is_in(&session, NOTES));
        }
    }),
    ("posting where logins come back", |world| {
        let (login, back) = world.begin(&world.bob, NOTES);
        let ask = Ask::form(NOTES, &back, &[]).cookie(&login);
        world.send(&ask).assert_refused();
    }),
];
