//! Without a mouse.

use fantoccini::key::Key;

use super::{EMAIL, PASSWORD, driver::Driver, host_with, person::Person, site};

#[tokio::test]
async fn by_keyboard_alone() {
    let driver = Driver::start();
    let host = host_with("notes");
    let person = Person::arrives(&driver).await;
    let enter: char = Key::Enter.into();
    let keys = |text: &str| -> Vec<char> { text.chars().collect() };

    // The email field has the focus from the start.
    person.goes_to(&site(&host)).await;
    person.sees("Log in").await;
    person.types(&keys(EMAIL)).await;
    person.tabs_to("Password").await;
    person.types(&keys(PASSWORD)).await;
    person.tabs_to("Log in").await;
    person.types(&[enter]).await;

    person.sees("Your appspaces").await;
    person.tabs_to("Skip to content").await;
    person.types(&[enter]).await;
    person.tabs_to("Open notes").await;
    person.types(&[enter]).await;

    person.sees("A fresh notebook").await;
    person.tabs_to("Write the first note").await;
    person.types(&[enter]).await;
    person.sees("New note").await;
    person
        .waits_until("document.activeElement.id === 'title'")
        .await;
    person.types(&keys("By keyboard")).await;
    person.tabs_to("Save").await;
    person.types(&[enter]).await;
    person.sees("By keyboard").await;
    person.sees("← All notes").await;
    person.leaves(&[]).await;
}
