//! Datasette with datasette-indieauth: a website whose readers log in with IndieAuth. A DropID of a host logs in to it.

use std::fs;

use serde_json::json;
use url::Url;

use super::{
    super::{
        liar::parameter,
        pair::{Authority, Place, agrees},
        person::Person,
    },
    Home, Peer, tunnel,
};

/// A host with Ada, and a website with a page that only she may read.
struct Scene {
    b: Place,
    ada: Person,
    dropid: String,
    website: Peer,
}

impl Scene {
    fn new() -> Self {
        let authority = Authority::new();
        // Datasette refuses ports in people's addresses, as IndieAuth has it.
        let b = Place::at_the_usual_port("b", &authority);
        let (ada, dropid) = b.ada("b");
        assert_eq!(dropid, "drop.b.localhost/ada");
        let website = website(&b, &authority, &format!("https://{dropid}"));
        Self {
            b,
            ada,
            dropid,
            website,
        }
    }

    /// Somebody says who they are: their browser is sent to their host.
    fn says(&self, person: &mut Person, dropid: &str) -> Url {
        let form = person.get(&self.website.page("/-/indieauth"));
        assert_eq!(form.status, 200, "{form:?}");
        let (csrf, me) = (form.field("csrftoken"), format!("https://{dropid}"));
        let fields = [("me", me.as_str()), ("csrftoken", &csrf)];
        let sent = person.post(&form.at, &fields).to();
        assert_eq!(sent.origin(), self.b.site.origin(), "{sent}");
        sent
    }

    /// The same, and yes: where their browser is sent back to.
    fn comes_back(&self, person: &mut Person, dropid: &str) -> Url {
        let sent = self.says(person, dropid);
        let asked = person.get(&sent);
        assert!(asked.text.contains(self.website.host()), "{asked:?}");
        agrees(person, &asked, dropid).to()
    }

    /// Whom the website takes somebody for.
    fn who_is(&self, person: &mut Person) -> Option<String> {
        let page = person.get(&self.website.page("/-/actor.json"));
        assert!(page.text.contains("\"actor\""), "{page:?}");
        let (_, rest) = page.text.split_once("\"me\": \"")?;
        Some(rest.split('"').next().unwrap().to_owned())
    }

    /// What the page says that only Ada may read.
    fn reads(&self, person: &mut Person) -> u16 {
        person.get(&self.website.page("/_memory")).status
    }

    /// It took nobody in, and says why.
    fn refused(&self, person: &mut Person, back: &Url) {
        let page = person.get(back);
        let why = "Invalid response from authorization server";
        assert!(page.text.contains(why), "{page:?}");
        assert_eq!((self.who_is(person), self.reads(person)), (None, 403));
    }
}

fn website(b: &Place, authority: &Authority, only: &str) -> Peer {
    let home = Home::new("data.c.localhost", authority);
    let about = json!({ "databases": { "_memory": { "allow": { "me": only } } } });
    fs::write(home.path("about.json"), about.to_string()).unwrap();
    let (key, certificate) = (home.path("key.pem"), home.path("cert.pem"));
    let authority = home.path("ca.pem");
    let proxy = tunnel::start("drop.b.localhost", b.listens());
    home.start(
        &[
            "-m",
            "datasette",
            "serve",
            "--memory",
            "--port",
            "0",
            "--metadata",
            "about.json",
            "--ssl-keyfile",
            &key,
            "--ssl-certfile",
            &certificate,
        ],
        &[
            ("HTTPS_PROXY", proxy.as_str()),
            ("SSL_CERT_FILE", &authority),
        ],
    )
}

#[test]
fn a_dropid_logs_in_to_a_website() {
    let mut scene = Scene::new();
    let (mut ada, dropid) = (scene.ada.clone(), scene.dropid.clone());
    assert_eq!((scene.who_is(&mut ada), scene.reads(&mut ada)), (None, 403));
    let back = scene.comes_back(&mut ada, &dropid);
    let arrived = ada.get(&back);
    assert_eq!(arrived.to(), scene.website.at, "{arrived:?}");
    let me = Some(format!("https://{dropid}"));
    assert_eq!((scene.who_is(&mut ada), scene.reads(&mut ada)), (me, 200));

    // Her host lists where she logged in.
    let listed = scene.ada.get(&scene.b.site.join("/dropids").unwrap());
    assert!(listed.text.contains(scene.website.host()), "{listed:?}");

    // Somebody else of the same host is somebody else.
    let (mut bob, theirs) = scene.b.bob();
    let back = scene.comes_back(&mut bob, &theirs);
    assert_eq!(bob.get(&back).to(), scene.website.at);
    let me = Some(format!("https://{theirs}"));
    assert_eq!((scene.who_is(&mut bob), scene.reads(&mut bob)), (me, 403));
}

#[test]
fn nobody_else_gets_in_with_it() {
    let scene = Scene::new();
    let (mut ada, dropid) = (scene.ada.clone(), scene.dropid.clone());
    // She says no.
    let sent = scene.says(&mut ada, &dropid);
    let asked = ada.get(&sent);
    let form = [("query", &*asked.field("query")), ("answer", "no")];
    let declined = ada.post(&asked.at.join("/dropid/consent").unwrap(), &form);
    assert_eq!(parameter(&declined.to(), "error"), "access_denied");
    scene.refused(&mut ada, &declined.to());

    // Bob puts a code that is hers into a login of his own: it does not fit his verifier.
    let (mut bob, theirs) = scene.b.bob();
    let hers = scene.comes_back(&mut ada, &dropid);
    let his = scene.comes_back(&mut bob, &theirs);
    let (code, own) = (parameter(&hers, "code"), parameter(&his, "code"));
    let swapped = his.as_str().replace(&own, &code).parse().unwrap();
    scene.refused(&mut bob, &swapped);

    // It was tried, and so it is no good to her either; and a code works once.
    scene.refused(&mut ada, &hers);
    let back = scene.comes_back(&mut ada, &dropid);
    let mut copy = ada.clone();
    assert_eq!(ada.get(&back).to(), scene.website.at);
    scene.refused(&mut copy, &back);
}
