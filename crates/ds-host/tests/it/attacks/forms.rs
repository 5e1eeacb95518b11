//! Other sites' pages that act in the name of whoever looks at them.

use super::{
    Attack,
    client::Ask,
    world::{NOTES, SITE, WIKI, World},
};

/// What browsers say of a request that a page elsewhere sent: new ones, and old ones.
const FOREIGN: [(&str, &str); 5] = [
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Site", "same-site"),
    ("Origin", "https://evil.example"),
    ("Origin", "http://wiki.localhost"),
    ("Origin", "null"),
];

fn by_others(world: &World, ask: &Ask) {
    for (name, value) in FOREIGN {
        let ask = ask
            .clone()
            .instead("Sec-Fetch-Site", None)
            .header(name, value);
        world.send(&ask).assert_status(403);
    }
}

pub(super) const ATTACKS: &[Attack] = &[
    ("a form elsewhere that changes an appspace", |world| {
        by_others(
            world,
            &Ask::form(NOTES, "/", &[("x", "y")]).cookie(&world.bob_there),
        );
    }),
    ("a form elsewhere that pretends to be text", |world| {
        let ask = Ask::form(NOTES, "/", &[]).instead("Content-Type", Some("text/plain"));
        by_others(world, &ask.cookie(&world.bob_there));
    }),
    ("a script elsewhere that sends other methods", |world| {
        for method in ["PUT", "DELETE", "PATCH"] {
            let ask = Ask::new(method, NOTES, "/").header("Sec-Fetch-Site", "cross-site");
            world.send(&ask.cookie(&world.bob_there)).assert_refused();
        }
    }),
    ("a socket that a page elsewhere opens", |world| {
        let upgrade = |ask: Ask| {
            ask.header("Connection", "Upgrade")
                .header("Upgrade", "websocket")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .cookie(&world.bob_there)
        };
        for (name, value) in FOREIGN {
            let reply = world.send(&upgrade(Ask::new("GET", NOTES, "/socket")).header(name, value));
            reply.assert_refused();
        }
    }),
    ("forms elsewhere that change the account site", |world| {
        for path in [
            "/logout",
            "/logout/everywhere",
            "/account/password",
            "/account/delete",
            "/account/passkeys",
            "/account/codes",
            "/account/sessions/end-others",
            "/tokens",
            "/dropids",
            "/contacts",
            "/people/invite",
            "/people/settings",
            "/appspaces/new",
            "/appspaces/notes/delete",
            "/appspaces/notes/members",
            "/appspaces/notes/keys",
            "/appspaces/notes/pause",
            "/appspaces/notes/limits",
            "/apps",
            "/moves/bring",
            "/trash/restore",
        ] {
            by_others(world, &Ask::form(SITE, path, &[]).cookie(&world.ada));
        }
    }),
    ("a consent that a page elsewhere gives", |world| {
        by_others(
            world,
            &Ask::form(SITE, "/dropid/consent", &[("answer", "yes")]).cookie(&world.ada),
        );
    }),
    (
        "forms elsewhere at an appspace's own pages of the host",
        |world| {
            for path in [
                "/.dropserver/logout",
                "/.dropserver/me/name",
                "/.dropserver/me/leave",
                "/.dropserver/me/picture",
                "/.dropserver/enter",
                "/.dropserver/join",
            ] {
                by_others(
                    world,
                    &Ask::form(NOTES, path, &[("name", "x")]).cookie(&world.bob_there),
                );
            }
        },
    ),
    ("one appspace's page that acts at another", |world| {
        let ask = Ask::form(NOTES, "/", &[]).instead("Sec-Fetch-Site", None);
        let ask = ask
            .header("Origin", &format!("http://{WIKI}"))
            .cookie(&world.bob_there);
        world.send(&ask).assert_status(403);
    }),
    (
        "an appspace's page that acts at the account site",
        |world| {
            let ask = Ask::form(SITE, "/tokens", &[("name", "x")])
                .instead("Sec-Fetch-Site", Some("same-site"));
            let ask = ask
                .header("Origin", &format!("http://{NOTES}"))
                .cookie(&world.ada);
            world.send(&ask).assert_status(403);
        },
    ),
    ("a link that changes something", |world| {
        for path in [
            "/logout",
            "/appspaces/notes/delete",
            "/appspaces/notes/pause",
            "/account/sessions/end-others",
        ] {
            let reply = world.send(&Ask::get(SITE, path).cookie(&world.ada));
            assert!((400..500).contains(&reply.status), "{path}: {reply:?}");
        }
        let reply = world.send(&Ask::get(NOTES, "/.dropserver/logout").cookie(&world.bob_there));
        assert!((400..500).contains(&reply.status), "{reply:?}");
    }),
];
