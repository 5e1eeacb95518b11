//! How much of the way out one sandbox, and all together, can have.

use std::{sync::Arc, time::Duration};

use ds_egress::{Egress, EgressConfig, EgressLimits};
use ds_net::AddressFilter;

use crate::{
    connections::echoes,
    sandbox::{Answers, Sandbox, Setup, ended},
    server,
};

#[tokio::test]
async fn connections_at_once_are_bounded() {
    let mut setup = Setup::new(&["api.example.com"], server::echo().await);
    setup.limits.connections = 3;
    setup.limits.connect = Duration::from_millis(200);
    let sandbox = setup.start();
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut stream = sandbox.connect("api.example.com", 443).await;
        echoes(&mut stream, b"x").await;
        open.push(stream);
    }
    let stream = sandbox.connect("api.example.com", 443).await;
    sandbox
        .refused(
            stream,
            "api.example.com:443 (3 connections are open already)",
        )
        .await;
    echoes(&mut open[0], b"still").await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    let mut setup = Setup::new(&["api.example.com"], server::echo().await);
    setup.limits.connections = 2;
    let sandbox = Arc::new(setup.start());
    let many = (0..200).map(|_| {
        let sandbox = Arc::clone(&sandbox);
        tokio::spawn(async move {
            echoes(&mut sandbox.connect("api.example.com", 443).await, b"x").await;
        })
    });
    for one in many.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    assert!(sandbox.log().is_empty(), "{:?}", sandbox.log());
}

#[tokio::test]
async fn all_sandboxes_together_are_bounded() {
    let server = server::echo().await;
    let egress = Egress::new(EgressConfig {
        filter: AddressFilter::new(vec!["127.0.0.0/8".parse().unwrap()]),
        resolver: Arc::new(Answers(move |_: &str| Ok(vec![server]))),
        limits: EgressLimits {
            connections_of_all: 1,
            connect: Duration::from_millis(200),
            ..EgressLimits::default()
        },
        ..EgressConfig::default()
    });
    let rules = vec!["api.example.com".parse().unwrap()];
    let [one, two] = [0, 1].map(|_| Sandbox::start(&egress, rules.clone(), Vec::new()));
    let mut first = one.connect("api.example.com", 443).await;
    echoes(&mut first, b"x").await;
    let stream = two.connect("api.example.com", 443).await;
    two.refused(
        stream,
        "the apps of this host have too many connections open",
    )
    .await;
    echoes(&mut first, b"x").await;
}

#[tokio::test]
async fn who_says_nothing_is_cut_off() {
    let mut setup = Setup::new(&["api.example.com"], server::echo().await);
    setup.limits.idle = Duration::from_millis(300);
    let sandbox = setup.start();
    let mut slow = sandbox.connect("api.example.com", 443).await;
    let begun = std::time::Instant::now();
    // Slow is not silent.
    while begun.elapsed() < Duration::from_millis(600) {
        echoes(&mut slow, b"x").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    ended(&mut slow).await;
    sandbox
        .logs("egress failed: api.example.com:443 (nothing came or went for")
        .await;
}
