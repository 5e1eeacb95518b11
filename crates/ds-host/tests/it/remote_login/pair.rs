//! Two hosts: one with an appspace, `notes`, the other with somebody's DropID.

use std::{fs, sync::Arc};

use rustls::ClientConfig;
use url::{Position, Url};

pub(crate) use super::authority::Authority;
use super::person::{Page, Person};
use crate::host::Host;

pub(crate) const PASSWORD: &str = "quietly-orbiting-pumpkin-42\n";

const APP: &str = r#"
import { can, createApp, everyone, html, members } from "dropserver";
const app = createApp();
app.permission("edit", "Change what is there");
app.get("/", everyone, () => html("front"));
app.get("/private", members, () => html("for members"));
app.get("/edit", can("edit"), () => html("for editors"));
export default app;
"#;

const MANIFEST: &str = r#"{"name": "keeper", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1,
    "roles": [{"key": "editor", "name": "Editor", "permissions": ["edit"]}]}"#;

/// A host, and whom to trust to talk to it.
pub(crate) struct Place {
    pub(crate) host: Host,
    pub(crate) site: Url,
    tls: Option<Arc<ClientConfig>>,
    /// Whether it is known at the usual port, wherever it listens.
    is_usual: bool,
}

impl Place {
    /// A host at `<name>.localhost`, with `config` besides, and the account of `ada@<name>.example`.
    pub(crate) fn start(name: &str, config: &str, authority: Option<&Authority>) -> Self {
        let domain = format!("{name}.localhost");
        Self::at(&domain, "127.0.0.1:0", config, authority)
    }

    /// One that people know by `https://drop.<name>.localhost`, without a port: as behind a router that hands it on.
    pub(crate) fn at_the_usual_port(name: &str, authority: &Authority) -> Self {
        let domain = format!("{name}.localhost");
        let url = format!("url = \"https://drop.{domain}\"\n");
        let mut place = Self::start_as(&domain, "127.0.0.1:0", &url, "", Some(authority));
        place.is_usual = true;
        place
    }

    /// A host at a domain of any name that leads to where it listens.
    pub(crate) fn at(
        domain: &str,
        listen: &str,
        config: &str,
        authority: Option<&Authority>,
    ) -> Self {
        Self::start_as(domain, listen, "", config, authority)
    }

    fn start_as(
        domain: &str,
        listen: &str,
        site: &str,
        config: &str,
        authority: Option<&Authority>,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let snapshots = if config.contains("[snapshots]") {
            ""
        } else {
            "[snapshots]\nenabled = false\n"
        };
        let mut text = format!(
            "[site]\nhost = \"drop.{domain}\"\n{site}[appspaces]\ndomain = \"{domain}\"\n\
             [sandbox]\nwarm = 0\n{snapshots}{config}"
        );
        if let Some(authority) = authority {
            let names = ["drop", "notes"].map(|label| format!("{label}.{domain}"));
            authority.write(dir.path(), &names);
            text.push_str(
                "\n[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n[trust]\nca = \"ca.pem\"\n",
            );
        }
        fs::write(dir.path().join("dropserver.toml"), text).unwrap();
        let host = Host::start_on(dir, listen, "");
        let name = domain.split('.').next().unwrap();
        let create = format!("account create --email ada@{name}.example --admin --password-stdin");
        assert_eq!(host.run_with(&create, PASSWORD).code, 0);
        Self {
            site: Url::parse(host.ready["site"].as_str().unwrap()).unwrap(),
            tls: authority.map(|authority| Arc::clone(&authority.client)),
            is_usual: false,
            host,
        }
    }

    /// The same, with an appspace, `notes`. Gives its address, too.
    pub(crate) fn with_notes(
        name: &str,
        config: &str,
        authority: Option<&Authority>,
    ) -> (Self, Url) {
        Self::with_app(name, config, authority, MANIFEST, APP)
    }

