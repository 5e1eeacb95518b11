//! Keys, secret links and native apps at the real program, by clients that are no browsers; and what browsers are told.

mod client;
mod native;

use std::fs;

use serde_json::Value;

use crate::host::Host;
use client::{Client, NOTES};

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";

/// An app that tells who asks, with something that only some may do.
const APP: &str = r#"
import { createApp, everyone, members, can, json } from "dropserver";
const app = createApp();
app.permission("edit", "Write and change notes");
app.permission("admin", "Run the place");
const who = async (ctx) => {
  const member = await ctx.member();
  return json({
    who: member?.name ?? null,
    id: ctx.memberId,
    edits: member?.can("edit") ?? false,
    admins: member?.can("admin") ?? false,
    owns: member?.isOwner ?? false,
    authorization: ctx.request.headers.get("authorization"),
    cookie: ctx.request.headers.get("cookie"),
  });
};
app.get("/public", everyone, who);
app.get("/members", members, who);
app.post("/edit", can("edit"), who);
app.post("/admin", can("admin"), who);
export default app;
"#;

const MANIFEST: &str = r#"{"name": "Who", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1,
  "cors": {"origins": ["https://app.example"]},
  "csp": {"connect-src": ["https://api.example.com"], "frame-ancestors": ["https://evil.example"]}}"#;

/// A host with the appspace `notes` of Ada.
fn host() -> Host {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("dropserver.toml"), "[sandbox]\nwarm = 0\n").unwrap();
    let package = dir.path().join("package");
    fs::create_dir(&package).unwrap();
    fs::write(package.join("dropapp.json"), MANIFEST).unwrap();
    fs::write(package.join("app.ts"), APP).unwrap();
    let host = Host::start_in(dir);
    let create = "account create --email ada@example.com --admin --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    let installed = host
        .run(&format!("app install {} --json", package.display()))
        .done();
    let told = installed["installed"]["warnings"].to_string();
    assert!(
        told.contains("exchange data with api.example.com"),
        "{told}"
    );
    assert!(told.contains("and nothing else"), "{told}");
    host.run("appspace create --app Who@1.0.0 --address notes --json")
        .done();
    host
}

