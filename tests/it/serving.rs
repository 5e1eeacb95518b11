//! What is served from memory, what wakes an appspace, and what appspaces share (nothing).

use crate::host::TestHost;

#[tokio::test(flavor = "multi_thread")]
async fn static_routes_need_no_sandbox_and_no_query() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut member = host.member_of("echo").await;
    let mut stranger = host.program();
    let (public, members) = (
        host.at("echo", "/public.txt"),
        host.at("echo", "/members.txt"),
    );
    // Once, so that the address and the session are in memory.
    stranger.get(&public).await;
    member.get(&members).await;

    let before = host.counts();
    for _ in 0..20 {
        assert_eq!(stranger.get(&public).await.text(), "a public file\n");
        assert_eq!(member.get(&members).await.text(), "a file for members\n");
    }
    assert_eq!(host.counts(), before, "(queries, sandboxes)");

    // The counters do count.
    assert_eq!(
        stranger.get(&host.at("echo", "/count")).await.text(),
        r#"{"count":1}"#
    );
    assert_eq!(host.counts().1, before.1 + 1);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revocation_empties_the_memory_at_once() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut member = host.member_of("echo").await;
    let url = host.at("echo", "/members.txt");
    assert_eq!(member.get(&url).await.status, 200);
    host.host.sessions().end_account(host.owner).await.unwrap();
    let refused = member
        .send(http::Method::GET, &url, &[], bytes::Bytes::new())
        .await;
    assert_eq!(refused.status, 303, "sent to log in again");
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeping_appspace_wakes_once_for_many() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let before = host.counts().1;
    let visitors: Vec<_> = (0..16)
        .map(|_| {
            let (mut visitor, url) = (host.program(), host.at("echo", "/count"));
            tokio::spawn(async move { visitor.get(&url).await.status })
        })
        .collect();
    for visitor in visitors {
        assert_eq!(visitor.await.unwrap(), 200);
    }
    assert_eq!(host.counts().1, before + 1);
    let last = host.program().get(&host.at("echo", "/count")).await;
    assert_eq!(last.text(), r#"{"count":17}"#);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_appspaces_of_one_app_share_nothing() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "one").await;
    host.create("Echo", "two").await.unwrap();
    let mut visitor = host.program();
    visitor
        .post_form(&host.at("one", "/keep/secret.txt"), &[("of", "one")])
        .await;
    assert_eq!(
        visitor
            .get(&host.at("one", "/kept/secret.txt"))
            .await
            .text(),
        "of=one"
    );
    assert_eq!(
        visitor
            .get(&host.at("one", "/files/secret.txt"))
            .await
            .text(),
        "of=one"
    );
    assert_eq!(
        visitor
            .get(&host.at("two", "/kept/secret.txt"))
            .await
            .status,
        500
    );
    assert_eq!(
        visitor
            .get(&host.at("two", "/files/secret.txt"))
            .await
            .status,
        404
    );
    assert_eq!(
        visitor.get(&host.at("one", "/count")).await.text(),
        r#"{"count":1}"#
    );
    assert_eq!(
        visitor.get(&host.at("two", "/count")).await.text(),
        r#"{"count":1}"#
    );

    // A session at one is none at the other, wherever the cookie comes from.
    let member = host.member_of("one").await;
    let cookie = format!("ds-member={}", member.cookies("one.localhost")["ds-member"]);
    let url = host.at("two", "/members");
    let answer = visitor
        .send(
            http::Method::GET,
            &url,
            &[("cookie", &cookie)],
            bytes::Bytes::new(),
        )
        .await;
    assert_eq!(answer.status, 401);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_dies_is_replaced() {
    let host = TestHost::start().await;
    host.with_appspace("echo", "echo").await;
    let mut visitor = host.program();
    assert_eq!(visitor.get(&host.at("echo", "/count")).await.status, 200);
    let died = visitor.get(&host.at("echo", "/exit")).await;
    assert_eq!(died.status, 502, "{}", died.text());
    assert_eq!(
        visitor.get(&host.at("echo", "/count")).await.text(),
        r#"{"count":1}"#
    );
    let summary = host.host.ops.appspaces(host.owner).await.unwrap();
    let log = std::fs::read_to_string(host.data.appspace(summary[0].appspace.id).log()).unwrap();
    assert!(log.contains("crashed (exit code 3)"), "{log}");
    host.end().await;
}
