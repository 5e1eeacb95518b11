//! A link that says who somebody is: it saves typing, and leads nobody anywhere they have not been.

use super::{
    pair::{agrees, logs_in, says},
    two_hosts::Scene,
};

#[test]
fn a_link_leads_only_where_its_person_has_been() {
    let scene = Scene::new();
    let (notes, dropid) = (scene.notes.clone(), scene.dropid.clone());
    let link = |who: &str| {
        let mut link = notes.join("/.dropserver/enter?path=/private").unwrap();
        link.query_pairs_mut().append_pair("dropid", who);
        link
    };
    let filled =
        |who: &str| format!("name=\"who\" type=\"text\" inputmode=\"url\" value=\"{who}\"");
    let outside = scene.outside();

    // A browser that was never here: the field is filled in, and nobody is asked.
    let (mut ada, mut other) = (scene.copy(), scene.a.person());
    for person in [&mut ada, &mut other] {
        let page = person.get(&link(&dropid));
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.text.contains(&filled(&dropid)), "{page:?}");
    }
    for bad in [
        "",
        "//",
        "https://",
        "javascript:alert(1)",
        "\"><script>",
        "a b",
        "ada@b.example",
        &"x".repeat(3000),
    ] {
        let page = other.get(&link(bad));
        assert_eq!(page.status, 200, "{bad}: {page:?}");
        assert!(page.text.contains(&filled("")), "{bad}: {page:?}");
    }

    // Where she has logged in with this browser: at once back to her own host, which asks her.
    let arrived = logs_in(&mut ada, &notes, &dropid, &dropid);
    assert_eq!(arrived.status, 200, "{arrived:?}");
    assert_eq!(
        ada.get(&link(&dropid)).to().path(),
        "/private",
        "there already"
    );
    ada.loses(&notes, "__Host-ds-member");
    let sent = ada.get(&link(&dropid)).to();
    assert_eq!(sent.origin(), scene.b.site.origin(), "{sent}");
    let asked = ada.get(&sent);
    assert!(
        asked.status == 200 && asked.text.contains("You are about to log in"),
        "{asked:?}"
    );

    // Whoever else a link names (the host of who made it, say) is only written into the field; and hers is there, if a
    // link names nobody.
    for (named, shown) in [
        ("evil.example/mallory", "evil.example/mallory"),
        ("", &*dropid),
    ] {
        let page = ada.get(&link(named));
        assert_eq!(page.status, 200, "{named}: {page:?}");
        assert!(page.text.contains(&filled(shown)), "{named}: {page:?}");
    }
    // What is for members leads her there, too, and not to the account site.
    let sent = ada.get(&notes.join("/private").unwrap()).to();
    assert_eq!(
        (sent.path(), sent.query()),
        ("/.dropserver/enter", Some("path=%2Fprivate"))
    );

    // A cookie that was changed says nothing more than its browser's person could type.
    for forged in ["x", "", "evil.example/mallory", "%22%3E"] {
        let mut forger = ada.clone();
        forger.keeps(&notes, "__Host-ds-guest", forged);
        assert_eq!(forger.get(&link(&dropid)).status, 200, "{forged}");
    }

    // A login that began by a link ends like any other: with her yes, in her browser.
    let mut stranger = scene.a.person();
    let agreed = agrees(&mut ada, &asked, &dropid).to();
    let page = stranger.get(&agreed);
    outside.refused("in another browser", &mut stranger, &page, 400);
    let arrived = logs_in(&mut ada, &notes, &dropid, &dropid);
    assert_eq!(arrived.status, 200, "{arrived:?}");

    // Logged out, nothing is remembered of her.
    let out = notes.join("/.dropserver/logout").unwrap();
    ada.post(&out, &[]);
    let page = ada.get(&link(&dropid));
    assert!(
        page.status == 200 && page.text.contains(&filled(&dropid)),
        "{page:?}"
    );
    let sent = ada.get(&notes.join("/private").unwrap()).to();
    assert_eq!(sent.path(), "/appspacelogin");
    assert_eq!(says(&mut ada, &notes, &dropid).status, 303);
}
