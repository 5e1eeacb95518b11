//! Django with django-indieweb: a website that says who its people are. They are members of an appspace.

use url::Url;

use super::{
    super::{
        liar::parameter,
        outside::Outside,
        pair::{Authority, Place, says},
        person::{Page, Person},
    },
    Home, Peer,
};

const PASSWORD: &str = "quietly-orbiting-pumpkin-42";

/// An appspace, and somebody else's website with people of its own.
struct Scene {
    a: Place,
    notes: Url,
    website: Peer,
}

impl Scene {
    fn new() -> Self {
        let authority = Authority::new();
        let (a, notes) = Place::with_notes("a", "", Some(&authority));
        let home = Home::new("people.c.localhost", &authority);
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/remote_login/peers/site.py"
        );
        let (dir, name) = (home.path(""), home.name.clone());
        let website = home.start(&[script, &dir, &name, PASSWORD, "mia", "eve"], &[]);
        let scene = Self { a, notes, website };
        let mia = scene.me("mia");
        scene
            .a
            .done(&format!("appspace member add notes {mia} --as Mia"));
        scene
    }

    fn me(&self, name: &str) -> Url {
        self.website.page(&format!("/people/{name}/"))
    }

    /// Somebody says that they are `me`, and logs in at the website as `name`: its question.
    fn asked(&self, person: &mut Person, me: &Url, name: &str) -> Page {
        let asked = says(person, &self.notes, me.as_str()).to();
        assert_eq!(asked.origin(), self.website.at.origin());
        let login = person.get(&asked).to();
        assert_eq!(login.path(), "/accounts/login/");
        let form = person.get(&login);
        let token = form.field("csrfmiddlewaretoken");
        let fields = [
            ("username", name),
            ("password", PASSWORD),
            ("csrfmiddlewaretoken", token.as_str()),
        ];
        person.post(&login, &fields).to();
        // It forgets what it was asked, and so their browser goes back to that.
        person.get(&asked)
    }

    /// The same, and the answer.
    fn answers(&self, person: &mut Person, name: &str, answer: &str) -> Url {
        let asked = self.asked(person, &self.me(name), name);
        assert_eq!(asked.status, 200, "{asked:?}");
        let client = self.notes.join("/.dropserver/client").unwrap();
        assert!(asked.text.contains(client.as_str()), "{asked:?}");
        let carried = [
            "csrfmiddlewaretoken",
            "client_id",
            "redirect_uri",
            "state",
            "me",
            "scope",
            "code_challenge",
            "code_challenge_method",
        ]
        .map(|name| (name, asked.field(name)));
        let mut fields: Vec<_> = carried.iter().map(|(n, value)| (*n, &**value)).collect();
        fields.push(("action", answer));
        person
            .post(&self.website.page("/indieweb/auth/"), &fields)
            .to()
    }
}

#[test]
fn somebody_of_another_website_is_a_member() {
    let scene = Scene::new();
    let mut mia = scene.a.person();
    let back = scene.answers(&mut mia, "mia", "approve");
    let page = mia.get(&back);
    let arrived = mia.follow(page);
    assert_eq!(arrived.at.path(), "/private", "{arrived:?}");
    assert!(arrived.text.contains("for members"), "{arrived:?}");
    // The address has worked once, and so has the code, although this website would take it again.
    let outside = Outside::of(&scene.a, &scene.notes);
    let mut thief = scene.a.person();
    let page = thief.get(&back);
    outside.refused("again", &mut thief, &page, 400);
    let own = scene.answers(&mut thief, "eve", "approve");
    let (code, hers) = (parameter(&own, "code"), parameter(&back, "code"));
    let swapped = own.as_str().replace(&code, &hers).parse().unwrap();
    let page = thief.get(&swapped);
    outside.refused("Mia's code in another login", &mut thief, &page, 502);
}

#[test]
fn others_of_that_website_are_not() {
    let scene = Scene::new();
    let outside = Outside::of(&scene.a, &scene.notes);
    // Eve is who she says, which is nobody here.
    let mut eve = scene.a.person();
    let back = scene.answers(&mut eve, "eve", "approve");
    let page = eve.get(&back);
    outside.refused("no member", &mut eve, &page, 403);
    assert!(page.text.contains(scene.me("eve").as_str()), "{page:?}");

    // Her website does not let her be Mia.
    let mut eve = scene.a.person();
    let page = scene.asked(&mut eve, &scene.me("mia"), "eve");
    outside.refused("as Mia", &mut eve, &page, 400);

    // Mia says no.
    let mut mia = scene.a.person();
    let back = scene.answers(&mut mia, "mia", "deny");
    let page = mia.get(&back);
    outside.refused("she said no", &mut mia, &page, 403);
    assert!(page.text.contains("was told not to"), "{page:?}");
}
