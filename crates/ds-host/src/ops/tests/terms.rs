//! Bounds, usage, other hosts and secrets of an appspace.

use std::time::Duration;

use ds_core::{
    SandboxId, Timestamp,
    limits::LimitKey,
    usage::{Hour, HourUsage, Meter as _, RunRecord, UsageDelta},
};

use super::*;

/// What applies to an appspace for one key: the value, and whether it is its own.
async fn limit(host: &Fixture, ada: AccountId, key: LimitKey) -> (u32, bool) {
    let rows = host.ops.limits(ada, "diary").await.unwrap();
    let row = rows.iter().find(|row| row.key == key).unwrap();
    (row.value, row.set.is_some())
}

#[tokio::test]
async fn bounds_are_set_and_reset() {
    let (host, ada) = with_diary().await;
    let status = async || host.ops.appspace(ada, "diary").await.unwrap().status;
    let set = async |key, value, rank| {
        let changes = [(key, value)];
        host.ops.set_limits(ada, "diary", &changes, rank).await
    };
    assert_eq!(limit(&host, ada, LimitKey::MemoryMib).await, (512, false));
    set(LimitKey::Threads, None, Rank::Owner).await.unwrap();
    assert_eq!(status().await, AppspaceStatus::Awake, "nothing changed");
    let rows = set(LimitKey::MemoryMib, Some(300), Rank::Owner).await;
    assert_eq!(rows.unwrap()[0].value, 300);
    assert_eq!(status().await, AppspaceStatus::Asleep, "it was stopped");
    assert_eq!(limit(&host, ada, LimitKey::MemoryMib).await, (300, true));

    let refused = set(LimitKey::MemoryMib, Some(513), Rank::Owner).await;
    assert_eq!(kind(refused), ErrorKind::Forbidden);
    let refused = set(LimitKey::MemoryMib, Some(3), Rank::Admin).await;
    assert_eq!(kind(refused), ErrorKind::Invalid);
    let changes = [
        (LimitKey::Threads, Some(40)),
        (LimitKey::HeapMib, Some(301)),
    ];
    let refused = host.ops.set_limits(ada, "diary", &changes, Rank::Admin);
    assert_eq!(kind(refused.await), ErrorKind::Invalid, "heap over memory");
    assert_eq!(limit(&host, ada, LimitKey::Threads).await, (64, false));

    set(LimitKey::MemoryMib, Some(2000), Rank::Admin)
        .await
        .unwrap();
    // What an admin gave can be given back in part, and no more.
    set(LimitKey::MemoryMib, Some(1500), Rank::Owner)
        .await
        .unwrap();
    let refused = set(LimitKey::MemoryMib, Some(1501), Rank::Owner).await;
    assert_eq!(kind(refused), ErrorKind::Forbidden);
    set(LimitKey::MemoryMib, None, Rank::Owner).await.unwrap();
    assert_eq!(limit(&host, ada, LimitKey::MemoryMib).await, (512, false));
}

#[tokio::test]
async fn terms_are_the_owners() {
    let (host, _) = with_diary().await;
    let bob = host.account("bob@example.com", false).await;
    let ops = &host.ops;
    assert_eq!(kind(ops.limits(bob, "diary").await), ErrorKind::NotFound);
    let set = ops.set_limits(bob, "diary", &[], Rank::Owner).await;
    assert_eq!(kind(set), ErrorKind::NotFound);
    assert_eq!(kind(ops.usage(bob, "diary", 1).await), ErrorKind::NotFound);
    assert_eq!(kind(ops.runs(bob, "diary", 1).await), ErrorKind::NotFound);
    assert_eq!(kind(ops.egress(bob, "diary").await), ErrorKind::NotFound);
    let set = ops.set_egress(bob, "diary", &[], &[]).await;
    assert_eq!(kind(set), ErrorKind::NotFound);
    let set = ops.set_secret(bob, "diary", "KEY", "api.example.com", "open-sesame");
    assert_eq!(kind(set.await), ErrorKind::NotFound);
    assert_eq!(kind(ops.secrets(bob, "diary").await), ErrorKind::NotFound);
    let removed = ops.remove_secret(bob, "diary", "KEY").await;
    assert_eq!(kind(removed), ErrorKind::NotFound);
}

/// Each host with whether it is asked for, approved and open.
async fn hosts(host: &Fixture, ada: AccountId) -> Vec<String> {
    let report = host.ops.egress(ada, "diary").await.unwrap();
    let flag = |is: bool, letter| if is { letter } else { '-' };
    let words = report.hosts.iter().map(|one| {
        let (asked, approved) = (flag(one.asked, 'a'), flag(one.approved, 'y'));
        format!("{} {asked}{approved}{}", one.rule, flag(one.open, 'o'))
    });
    words.collect()
}

