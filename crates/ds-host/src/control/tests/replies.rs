//! What `--json` prints. Programs depend on it: a change here is a change of an interface.

use super::*;

/// Replies as JSON, with what differs from run to run replaced.
pub(super) fn check(name: &str, reply: &Reply) {
    insta::with_settings!({ filters => vec![
        ("\"[0-9a-f]{32}\"", "\"(id)\""),
        ("\"[a-z0-9]{10}\"", "\"(member)\""),
        ("\"20[-0-9]+T[:0-9]+Z\"", "\"(time)\""),
    ] }, { insta::assert_json_snapshot!(name, reply) });
}

#[tokio::test]
async fn replies() {
    let host = Running::new().await;
    check("account", &host.done(account("ada@example.com")).await);
    host.host.account("bob@example.com", false).await;
    let package = host.host.dir.path().join("notes@1.0.0");
    std::fs::write(&package, "").unwrap();
    let install = Command::AppInstall {
        owner: None,
        package,
        modules: None,
    };
    check("installed", &host.done(install).await);
    check("apps", &host.done(Command::AppList { owner: None }).await);
    let create = Command::AppspaceCreate {
        owner: None,
        app: "notes@1.0.0".to_owned(),
        address: "diary".to_owned(),
    };
    check("appspace", &host.done(create).await);
    check(
        "appspaces",
        &host.done(Command::AppspaceList { owner: None }).await,
    );
    check(
        "paused",
        &host.done(Command::AppspacePause(which("diary"))).await,
    );
    check(
        "resumed",
        &host.done(Command::AppspaceResume(which("diary"))).await,
    );
    let add = Command::MemberAdd {
        which: which("diary"),
        email: "bob@example.com".to_owned(),
        name: Some("Bob".to_owned()),
        role: None,
    };
    check("member", &host.done(add).await);
    check(
        "granted",
        &host.done(Command::MemberGrant(permit("edit"))).await,
    );
    check(
        "members",
        &host.done(Command::MemberList(which("diary"))).await,
    );
    check(
        "revoked",
        &host.done(Command::MemberRevoke(permit("edit"))).await,
    );
    let invite = Command::MemberInvite {
        which: which("diary"),
        note: "the choir".to_owned(),
        role: Some("editor".to_owned()),
        uses: 10,
        days: 30,
    };
    let mut invitation = host.done(invite).await;
    if let Reply::JoinLink(link) = &mut invitation {
        assert!(link.link.contains("diary.localhost:3000/.dropserver/join/"));
        "(link)".clone_into(&mut link.link);
    }
    check("join-link", &invitation);
    let remove = Command::MemberRemove {
        which: which("diary"),
        member: "bob@example.com".to_owned(),
        for_good: true,
    };
    check("member-removed", &host.done(remove).await);
    let barred = host.done(Command::MemberBarred(which("diary"))).await;
    check_barred(&host, barred).await;
    terms(&host).await;
}

/// Bounds, usage, other hosts and secrets.
async fn terms(host: &Running) {
    let limits = Command::AppspaceLimits {
        which: which("diary"),
        set: vec!["memory_mib=700".to_owned()],
        reset: vec!["threads".to_owned()],
    };
    check("limits", &host.done(limits).await);
    let egress = Command::AppspaceEgress {
        which: which("diary"),
        allow: vec!["api.example.com".to_owned(), "a.example.org".to_owned()],
        deny: Vec::new(),
    };
    host.done(egress).await;
    let secret = Command::SecretSet {
        which: which("diary"),
        name: "API_KEY".to_owned(),
        host: "api.example.com".to_owned(),
        value: Secret("open-sesame".to_owned()),
    };
    check("secret", &host.done(secret).await);
    let egress = Command::AppspaceEgress {
        which: which("diary"),
        allow: Vec::new(),
        deny: Vec::new(),
    };
    check("egress", &host.done(egress).await);
    let list = Command::SecretList(which("diary"));
    check("secrets", &host.done(list).await);
    let usage = Command::AppspaceUsage {
        which: which("diary"),
        days: Some(1),
    };
    let Reply::Usage(mut usage) = host.done(usage).await else {
        panic!("no usage")
    };
    assert_eq!((usage.hours.len(), usage.days.len()), (24, 1));
    usage.hours.truncate(1);
    check("usage", &Reply::Usage(usage));
}

/// Who was removed for good is listed, and may come back when that is said.
async fn check_barred(host: &Running, mut barred: Reply) {
    let Reply::Barred(all) = &mut barred else {
        panic!("no list")
    };
    let id = std::mem::replace(&mut all[0].id, "(id)".to_owned());
    check("barred", &barred);
    let let_back = |id: &str| Command::MemberLetBack {
        which: which("diary"),
        id: id.to_owned(),
    };
    assert_eq!(host.refused(let_back("x")).await, ErrorKind::NotFound);
    let Reply::LetBack(mut one) = host.done(let_back(&id)).await else {
        panic!("nobody may come back")
    };
    assert_eq!(one.id, id);
    "(id)".clone_into(&mut one.id);
    check("let-back", &Reply::LetBack(one));
    let left = host.done(Command::MemberBarred(which("diary"))).await;
    assert_eq!(left, Reply::Barred(Vec::new()));
}