    /// The same, with another app there.
    pub(crate) fn with_app(
        name: &str,
        config: &str,
        authority: Option<&Authority>,
        manifest: &str,
        source: &str,
    ) -> (Self, Url) {
        let place = Self::start(name, config, authority);
        let notes = place.notes(manifest, source);
        (place, notes)
    }

    /// A host at a domain, with an appspace, `notes`.
    pub(crate) fn notes_at(
        domain: &str,
        listen: &str,
        config: &str,
        authority: &Authority,
    ) -> (Self, Url) {
        let place = Self::at(domain, listen, config, Some(authority));
        let notes = place.notes(MANIFEST, APP);
        (place, notes)
    }

    /// Makes an appspace, `notes`, of an app.
    fn notes(&self, manifest: &str, source: &str) -> Url {
        let app = self.host.dir.path().join("keeper");
        fs::create_dir(&app).unwrap();
        fs::write(app.join("dropapp.json"), manifest).unwrap();
        fs::write(app.join("app.ts"), source).unwrap();
        let installed = self.done(&format!("app install {}", app.display()));
        let app = installed["installed"]["app"].as_str().unwrap();
        self.done(&format!("appspace create --app {app} --address notes"));
        let host = self.site.host_str().unwrap().replacen("drop.", "notes.", 1);
        let mut notes = self.site.clone();
        notes.set_host(Some(&host)).unwrap();
        notes
    }

    pub(crate) fn done(&self, line: &str) -> serde_json::Value {
        self.host.run(&format!("{line} --json")).done()
    }

    /// Somebody with a browser.
    pub(crate) fn person(&self) -> Person {
        Person::with_tls(self.tls.clone(), self.is_usual.then(|| self.listens()))
    }

    /// The port of this computer at which it listens.
    pub(crate) fn listens(&self) -> u16 {
        let at = self.host.ready["listen"].as_str().unwrap();
        at.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Ada of this host, logged in at its account site, with a DropID.
    pub(crate) fn ada(&self, name: &str) -> (Person, String) {
        self.with_dropid(&format!("ada@{name}.example"), "ada", "Ada of B")
    }

    /// Bob, who has an account and a DropID here, too.
    pub(crate) fn bob(&self) -> (Person, String) {
        let create = "account create --email bob@example.com --password-stdin";
        assert_eq!(self.host.run_with(create, PASSWORD).code, 0);
        self.with_dropid("bob@example.com", "bob", "Bob of B")
    }

    fn with_dropid(&self, email: &str, handle: &str, name: &str) -> (Person, String) {
        let mut person = self.person();
        person.log_in(&self.site, email, PASSWORD);
        let form = [("handle", handle), ("name", name), ("public", "yes")];
        let made = person.post(&self.site.join("/dropids").unwrap(), &form);
        assert_eq!(made.status, 303, "{made:?}");
        let domain = &self.site[Position::BeforeHost..Position::AfterPort];
        (person, format!("{domain}/{handle}"))
    }
}

/// Says who they are at an appspace, on the way to a page.
pub(crate) fn says(person: &mut Person, notes: &Url, who: &str) -> Page {
    let form = [("who", who), ("path", "/private")];
    person.post(&notes.join("/.dropserver/enter/dropid").unwrap(), &form)
}

/// Says yes on the page of their own host, as a DropID.
pub(crate) fn agrees(person: &mut Person, asked: &Page, dropid: &str) -> Page {
    assert_eq!(asked.status, 200, "{asked:?}");
    let query = asked.field("query");
    let form = [
        ("query", query.as_str()),
        ("answer", "yes"),
        ("dropid", dropid),
        ("share", "yes"),
    ];
    person.post(&asked.at.join("/dropid/consent").unwrap(), &form)
}

/// The whole way; where it ends.
pub(crate) fn logs_in(person: &mut Person, notes: &Url, who: &str, dropid: &str) -> Page {
    let sent = says(person, notes, who);
    let asked = person.get(&sent.to());
    let agreed = agrees(person, &asked, dropid);
    person.follow(agreed)
}
