//! What an appspace uses, may use and may reach, as its owner sees and sets it.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::host::Host;

const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";

/// An app that takes what is sent, tries another host, and uses the processor.
const APP: &str = r#"
import { createApp, everyone, html } from "dropserver";
const app = createApp();
app.get("/", everyone, () => html("hello"));
app.post("/", everyone, async (ctx) => html("took " + (await ctx.request.arrayBuffer()).byteLength));
app.get("/out", everyone, async () => {
  try { await fetch("https://api.example.com/"); return html("reached"); }
  catch (error) { return html("not reached"); }
});
export default app;
"#;

/// A host with an account and the app.
pub(crate) fn started() -> Host {
    let host = Host::start();
    let create = "account create --email ada@example.com --admin --password-stdin";
    assert_eq!(host.run_with(create, PASSWORD).code, 0);
    let app = host.dir.path().join("taker");
    write_app(&app);
    let install = format!("app install {}", app.display());
    assert_eq!(host.run(&install).code, 0);
    host
}

fn write_app(dir: &Path) {
    fs::create_dir(dir).unwrap();
    let manifest = r#"{"name": "taker", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1,
        "egress": ["api.example.com", "*.example.org"]}"#;
    fs::write(dir.join("dropapp.json"), manifest).unwrap();
    fs::write(dir.join("app.ts"), APP).unwrap();
}

/// Sends a body of this many bytes; the whole answer.
fn post(host: &Host, bytes: usize) -> String {
    let address = host.ready["listen"].as_str().unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: take.localhost\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // Whoever is refused may not be listened to until the end.
    let _ = stream.write_all(&vec![b'x'; bytes]);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn usage(host: &Host) -> Value {
    host.run("appspace usage take --days 2 --json").done()["usage"].take()
}

fn sum(periods: &Value, field: &str) -> u64 {
    let periods = periods.as_array().unwrap().iter();
    periods.map(|one| one[field].as_u64().unwrap()).sum()
}

#[test]
fn limits_hold_and_usage_outlives_the_host() {
    let host = started();
    let create = "appspace create --app taker --address take";
    let made = host.run(create);
    assert_eq!(made.code, 0, "{made:?}");
    for part in [
        "api.example.com",
        "*.example.org",
        "appspace egress take.localhost --allow",
    ] {
        assert!(made.stdout.contains(part), "{part}: {made:?}");
    }
    assert!(host.get("take.localhost", "/").contains("hello"));
    assert!(post(&host, 1 << 20).contains("took 1048576"));
    assert!(host.get("take.localhost", "/out").contains("not reached"));

    let limited = host.run("appspace limits take --set request_mib=1 --set memory_mib=300 --json");
    let limits = limited.done();
    assert_eq!(limits["limits"][0]["value"], 300);
    let asleep = host.run("appspace list --json").done();
    assert_eq!(asleep["appspaces"][0]["status"], "asleep", "it was stopped");
    assert!(post(&host, 1 << 20).contains("took 1048576"));
    let refused = post(&host, (1 << 20) + 1);
    assert!(refused.starts_with("HTTP/1.1 413"), "{refused}");
    assert!(refused.contains("request_mib"), "{refused}");
    let id = asleep["appspaces"][0]["id"].as_str().unwrap();
    let log = host
        .dir
        .path()
        .join("data/appspaces")
        .join(id)
        .join("log.txt");
    let begun = Instant::now();
    while !fs::read_to_string(&log)
        .unwrap()
        .contains("(limit request_mib)")
    {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "its owner is not told"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let wrong = host.run("appspace limits take --set memory_mib=1 --json");
    assert_eq!(wrong.code, 65, "{wrong:?}");

    let before = usage(&host);
    assert_eq!(sum(&before["days"], "requests"), 5);
    assert_eq!(sum(&before["hours"], "wakes"), 2);
    assert_eq!(sum(&before["days"], "bytes_in"), 2 << 20);
    assert!(sum(&before["days"], "bytes_out") > 0);
    let (status, dir) = host.stop();
    assert!(status.success(), "{status}");
    let host = Host::start_in(dir);
    let after = usage(&host);
    for field in ["requests", "wakes", "bytes_in", "bytes_out"] {
        let (before, after) = (sum(&before["days"], field), sum(&after["days"], field));
        assert_eq!(before, after, "{field}");
    }
    assert_eq!(host.run("appspace limits take --json").done(), limits);
}

#[test]
fn what_a_sandbox_uses_is_measured() {
    let host = started();
    let create = "appspace create --app taker --address take";
    assert_eq!(host.run(create).code, 0);
    host.get("take.localhost", "/");
    let begun = Instant::now();
    let measured = loop {
        let usage = usage(&host);
        if sum(&usage["days"], "memory_mib_seconds") > 0 && sum(&usage["days"], "cpu_ms") > 0 {
            break usage;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{usage}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(measured["days"][1]["disk_bytes"].is_u64(), "{measured}");
    // A change of limits ends the run, and the owner sees how.
    assert_eq!(host.run("appspace limits take --set threads=60").code, 0);
    let dir = host.stop().1;
    let host = Host::start_in(dir);
    let runs = usage(&host)["runs"].take();
    assert_eq!(runs.as_array().unwrap().len(), 1, "{runs}");
    let end = runs[0]["end"].as_str().unwrap();
    assert!(end.starts_with("stopped ("), "{runs}");
}

#[test]
fn hosts_and_secrets() {
    let host = started();
    assert_eq!(
        host.run("appspace create --app taker --address take").code,
        0
    );
    let allowed = host
        .run("appspace egress take --allow api.example.com --allow a.example.org --json")
        .done();
    assert_eq!(allowed["egress"]["hosts"].as_array().unwrap().len(), 3);
    let refused = host.run("appspace egress take --allow example.net");
    assert_eq!(refused.code, 65);
    assert!(
        refused
            .stderr
            .contains("this app asks for: api.example.com"),
        "{refused:?}"
    );

    let set = "appspace secret set take API_KEY --host api.example.com";
    assert_eq!(host.run_with(set, "short\n").code, 65);
    assert_eq!(host.run_with(set, "").code, 65);
    let told = host.run_with(set, "open-sesame-42\n");
    assert!(told.stdout.contains("{{secret:API_KEY}}"), "{told:?}");
    let listed = host.run("appspace secret list take --json");
    assert!(!listed.stdout.contains("open-sesame"), "{listed:?}");
    assert_eq!(listed.json()["secrets"][0]["name"], "API_KEY");
    let data = host.dir.path().join("data");
    let (_, dir) = host.stop();
    for file in fs::read_dir(&data).unwrap() {
        let path = file.unwrap().path();
        let found = path.is_file() && {
            let bytes = fs::read(&path).unwrap();
            bytes.windows(14).any(|part| part == b"open-sesame-42")
        };
        assert!(!found, "{} has the secret", path.display());
    }
    let host = Host::start_in(dir);
    // With a secret to send, and with hosts that cannot be reached here, the app works as before.
    assert!(host.get("take.localhost", "/").contains("hello"));
    assert_eq!(host.run("appspace secret remove take API_KEY").code, 0);
    assert_eq!(host.run("appspace secret remove take API_KEY").code, 66);
    let denied = host
        .run("appspace egress take --deny api.example.com --json")
        .done();
    assert_eq!(denied["egress"]["hosts"][0]["open"], false);
}
