//! A stranger's first hour: from the set-up link to a note that stays.

use super::{
    EMAIL, PASSWORD, appspace, driver::Driver, example, person::Person, site, things::package,
};
use crate::host::Host;

const NOTE: &str = "The pumpkins are behind the shed";
const UNAVAILABLE: &str = "503 (Service Unavailable)";

#[tokio::test]
async fn a_strangers_first_hour() {
    let driver = Driver::start();
    let mut host = Host::start();
    let person = Person::arrives(&driver).await;

    makes_an_account(&person, &host).await;
    installs_notes(&person, &host).await;
    makes_an_appspace(&person).await;
    writes_a_note(&person).await;
    searches(&person).await;
    assert_eq!(status(&host), "awake");

    pauses_and_resumes(&person, &host).await;
    assert_eq!(status(&host), "asleep");
    person.presses("Open garden").await;
    person.sees(NOTE).await;
    assert_eq!(status(&host), "awake");

    // Whoever is logged in stays so when the host was killed, and the note is still there.
    let dir = host.kill();
    host = Host::start_in(dir);
    person.goes_to(&site(&host)).await;
    person.presses("Open garden").await;
    person.sees(NOTE).await;

    logs_out(&person, &host).await;
    person.leaves(&[UNAVAILABLE]).await;
}

async fn makes_an_account(person: &Person, host: &Host) {
    person.goes_to(&site(host)).await;
    person.sees("Welcome to Dropserver").await;
    person.goes_to(host.ready["setup"].as_str().unwrap()).await;
    person.writes("Email", EMAIL).await;
    person.writes("Password", PASSWORD).await;
    person.writes("The same password again", PASSWORD).await;
    person.presses("Create account").await;
    person.sees("First, an app").await;
}

async fn installs_notes(person: &Person, host: &Host) {
    let file = host.dir.path().join("notes.tar.gz");
    package(&example("notes"), &file);
    person.presses("Install an app").await;
    person.chooses("Package", &file).await;
    person.presses("Install").await;
    person.sees("Notes is installed").await;
}

async fn makes_an_appspace(person: &Person) {
    person.presses("New appspace").await;
    person.writes("Address", "Garden").await;
    person.sees("garden").await;
    person.presses("Create appspace").await;
    person.presses("Open garden").await;
    person.sees("A fresh notebook").await;
}

async fn writes_a_note(person: &Person) {
    person.presses("Write the first note").await;
    person.writes("Title", NOTE).await;
    person
        .writes("Text", "Water them **every** evening.\n- [ ] find the can")
        .await;
    person.presses("Save").await;
    person.sees("every").await;
    person.presses("← All notes").await;
    person.sees("1 note").await;
}

async fn searches(person: &Person) {
    let search = person.field("Search all notes").await;
    search.send_keys("gargoyle").await.unwrap();
    person.sees("Nothing found").await;
    search.clear().await.unwrap();
    search.send_keys("water").await.unwrap();
    person.sees("1 note found").await;
    let marked = person.asks("return document.querySelector('mark').textContent");
    assert_eq!(marked.await, "Water");
}

async fn pauses_and_resumes(person: &Person, host: &Host) {
    person.goes_to(&site(host)).await;
    person.presses("Pause garden").await;
    person.sees("paused").await;
    person.goes_to(&appspace(host, "garden")).await;
    person.sees("503").await;
    person.goes_to(&site(host)).await;
    person.presses("Resume garden").await;
    person.sees("asleep").await;
}

async fn logs_out(person: &Person, host: &Host) {
    person.presses("Log out").await;
    person.sees("You are logged out of this appspace.").await;
    person.presses("Your account").await;
    person.presses("Log out").await;
    person.sees("with your account on this host").await;
    person.goes_to(&appspace(host, "garden")).await;
    person.sees("to continue to").await;
    assert!(!person.reads(NOTE).await);
}

/// What the host says about the appspace.
fn status(host: &Host) -> String {
    let listed = host.run("appspace list --json").done();
    listed["appspaces"][0]["status"]
        .as_str()
        .unwrap()
        .to_owned()
}