#[tokio::test]
async fn hosts_are_approved_and_withdrawn() {
    let (host, ada) = with_diary().await;
    let waiting = async || {
        let summary = host.ops.appspace(ada, "diary").await.unwrap();
        let waiting = summary.egress_waiting.iter().map(ToString::to_string);
        (waiting.collect::<Vec<_>>(), summary.status)
    };
    let none = (
        vec!["api.example.com".to_owned(), "*.example.org".to_owned()],
        AppspaceStatus::Awake,
    );
    assert_eq!(waiting().await, none, "nothing is approved by default");
    let change = async |allow: &[&str], deny: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (allow, deny) = (owned(allow), owned(deny));
        host.ops.set_egress(ada, "diary", &allow, &deny).await
    };
    for wrong in [
        "10.0.0.1",
        "*",
        "com",
        "other.example.com",
        "api.example.com:80",
    ] {
        let refused = change(&["a.example.org", wrong], &[]).await;
        assert_eq!(kind(refused), ErrorKind::Invalid, "{wrong}");
    }
    assert_eq!(
        kind(change(&[], &["api.example.com"]).await),
        ErrorKind::NotFound
    );
    assert_eq!(waiting().await, none, "what is refused changes nothing");

    change(&["api.example.com", "a.example.org"], &[])
        .await
        .unwrap();
    let some = [
        "api.example.com ayo",
        "*.example.org a--",
        "a.example.org -yo",
    ];
    assert_eq!(hosts(&host, ada).await, some);
    assert_eq!(waiting().await, (vec![], AppspaceStatus::Asleep));
    change(&["*.example.org"], &["api.example.com"])
        .await
        .unwrap();
    let some = [
        "api.example.com a--",
        "*.example.org ayo",
        "a.example.org -yo",
    ];
    assert_eq!(hosts(&host, ada).await, some);
}

#[tokio::test]
async fn secrets_come_and_go() {
    let (host, ada) = with_diary().await;
    let set = async |name: &str, to: &str, value: &str| {
        let set = host.ops.set_secret(ada, "diary", name, to, value).await;
        set.map(|entry| entry.name.to_string())
    };
    let invalid = [
        ("key", "api.example.com", "open-sesame"),
        ("KEY", "api.example.com", "short"),
        ("KEY", "other.example.com", "open-sesame"),
        ("KEY", "*.example.com", "open-sesame"),
        ("KEY", "", "open-sesame"),
    ];
    for (name, to, value) in invalid {
        let refused = set(name, to, value).await;
        assert_eq!(kind(refused), ErrorKind::Invalid, "{name} {to}");
    }
    assert_eq!(host.ops.secrets(ada, "diary").await.unwrap(), []);
    assert_eq!(
        set("KEY", "api.example.com", "open-sesame").await.unwrap(),
        "KEY"
    );
    set("KEY", "a.example.org", "open-sesame").await.unwrap();
    let entries = host.ops.secrets(ada, "diary").await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].host.to_string(), "a.example.org");
    let gone = async |name: &str| host.ops.remove_secret(ada, "diary", name).await;
    assert_eq!(kind(gone("OTHER").await), ErrorKind::NotFound);
    assert_eq!(gone("KEY").await.unwrap(), []);
    assert_eq!(kind(gone("KEY").await), ErrorKind::NotFound);
}

#[tokio::test]
async fn usage_has_every_hour_and_what_is_not_written_yet() {
    let (host, ada) = with_diary().await;
    let terms = &host.ops.parts.terms;
    let id = host.ops.appspace(ada, "diary").await.unwrap().appspace.id;
    let now = Hour::of(terms.clock.now());
    let used = |requests| UsageDelta {
        requests,
        cpu: Duration::from_millis(2),
        ..UsageDelta::default()
    };
    let at = |hour, requests| HourUsage {
        appspace: id,
        hour,
        usage: used(requests),
    };
    let hours = [at(now.before(23), 1), at(now.before(24), 10), at(now, 100)];
    let run = RunRecord {
        sandbox: SandboxId::new(),
        appspace: id,
        started: Timestamp(1),
        ended: Timestamp(2),
        usage: used(1),
        death: "stopped (idle)".into(),
    };
    let runs = std::slice::from_ref(&run);
    terms.usage.add_usage(&hours, runs).await.unwrap();
    terms.recorder.add(id, used(1000));

    let report = host.ops.usage(ada, "diary", 3).await.unwrap();
    let requests: Vec<u64> = report.hours.iter().map(|(_, used)| used.requests).collect();
    assert_eq!(requests.len(), 24);
    assert_eq!((requests[0], requests[23]), (1, 1100));
    assert_eq!(requests[1..23].iter().sum::<u64>(), 0);
    assert_eq!(report.hours[23].0, now);
    assert_eq!(report.days.len(), 3);
    let all: u64 = report.days.iter().map(|(_, used)| used.requests).sum();
    assert_eq!(all, 1111);
    assert_eq!(host.ops.runs(ada, "diary", 9).await.unwrap(), [run]);
}
