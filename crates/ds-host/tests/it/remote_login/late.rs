//! Answers that come too late, and a host that is gone.

use ds_auth::{
    Epoch,
    dropid::{client::PendingLoginStore as _, server::CodeStore as _},
};
use ds_core::{Clock as _, SystemClock, secret::Token};
use ds_store::Store;
use url::Url;

use super::{
    liar::parameter,
    outside::{done_now, is_let_in},
    pair::{Place, agrees, says},
    two_hosts::Scene,
};
use crate::host::Host;

#[test]
fn an_answer_comes_too_late() {
    let mut scene = Scene::new();
    let answer = scene.comes_back();
    ends(&scene.a, &answer);
    let page = scene.ada.get(&answer);
    let mut ada = scene.copy();
    scene
        .outside()
        .refused("the login has ended", &mut ada, &page, 400);

    let answer = scene.comes_back();
    code_ends(&scene.b.host, &parameter(&answer, "code"));
    let page = scene.ada.get(&answer);
    scene
        .outside()
        .refused("the code has ended", &mut ada, &page, 502);
}

/// Lets the time of a login under way be over.
fn ends(place: &Place, answer: &Url) {
    let state = Token::presented(&parameter(answer, "state")).hash();
    done_now(async {
        let store = store(&place.host).await;
        let mut pending = store.take_pending_login(&state).await.unwrap().unwrap();
        assert!(pending.expires > SystemClock.now());
        pending.expires = SystemClock.now();
        store.add_pending_login(&state, &pending).await.unwrap();
    });
}

/// Lets the time of a code be over.
pub(crate) fn code_ends(host: &Host, code: &str) {
    let code = Token::presented(code).hash();
    done_now(async {
        let store = store(host).await;
        let mut grant = store.take_code(&code).await.unwrap().unwrap();
        assert!(grant.expires > SystemClock.now());
        grant.expires = SystemClock.now();
        store
            .add_code(&code, &grant, Epoch(u64::MAX))
            .await
            .unwrap();
    });
}

async fn store(host: &Host) -> Store {
    let path = host.dir.path().join("data/host.db");
    Store::open(&path).await.unwrap()
}

#[test]
fn a_host_is_gone_in_the_midst() {
    let mut scene = Scene::new();
    let (mut bob, theirs) = scene.b.bob();
    scene
        .a
        .done(&format!("appspace member add notes {theirs} --as Bob"));
    let answer = scene.comes_back();
    let page = scene.ada.get(&answer);
    assert!(page.status == 303 && is_let_in(&page), "{page:?}");
    let sent = says(&mut bob, &scene.notes, &theirs);
    let asked = bob.get(&sent.to());
    let answer = agrees(&mut bob, &asked, &theirs).to();
    scene.b.host.kill();
    let page = bob.get(&answer);
    scene
        .outside()
        .refused("after saying yes", &mut bob, &page, 502);
    let page = says(&mut bob, &scene.notes, &theirs);
    scene.outside().refused("before it", &mut bob, &page, 502);
    // Who is in stays in.
    let page = scene.ada.get(&scene.notes.join("/private").unwrap());
    assert_eq!(page.status, 200, "{page:?}");
}
