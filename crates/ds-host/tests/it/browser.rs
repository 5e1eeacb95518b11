//! What people do with a browser, done in a real Chromium with the real host, Deno and example apps.
//!
//! A journey reads as a person would tell it: `press("Log in")`, `see("Your appspaces")`. Fields are found by their
//! labels and buttons by what they say, so a page that names its parts badly fails here.

mod account_site;
mod commands;
mod details;
mod driver;
mod dropid;
mod files;
mod first_hour;
mod friend;
mod guestbook;
mod keyboard;
mod own_account;
mod person;
mod shots;
pub(crate) mod things;

use std::path::{Path, PathBuf};

use crate::host::Host;

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "quietly-orbiting-pumpkin-42";

/// The folder of an example app.
fn example(app: &str) -> PathBuf {
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/apps");
    apps.join(app).canonicalize().unwrap()
}

/// A host with an account and an example app, at an address with the app's name.
fn host_with(app: &str) -> Host {
    let host = host_with_account();
    let install = format!("app install {} --json", example(app).display());
    let installed = host.run(&install).done();
    let name = installed["installed"]["app"].as_str().unwrap();
    let create = format!("appspace create --app {name} --address {app}");
    let made = host.run(&create);
    assert_eq!(made.code, 0, "{made:?}");
    host
}

/// A host with an account.
fn host_with_account() -> Host {
    let host = Host::start();
    let create = "account create --email ada@example.com --admin --password-stdin";
    assert_eq!(host.run_with(create, &format!("{PASSWORD}\n")).code, 0);
    host
}

/// The account site's address.
fn site(host: &Host) -> String {
    host.ready["site"].as_str().unwrap().to_owned()
}

/// An appspace's address.
fn appspace(host: &Host, name: &str) -> String {
    let site = site(host);
    assert!(site.contains("://dropserver."), "{site}");
    site.replace("://dropserver.", &format!("://{name}."))
}
