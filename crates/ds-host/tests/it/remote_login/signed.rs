//! What a host says of its own person is signed as it should be, but for one thing. Each is refused.

use ds_core::{Clock as _, SystemClock};

use super::{
    hostile::Scene,
    liar::{new_key, parameter},
    outside::Outside,
    pair::says,
};

#[test]
fn what_was_signed_has_ended() {
    let scene = Scene::new();
    let me = scene.me();
    let now = || SystemClock.now().0.div_euclid(1000);
    let day = 24 * 60 * 60;
    scene.refused("ended", &me, |claims| claims.exp = now() - 120);
    scene.refused("of yesterday, for long", &me, |claims| {
        (claims.iat, claims.exp) = (now() - day, now() + day);
    });
    scene.refused("of tomorrow", &me, |claims| {
        (claims.iat, claims.exp) = (now() + day, now() + day + 120);
    });
}

#[test]
fn what_was_signed_is_for_another_audience() {
    let scene = Scene::new();
    let me = scene.me();
    let other = scene.notes.as_str().replace("notes", "photos");
    for audience in [
        &*format!("{other}.dropserver/client"),
        scene.notes.as_str(),
        "",
    ] {
        scene.refused(audience, &me, |claims| audience.clone_into(&mut claims.aud));
    }
    let site = scene.a.site.as_str();
    scene.refused("by another issuer", &me, |claims| {
        site.clone_into(&mut claims.iss);
    });
}

#[test]
fn what_was_signed_is_for_another_login() {
    let scene = Scene::new();
    let me = scene.me();
    scene.refused("no nonce", &me, |claims| claims.nonce = None);
    // That of another login which is under way in the same browser.
    let outside = Outside::of(&scene.a, &scene.notes);
    let mut person = scene.a.person();
    let (one, two) = (scene.asked(&mut person), scene.asked(&mut person));
    let nonce = parameter(&one, "nonce");
    assert_ne!(nonce, parameter(&two, "nonce"));
    let twisted = scene
        .liar
        .says(&two, &me, |claims| claims.nonce = Some(nonce));
    let page = person.get(&twisted);
    outside.refused("another's nonce", &mut person, &page, 502);
}

#[test]
fn it_is_signed_with_a_key_that_nobody_published() {
    let mut scene = Scene::new();
    scene.liar.key = new_key().0;
    scene.refused("an unknown key", &scene.me(), |_| ());
}

#[test]
fn a_host_that_signed_stops_signing() {
    let scene = Scene::new();
    let outside = Outside::of(&scene.a, &scene.notes);
    let mut person = scene.a.person();
    let asked = scene.asked(&mut person);
    let page = person.get(&scene.liar.says_unsigned(&asked, &scene.me()));
    outside.refused("it says that it signs", &mut person, &page, 502);
    assert!(
        page.text.contains("it is not signed, as it has to be"),
        "{page:?}"
    );

    scene.liar.lies().metadata["jwks_uri"].take();
    let asked = scene.asked(&mut person);
    let page = person.get(&scene.liar.says_unsigned(&asked, &scene.me()));
    outside.refused("it says so no more", &mut person, &page, 502);
    assert!(page.text.contains("used to sign"), "{page:?}");

    // Nor is it believed about others of its people.
    let mia = scene.liar.dropid("mia");
    scene
        .a
        .done(&format!("appspace member add notes {mia} --as Mia"));
    let outside = Outside::of(&scene.a, &scene.notes);
    let asked = says(&mut person, &scene.notes, &mia).to();
    let page = person.get(&scene.liar.says_unsigned(&asked, &format!("https://{mia}")));
    outside.refused("of somebody new", &mut person, &page, 502);
}
