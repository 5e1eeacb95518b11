//! Answers that were replayed, swapped or stolen, between two real hosts. Each is refused.

use ds_core::secret::Token;

use super::{
    liar::{back, parameter},
    outside::is_let_in,
    pair::says,
    two_hosts::Scene,
};

#[test]
fn an_answer_is_replayed() {
    let mut scene = Scene::new();
    let answer = scene.comes_back();
    let mut copy = scene.copy();
    let page = scene.ada.get(&answer);
    assert!(page.status == 303 && is_let_in(&page), "{page:?}");
    let page = copy.get(&answer);
    scene
        .outside()
        .refused("the address again", &mut copy, &page, 400);

    // The code that was used, with a new login of the same browser.
    let asked = says(&mut copy, &scene.notes, &scene.dropid).to();
    let again = back(&asked, &parameter(&answer, "code"), scene.b.site.as_str());
    let page = copy.get(&again);
    scene
        .outside()
        .refused("the code again", &mut copy, &page, 502);
}

#[test]
fn a_code_is_put_into_another_login() {
    let mut scene = Scene::new();
    let code = parameter(&scene.comes_back(), "code");
    let (mut bob, theirs) = scene.b.bob();
    scene
        .a
        .done(&format!("appspace member add notes {theirs} --as Bob"));
    let issuer = scene.b.site.to_string();

    let asked = says(&mut bob, &scene.notes, &theirs).to();
    let page = bob.get(&back(&asked, &code, &issuer));
    scene
        .outside()
        .refused("Ada's code in Bob's login", &mut bob, &page, 502);

    // Two logins of one browser, too, are two.
    let one = parameter(&scene.comes_back(), "code");
    let two = scene.begins();
    let page = scene.ada.get(&back(&two, &one, &issuer));
    let mut ada = scene.copy();
    scene
        .outside()
        .refused("in her own other login", &mut ada, &page, 502);
}

#[test]
fn an_answer_is_swapped() {
    let mut scene = Scene::new();
    let (mut bob, theirs) = scene.b.bob();
    scene
        .a
        .done(&format!("appspace member add notes {theirs} --as Bob"));
    // Bob has begun a login of his own, and is led to Ada's answer, and she to what is left of it.
    let asked = says(&mut bob, &scene.notes, &theirs);
    assert_eq!(asked.status, 303, "{asked:?}");
    let answer = scene.comes_back();
    let page = bob.get(&answer);
    scene
        .outside()
        .refused("in Bob's browser", &mut bob, &page, 400);
    let page = scene.ada.get(&answer);
    let mut ada = scene.copy();
    scene
        .outside()
        .refused("used up by that", &mut ada, &page, 400);
}

#[test]
fn an_answer_names_another_issuer() {
    let mut scene = Scene::new();
    let own = scene.b.site.to_string();
    for issuer in [
        scene.a.site.to_string(),
        own.replace("https", "http"),
        format!("{own}x"),
        String::new(),
    ] {
        let answer = scene.comes_back();
        let mut swapped = answer.clone();
        let pairs = answer.query_pairs().filter(|(name, _)| name != "iss");
        swapped
            .query_pairs_mut()
            .clear()
            .extend_pairs(pairs)
            .append_pair("iss", &issuer);
        let page = scene.ada.get(&swapped);
        let mut ada = scene.copy();
        scene.outside().refused(&issuer, &mut ada, &page, 400);
    }
}

#[test]
fn a_stolen_code_is_redeemed_elsewhere() {
    let mut scene = Scene::new();
    let answer = scene.comes_back();
    let code = parameter(&answer, "code");
    let client = scene.notes.join("/.dropserver/client").unwrap();
    let callback = scene.notes.join("/.dropserver/callback").unwrap();
    let endpoint = scene.b.site.join("/dropid/authorize").unwrap();
    let mut thief = scene.a.person();
    let known = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", client.as_str()),
        ("redirect_uri", callback.as_str()),
    ];
    let guess = Token::random();
    let page = thief.post(&endpoint, &known);
    scene
        .outside()
        .refused("without the verifier", &mut thief, &page, 400);
    let mut form = known.to_vec();
    form.push(("code_verifier", guess.reveal()));
    let page = thief.post(&endpoint, &form);
    scene
        .outside()
        .refused("with another", &mut thief, &page, 400);
    assert!(
        page.text.contains("invalid_grant") && !page.text.contains("id_token"),
        "{page:?}"
    );

    // The code that was tried is no good to Ada either; another is.
    let page = scene.ada.get(&answer);
    let mut ada = scene.copy();
    scene
        .outside()
        .refused("a code that was tried", &mut ada, &page, 502);
    let answer = scene.comes_back();
    let page = scene.ada.get(&answer);
    assert!(page.status == 303 && is_let_in(&page), "{page:?}");
}

#[test]
fn a_stolen_answer_is_opened_in_another_browser() {
    let mut scene = Scene::new();
    let answer = scene.comes_back();
    let mut thief = scene.a.person();
    let page = thief.get(&answer);
    scene
        .outside()
        .refused("without her cookie", &mut thief, &page, 400);
}
