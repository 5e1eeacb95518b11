//! Hosts that speak for people of another. Each is refused.

use ds_auth::dropid::signing::Claims;
use url::Url;

use super::{
    liar::Liar,
    outside::{Outside, is_let_in},
    pair::{Authority, Place, agrees, says},
    person::Person,
};

/// An appspace of which Eve, of the host that lies, is a member.
pub(crate) struct Scene {
    pub(crate) authority: Authority,
    pub(crate) a: Place,
    pub(crate) notes: Url,
    pub(crate) liar: Liar,
    pub(crate) eve: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let authority = Authority::new();
        let (a, notes) = Place::with_notes("a", "", Some(&authority));
        let liar = Liar::start(&authority);
        let eve = liar.dropid("eve");
        a.done(&format!("appspace member add notes {eve} --as Eve"));
        let scene = Self {
            authority,
            a,
            notes,
            liar,
            eve,
        };
        // What is refused below is refused for its twist alone.
        let mut person = scene.a.person();
        let asked = scene.asked(&mut person);
        let me = scene.me();
        let page = person.get(&scene.liar.says(&asked, &me, |_| ()));
        assert!(page.status == 303 && is_let_in(&page), "{page:?}");
        scene
    }

    pub(crate) fn me(&self) -> String {
        format!("https://{}", self.eve)
    }

    /// Eve says who she is: with what her browser is sent to her host.
    pub(crate) fn asked(&self, person: &mut Person) -> Url {
        says(person, &self.notes, &self.eve).to()
    }

    /// Her host answers with a twist, and she is refused.
    pub(crate) fn refused(&self, what: &str, me: &str, twist: impl FnOnce(&mut Claims)) {
        let outside = Outside::of(&self.a, &self.notes);
        let mut person = self.a.person();
        let asked = self.asked(&mut person);
        let redeemed = self.liar.lies().redeemed;
        let page = person.get(&self.liar.says(&asked, me, twist));
        outside.refused(what, &mut person, &page, 502);
        let since = self.liar.lies().redeemed - redeemed;
        assert_eq!(since, 1, "{what}: refused before it was heard");
    }

    /// Another host, with Ada, who is a member too.
    pub(crate) fn with_ada(&self) -> (Place, Person, String) {
        let b = Place::start("b", "", Some(&self.authority));
        let (ada, dropid) = b.ada("b");
        self.a
            .done(&format!("appspace member add notes {dropid} --as Ada"));
        (b, ada, dropid)
    }
}

#[test]
fn a_host_speaks_for_somebody_of_another() {
    let scene = Scene::new();
    let (_b, _, dropid) = scene.with_ada();
    let (ada, eve) = (format!("https://{dropid}"), scene.me());
    scene.refused("another host's person", &ada, |_| ());
    scene.refused("one answered, another signed", &eve, |claims| {
        claims.sub.clone_from(&ada);
    });
    scene.refused("one signed, another answered", &ada, |claims| {
        claims.sub.clone_from(&eve);
    });
    scene.refused("nobody", "not an address", |_| ());

    // Who does not sign at all may no more.
    let outside = Outside::of(&scene.a, &scene.notes);
    scene.liar.lies().metadata["jwks_uri"].take();
    let mut person = scene.a.person();
    let asked = scene.asked(&mut person);
    let page = person.get(&scene.liar.says_unsigned(&asked, &ada));
    outside.refused("without a signature", &mut person, &page, 502);
}

#[test]
fn a_host_names_the_issuer_of_another() {
    let scene = Scene::new();
    let (b, mut ada, dropid) = scene.with_ada();
    let outside = Outside::of(&scene.a, &scene.notes);
    let honest = scene.liar.lies().metadata.clone();
    let mut person = scene.a.person();
    scene.liar.lies().metadata["issuer"] = b.site.as_str().into();
    let page = says(&mut person, &scene.notes, &scene.eve);
    outside.refused("another's issuer", &mut person, &page, 502);

    // With its own name, but the other's place to ask and keys: Ada says yes there, and comes back with that host's name.
    let mut mixed = honest;
    mixed["authorization_endpoint"] = b.site.join("/dropid/authorize").unwrap().as_str().into();
    mixed["jwks_uri"] = b
        .site
        .join("/.well-known/jwks.json")
        .unwrap()
        .as_str()
        .into();
    scene.liar.lies().metadata = mixed;
    let sent = says(&mut ada, &scene.notes, &scene.eve);
    let asked = ada.get(&sent.to());
    let agreed = agrees(&mut ada, &asked, &dropid);
    let page = ada.get(&agreed.to());
    outside.refused("another's endpoints", &mut ada, &page, 400);
}

#[test]
fn a_host_sends_the_browser_on_to_another() {
    let scene = Scene::new();
    let (b, mut ada, dropid) = scene.with_ada();
    let outside = Outside::of(&scene.a, &scene.notes);
    let asked = says(&mut ada, &scene.notes, &scene.eve).to();
    let mut on = b.site.join("/dropid/authorize").unwrap();
    on.set_query(asked.query());
    let page = ada.get(&on);
    let back = agrees(&mut ada, &page, &dropid).to();
    let redeemed = scene.liar.lies().redeemed;
    let page = ada.get(&back);
    outside.refused("mixed up", &mut ada, &page, 400);
    let since = scene.liar.lies().redeemed - redeemed;
    assert_eq!(since, 0, "the liar was shown Ada's code");
}
