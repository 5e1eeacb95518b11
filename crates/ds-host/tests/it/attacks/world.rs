//! A host with three people. Ada has `notes`, and Bob is a member there; Eve has `wiki`, and is a stranger to the others.

use std::fs;

use super::client::{Ask, Reply};
use crate::host::Host;

pub(super) const SITE: &str = "dropserver.localhost";
pub(super) const NOTES: &str = "notes.localhost";
pub(super) const WIKI: &str = "wiki.localhost";
pub(super) const PASSWORD: &str = "quietly-orbiting-pumpkin-42";

/// An app that counts what is changed, and shows and sets what apps must not see or set.
const APP: &str = r#"
import { can, createApp, everyone, json, members, text } from "dropserver";
const app = createApp();
app.permission("rule", "Do what members may not");
const read = () => { try { return Deno.readTextFileSync("count").length; } catch { return 0; } };
const change = () => { Deno.writeTextFileSync("count", "x", { append: true }); return text("changed"); };
app.get("/count", everyone, () => text("count " + read() + "."));
app.get("/", members, (ctx) => text("hello " + ctx.proxyId));
app.post("/", members, change);
app.get("/rule", can("rule"), () => text("ruled"));
app.post("/rule", can("rule"), change);
app.get("/echo", everyone, (ctx) => json(Object.fromEntries(ctx.request.headers)));
app.get("/set/:what", everyone, (ctx) => new Response("set", { headers: { "set-cookie": atob(ctx.params.what) } }));
app.get("/socket", members, (ctx) => Deno.upgradeWebSocket(ctx.request).response);
export default app;
"#;

/// The host, and who is logged in: their cookies, as `name=value`.
pub(super) struct World {
    pub(super) host: Host,
    pub(super) ada: String,
    pub(super) bob: String,
    pub(super) eve: String,
    /// Bob at `notes`.
    pub(super) bob_there: String,
    /// Eve at `wiki`.
    pub(super) eve_there: String,
}

impl World {
    pub(super) fn new() -> Self {
        let host = Host::start();
        make(&host, "ada", " --admin");
        make(&host, "bob", "");
        make(&host, "eve", "");
        let app = host.dir.path().join("guarded");
        fs::create_dir(&app).unwrap();
        let manifest =
            r#"{"name": "guarded", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
        fs::write(app.join("dropapp.json"), manifest).unwrap();
        fs::write(app.join("app.ts"), APP).unwrap();
        for (owner, name) in [("ada", "notes"), ("eve", "wiki")] {
            let install = format!("app install {} --owner {owner}@example.com", app.display());
            assert_eq!(host.run(&install).code, 0);
            let owner = format!("--owner {owner}@example.com");
            let create = format!("appspace create --app guarded --address {name} {owner}");
            let made = host.run(&create);
            assert_eq!(made.code, 0, "{made:?}");
        }
        let mut world = Self {
            host,
            ada: String::new(),
            bob: String::new(),
            eve: String::new(),
            bob_there: String::new(),
            eve_there: String::new(),
        };
        world.join("bob");
        world.ada = world.log_in("ada");
        world.bob = world.log_in("bob");
        world.eve = world.log_in("eve");
        world.bob_there = world.enter(&world.bob, NOTES);
        world.eve_there = world.enter(&world.eve, WIKI);
        world.assert_unharmed();
        world
    }

    /// Somebody new, who is a member at `notes` and logged in at the account site.
    pub(super) fn newcomer(&self, name: &str) -> String {
        make(&self.host, name, "");
        self.join(name);
        self.log_in(name)
    }

    /// Makes somebody a member at `notes`.
    pub(super) fn join(&self, name: &str) {
        let email = format!("{name}@example.com");
        self.do_line(&format!(
            "appspace member add notes {email} --owner ada@example.com"
        ));
    }

    /// Ends that.
    pub(super) fn remove(&self, name: &str) {
        let email = format!("{name}@example.com");
        self.do_line(&format!(
            "appspace member remove notes {email} --owner ada@example.com"
        ));
    }

    /// Runs a command that works.
    pub(super) fn do_line(&self, line: &str) -> serde_json::Value {
        let done = self.host.run(&format!("{line} --json"));
        assert_eq!(done.code, 0, "{line}: {done:?}");
        done.json()
    }

    pub(super) fn send(&self, ask: &Ask) -> Reply {
        ask.send(self.host.ready["listen"].as_str().unwrap())
    }

    /// What is sent to log in.
    pub(super) fn credentials(email: &str, password: &str) -> Ask {
        Ask::form(SITE, "/login", &[("email", email), ("password", password)])
    }

    pub(super) fn log_in(&self, name: &str) -> String {
        let email = format!("{name}@example.com");
        let reply = self.send(&Self::credentials(&email, PASSWORD));
        reply.cookie("ds-account").expect("a session")
    }

    /// Goes from an appspace to the account site and back: the login cookie, and where the account site leads.
    pub(super) fn begin(&self, account: &str, at: &str) -> (String, String) {
        let sent = self.send(&Ask::get(at, "/"));
        let login = sent.cookie("ds-login").expect("a login under way");
        let there = target(sent.one("location"));
        let back = self.send(&Ask::get(SITE, &there).cookie(account));
        back.assert_status(303);
        (login, target(back.one("location")))
    }

    /// Logs somebody in at an appspace.
    pub(super) fn enter(&self, account: &str, at: &str) -> String {
        let (login, back) = self.begin(account, at);
        let reply = self.send(&Ask::get(at, &back).cookie(&login));
        reply.cookie("ds-member").expect("a member's session")
    }

    /// Whether somebody is let in at an appspace.
    pub(super) fn is_in(&self, session: &str, at: &str) -> bool {
        let reply = self.send(&Ask::get(at, "/").cookie(session));
        reply.status == 200 && reply.body.contains("hello")
    }

    /// Whether somebody is logged in at the account site.
    pub(super) fn is_known(&self, session: &str) -> bool {
        let reply = self.send(&Ask::get(SITE, "/").cookie(session));
        reply.status == 200 && reply.body.contains("Log out")
    }

    /// Nobody changed anything, and who may enter still can.
    #[track_caller]
    pub(super) fn assert_unharmed(&self) {
        for at in [NOTES, WIKI] {
            let count = self.send(&Ask::get(at, "/count"));
            assert!(count.body.contains("count 0."), "{count:?}");
        }
        assert!(self.is_in(&self.bob_there, NOTES), "Bob was locked out");
        assert!(self.is_in(&self.eve_there, WIKI), "Eve was locked out");
        assert!(self.is_known(&self.ada), "Ada was logged out");
    }
}

/// Makes an account.
fn make(host: &Host, name: &str, more: &str) {
    let line = format!("account create --email {name}@example.com --password-stdin{more}");
    let made = host.run_with(&line, &format!("{PASSWORD}\n"));
    assert_eq!(made.code, 0, "{made:?}");
}

/// Path and query of a URL.
pub(super) fn target(url: &str) -> String {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    after
        .find('/')
        .map_or_else(|| "/".into(), |at| after[at..].to_owned())
}
