//! The page of one appspace.

use std::time::Duration;

use ds_core::{
    Appspace, Clock as _, SandboxId, SystemClock,
    limits::LimitStore as _,
    usage::{Hour, HourUsage, RunRecord, UsageDelta, UsageStore as _},
};

use super::Site;

/// A site where Ada's `notes` was used, asks to reach two hosts, and has a log.
async fn used() -> (Site, Appspace) {
    let site = Site::as_ada().await;
    let notes = site.memory.appspaces.lock().unwrap()[0].clone();
    for (_, versions) in site.memory.apps.lock().unwrap().iter_mut() {
        for version in versions {
            version.manifest.egress = vec![
                "api.example.com".parse().unwrap(),
                "*.example.org:8443".parse().unwrap(),
            ];
        }
    }
    let now = SystemClock.now();
    let amount = |hours: u32| u64::from((hours * 7919 + 13) % 97);
    // Oldest first, as they are written: a day has the disk of its last hour.
    let hours: Vec<HourUsage> = (0..700)
        .rev()
        .map(|ago| HourUsage {
            appspace: notes.id,
            hour: Hour::of(now).before(ago),
            usage: UsageDelta {
                cpu: Duration::from_millis(amount(ago) * 40),
                memory_mib_seconds: amount(ago) * 1000,
                requests: amount(ago),
                bytes_in: amount(ago) << 10,
                bytes_out: amount(ago) << 14,
                wakes: amount(ago) % 5,
                disk_bytes: Some((3 << 20) - u64::from(ago) * 3000),
            },
        })
        .collect();
    let run = |ago: u64, death: &str| RunRecord {
        sandbox: SandboxId::new(),
        appspace: notes.id,
        started: ds_core::Timestamp(now.0 - i64::try_from(ago).unwrap() * 1000 - 300_000),
        ended: ds_core::Timestamp(now.0 - i64::try_from(ago).unwrap() * 1000),
        usage: hours[hours.len() - 4].usage,
        death: death.into(),
    };
    let runs = [
        run(60, "stopped (idle)"),
        run(
            4_000,
            "killed: it used more <memory> than its limit (memory_mib)",
        ),
        run(9_000, "stopped (others needed the memory)"),
    ];
    site.kept.add_usage(&hours, &runs).await.unwrap();
    let dir = site.state.data.appspace(notes.id);
    dir.create().unwrap();
    std::fs::write(dir.log(), "2026-11-22T10:00:00Z [out] said <hello>\n").unwrap();
    (site, notes)
}

