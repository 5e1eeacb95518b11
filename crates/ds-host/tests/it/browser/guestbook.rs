//! The guestbook example: a stranger signs, and the owner takes it out of sight.

use super::{appspace, driver::Driver, host_with, person::Person};

const WORDS: &str = "What a lovely garden you have";

#[tokio::test]
async fn a_stranger_and_an_owner() {
    let driver = Driver::start();
    let host = host_with("guestbook");
    let book = appspace(&host, "guestbook");

    let stranger = Person::arrives(&driver).await;
    stranger.goes_to(&book).await;
    stranger.sees("Nobody has signed the book yet").await;
    stranger.writes("Your name", "Grace").await;
    stranger.writes("Your words", WORDS).await;
    stranger.presses("Sign the book").await;
    stranger.sees("Thank you!").await;
    assert!(stranger.reads(WORDS).await);
    assert!(!stranger.reads("Hide").await);

    let owner = Person::arrives(&driver).await;
    owner.goes_to(&book).await;
    owner.presses("Log in").await;
    owner.sees("guestbook.localhost").await;
    owner.logs_in().await;
    owner.sees("Hello, ada").await;
    assert!(owner.address().await.starts_with(&book));
    owner.presses("Hide").await;
    owner.sees("Show again").await;
    assert!(owner.reads(WORDS).await);

    stranger.reloads().await;
    stranger.sees("Nobody has signed the book yet").await;
    assert!(!stranger.reads(WORDS).await);
    stranger.leaves(&[]).await;

    owner.presses("Log out").await;
    owner.sees("You are logged out of this appspace.").await;
    owner.presses("Open it again").await;
    owner.sees("Nobody has signed the book yet").await;
    owner.leaves(&[]).await;
}