/// A key or link; its id, and what its bearer presents.
fn add(host: &Host, arguments: &str) -> (String, String) {
    let made = host
        .run(&format!("appspace key add notes {arguments} --json"))
        .done();
    let text = |field: &str| made["key"][field].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

#[test]
fn a_key_opens_what_it_may_until_it_is_removed() {
    let host = host();
    let (id, key) = add(&host, "Script --permit edit");
    assert!(key.starts_with("ds_"));
    let mut curl = Client::new(&host);
    curl.bearer = Some(key.clone());
    let seen = curl.get(NOTES, "/members").seen();
    assert_eq!(
        (&seen["who"], &seen["edits"], &seen["owns"]),
        (&"Script".into(), &true.into(), &false.into())
    );
    assert_eq!(
        (&seen["authorization"], &seen["cookie"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(curl.post(NOTES, "/edit", &[]).status, 200);
    let refused = curl.post(NOTES, "/admin", &[]);
    assert_eq!(
        (refused.status, refused.body.contains("`admin`")),
        (403, true)
    );

    // At the account site, and by anything else that is no key, it opens nothing.
    assert_eq!(
        curl.get("dropserver.localhost", "/api/v1/appspaces").status,
        401
    );
    let listed = host.run("appspace key list notes --json").done();
    assert_eq!(listed["keys"][0]["name"], "Script");
    assert_eq!(listed["keys"][0]["secret"], Value::Null);
    assert!(listed["keys"][0]["last_used"].is_string(), "{listed}");

    host.run(&format!("appspace key remove notes {id} --json"))
        .done();
    for path in ["/members", "/public"] {
        let gone = curl.get(NOTES, path);
        assert_eq!(gone.status, 401, "{}", gone.body);
        assert!(
            gone.header("www-authenticate")
                .unwrap()
                .contains("invalid_token")
        );
    }
    let members = host.run("appspace member list notes --json").done();
    assert!(!members.to_string().contains("Script"), "{members}");
    curl.bearer = None;
    assert_eq!(curl.get(NOTES, "/public").status, 200);
    let refused = host.run(&format!("appspace key remove notes {id} --json"));
    assert_ne!(refused.code, 0);
    assert_ne!(
        host.run("appspace key add notes x --permit nonsense").code,
        0
    );
}

#[test]
fn an_owner_makes_and_removes_keys_on_a_page() {
    let host = host();
    let mut ada = Client::new(&host);
    ada.log_in();
    let site = "dropserver.localhost";
    let fields = [
        ("what", "key"),
        ("name", "Backup"),
        ("give", "edit"),
        ("give", "admin"),
        ("days", "30"),
        ("path", ""),
    ];
    let made = ada.post(site, "/appspaces/notes/keys", &fields);
    assert_eq!(made.status, 201, "{}", made.body);
    let at = made.body.find("ds_").unwrap();
    let mut curl = Client::new(&host);
    curl.bearer = Some(made.body[at..at + 46].to_owned());
    assert_eq!(curl.post(NOTES, "/admin", &[]).status, 200);
    let page = ada.get(site, "/appspaces/notes/keys");
    assert!(
        page.body.contains("Backup") && page.body.contains("may: admin, edit"),
        "{}",
        page.body
    );
    assert!(!page.body.contains(curl.bearer.as_ref().unwrap()));
    let listed = host.run("appspace key list notes --json").done();
    let id = listed["keys"][0]["id"].as_str().unwrap();
    let removed = ada.post(site, "/appspaces/notes/keys/remove", &[("key", id)]);
    assert_eq!(removed.status, 303);
    assert_eq!(curl.get(NOTES, "/members").status, 401);
    // Of others it is not there.
    let mut nobody = Client::new(&host);
    assert_eq!(nobody.get(site, "/appspaces/notes/keys").status, 303);
}

#[test]
fn a_secret_link_leaves_the_address_bar_and_ends_with_its_sessions() {
    let host = host();
    let (id, link) = add(&host, "Family --link --path /members?x=1");
    let (_, path) = link.split_once("localhost").unwrap();
    let path = &path[path.find('/').unwrap()..];
    assert!(path.starts_with("/.dropserver/link/"), "{link}");

    let mut grandma = Client::new(&host);
    let opened = grandma.get(NOTES, path);
    assert_eq!(
        (opened.status, opened.header("location")),
        (303, Some("/members?x=1"))
    );
    assert_eq!(opened.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(opened.header("cache-control"), Some("no-store"));
    assert_eq!(grandma.get(NOTES, "/members").seen()["who"], "Family");
    assert_eq!(grandma.post(NOTES, "/edit", &[]).status, 403);
    // Whoever is somebody stays so.
    let mut ada = Client::new(&host);
    ada.log_in();
    ada.enter();
    assert_eq!(ada.get(NOTES, path).status, 303);
    assert_eq!(ada.get(NOTES, "/members").seen()["owns"], true);
    // A link lets no program in: that would outlive it.
    let refused = grandma.get(NOTES, &native::question("x", "http://127.0.0.1:1/", ""));
    assert_eq!(refused.status, 403, "{}", refused.body);
    // Nor does one of those who have it change or end it for the others.
    for (path, form) in [
        ("/.dropserver/me/name", vec![("name", "Mallory")]),
        ("/.dropserver/me/leave", vec![]),
    ] {
        let refused = grandma.post(NOTES, path, &form);
        assert_eq!(refused.status, 403, "{path}: {}", refused.body);
    }
    assert_eq!(grandma.get(NOTES, "/members").seen()["who"], "Family");

    host.run(&format!("appspace key remove notes {id} --json"))
        .done();
    assert_eq!(grandma.get(NOTES, "/members").status, 401);
    let gone = Client::new(&host).get(NOTES, path);
    assert_eq!((gone.status, gone.header("set-cookie")), (404, None));
    assert!(
        gone.body.contains("does not work any more"),
        "{}",
        gone.body
    );
}

#[test]
fn scripts_of_other_sites_come_with_a_key() {
    let host = host();
    let (_, key) = add(&host, "Script --permit edit");
    let mut curl = Client::new(&host);
    let friend = ("Origin", "https://app.example");
    let asks = ("Access-Control-Request-Method", "POST");
    let asked = curl.send("OPTIONS", NOTES, "/edit", &[friend, asks], "");
    assert_eq!(asked.status, 204, "{}", asked.body);
    assert_eq!(
        asked.header("access-control-allow-origin"),
        Some("https://app.example")
    );
    assert_eq!(asked.header("access-control-allow-credentials"), None);
    let stranger = ("Origin", "https://evil.example");
    let asked = curl.send("OPTIONS", NOTES, "/edit", &[stranger, asks], "");
    assert_eq!(
        (asked.status, asked.header("access-control-allow-origin")),
        (403, None)
    );
    curl.bearer = Some(key);
    let done = curl.send("POST", NOTES, "/edit", &[friend], "");
    assert_eq!(
        (done.status, done.header("access-control-allow-origin")),
        (200, Some("https://app.example"))
    );
    let policy = done.header("content-security-policy").unwrap();
    assert!(
        policy.contains("connect-src 'self' https://api.example.com;"),
        "{policy}"
    );
    assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
}

#[test]
fn cookies_are_of_one_origin() {
    let host = host();
    let mut ada = Client::new(&host);
    ada.log_in();
    ada.enter();
    for (host_name, name) in [("dropserver.localhost", "ds-account"), (NOTES, "ds-member")] {
        let set = ada.was_set(host_name, name);
        for part in ["Path=/", "HttpOnly", "SameSite=Lax"] {
            assert!(set.contains(part), "{part}: {set}");
        }
        assert!(!set.to_lowercase().contains("domain"), "{set}");
    }
    // What is good at one is worth nothing at the other.
    let account = ada.cookie("dropserver.localhost", "ds-account");
    let member = ada.cookie(NOTES, "ds-member");
    let mut thief = Client::new(&host);
    for (at, path, cookie, status) in [
        (NOTES, "/members", format!("ds-member={account}"), 401),
        (NOTES, "/members", format!("ds-account={account}"), 401),
        (
            "dropserver.localhost",
            "/appspaces/notes",
            format!("ds-account={member}"),
            303,
        ),
        (
            "dropserver.localhost",
            "/appspaces/notes",
            format!("ds-member={member}"),
            303,
        ),
        (NOTES, "/members", format!("ds-member={member}"), 200),
    ] {
        let answer = thief.send("GET", at, path, &[("Cookie", &cookie)], "");
        assert_eq!(answer.status, status, "{at} {cookie}");
    }
}