#[tokio::test]
async fn what_the_page_tells() {
    let (site, _) = used().await;
    let page = site.get("/appspaces/notes").await;
    assert_eq!(page.status, 200);
    let says = [
        "href=\"http://notes.localhost:3000\"",
        "notes asks to reach 2 other hosts",
        "aria-label=\"Requests: ",
        "aria-label=\"Processor time: ",
        "of 10.0 GiB",
        "placeholder=\"512\"",
        "*.example.org:8443",
        "name=\"allow\" value=\"api.example.com\"",
        "Killed: it used more &#60;memory&#62; than its limit (memory_mib).",
        "[out] said &#60;hello&#62;",
        "{{secret:NAME}}",
    ];
    for part in says {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert_eq!(page.body.matches("<rect class=\"place\"").count(), 4 * 24);
    let days = site.get("/appspaces/notes?usage=days").await.body;
    assert_eq!(days.matches("<rect class=\"place\"").count(), 4 * 30);
    assert_eq!(days.matches("<tr><th scope=\"row\">").count(), 30 + 3);
    let home = site.get("/").await.body;
    assert!(
        home.contains(" requests in 30 days, 3.0 MiB</span>"),
        "{home}"
    );
    assert!(
        home.contains("href=\"/appspaces/notes\"") && home.contains("Asks to reach other hosts")
    );

    let empty = Site::as_ada().await.get("/appspaces/old").await;
    assert_eq!(empty.status, 200);
    assert!(empty.body.contains("Nothing was used in this time."));
    assert!(empty.body.contains("asks to reach no other host"));
    assert!(!empty.body.contains("asks to reach 0"));
}

#[tokio::test]
async fn the_page_is_its_owners() {
    let (mut site, notes) = used().await;
    let bob = site
        .state
        .accounts
        .create("bob@example.com", super::PASSWORD.into(), false);
    bob.await.unwrap();
    site.log_in("bob@example.com", super::PASSWORD).await;
    assert_eq!(site.get("/appspaces/notes").await.status, 404);
    assert_eq!(site.get("/appspaces/none").await.status, 404);
    let posts = [
        ("limits", ("memory_mib", "300")),
        ("egress", ("allow", "api.example.com")),
        ("secrets", ("secret", "KEY")),
        ("secrets/remove", ("secret", "KEY")),
    ];
    for (path, field) in posts {
        let got = site
            .post(&format!("/appspaces/notes/{path}"), &[field])
            .await;
        assert_eq!(got.status, 404, "{path}");
    }
    assert_eq!(site.kept.limits(notes.id).await.unwrap().memory_mib, None);
    assert!(site.memory.renewed.lock().unwrap().is_empty());
    site.cookie = None;
    assert_eq!(site.get("/appspaces/notes").await.status, 303);
}

#[tokio::test]
async fn limits_are_changed() {
    let (site, notes) = used().await;
    let renewed = || site.memory.renewed.lock().unwrap().len();
    let form = [("memory_mib", "300"), ("threads", ""), ("disk_mib", " 20 ")];
    let got = site.post("/appspaces/notes/limits", &form).await;
    assert_eq!(
        (got.status.as_u16(), got.location()),
        (303, "/appspaces/notes#limits")
    );
    let set = site.kept.limits(notes.id).await.unwrap();
    assert_eq!(
        (set.memory_mib, set.threads, set.disk_mib),
        (Some(300), None, Some(20))
    );
    assert_eq!(renewed(), 1);
    let page = site.get("/appspaces/notes").await.body;
    assert!(page.contains("placeholder=\"512\" value=\"300\""), "{page}");

    for (field, value, says) in [
        (
            "memory_mib",
            "3",
            "The limit memory_mib must be a whole number",
        ),
        ("memory_mib", "<b>", "value=\"&#60;b&#62;\""),
        ("colour", "3", "There is no limit `colour`"),
    ] {
        let form = [("threads", "50"), (field, value)];
        let got = site.post("/appspaces/notes/limits", &form).await;
        assert_eq!(got.status, 422, "{field}");
        assert!(
            got.body.contains(says) && got.body.contains("role=\"alert\""),
            "{says}"
        );
        assert!(
            got.body.contains("placeholder=\"64\" value=\"50\""),
            "what was typed stays"
        );
    }
    assert_eq!(
        (site.kept.limits(notes.id).await.unwrap(), renewed()),
        (set, 1)
    );
}

#[tokio::test]
async fn hosts_and_secrets_are_given_and_taken() {
    let (site, _) = used().await;
    let post = async |path: &str, form: &[(&str, &str)], says: &str| {
        let got = site.post(&format!("/appspaces/notes/{path}"), form).await;
        if got.status == 303 {
            assert_eq!(got.location(), "/appspaces/notes#egress");
        }
        let page = match got.status.as_u16() {
            303 => site.get("/appspaces/notes").await.body,
            _ => got.body,
        };
        assert!(page.contains(says), "{says}: {page}");
        got.status.as_u16()
    };
    let allow = [("allow", "api.example.com")];
    let withdraw = "name=\"deny\" value=\"api.example.com\"";
    assert_eq!(post("egress", &allow, withdraw).await, 303);
    let wrong = [("allow", "other.example.com")];
    assert_eq!(post("egress", &wrong, "does not ask to reach").await, 422);
    let deny = [("deny", "api.example.com")];
    let again = "name=\"allow\" value=\"api.example.com\"";
    assert_eq!(post("egress", &deny, again).await, 303);
    assert_eq!(post("egress", &deny, "is not approved").await, 404);

    let secret = [
        ("secret", "API_KEY"),
        ("host", "api.example.com"),
        ("value", "open-sesame"),
    ];
    let button = "name=\"secret\" value=\"API_KEY\"";
    assert_eq!(post("secrets", &secret, button).await, 303);
    let page = site.get("/appspaces/notes").await.body;
    assert!(!page.contains("open-sesame"), "it is never shown");
    let short = [secret[0], secret[1], ("value", "short")];
    assert_eq!(post("secrets", &short, "A secret has 8 to 4096").await, 422);
    let none = "<summary>Add a secret</summary>";
    assert_eq!(post("secrets/remove", &secret[..1], none).await, 303);
    assert_eq!(
        post("secrets/remove", &secret[..1], "has no secret").await,
        404
    );
    assert_eq!(site.memory.renewed.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_new_appspace_that_waits_leads_to_its_page() {
    let (site, _) = used().await;
    let version = site.memory.apps.lock().unwrap()[0].1[1].id.to_string();
    let form = [("version", version.as_str()), ("label", "diary")];
    let got = site.post("/appspaces/new", &form).await;
    assert_eq!(
        (got.status.as_u16(), got.location()),
        (303, "/appspaces/diary#egress")
    );
}
