//! A DropID: made, looked at, and used to log in to an appspace, with the browser's own rules about forms and cookies.

use super::{appspace, driver::Driver, host_with, person::Person, site};

#[tokio::test]
async fn a_name_of_ones_own_opens_an_appspace() {
    let driver = Driver::start();
    let host = host_with("guestbook");
    let (start, book) = (site(&host), appspace(&host, "guestbook"));
    let (_, domain) = start.split_once("://").unwrap();
    let dropid = format!("{domain}/grace");

    let grace = Person::arrives(&driver).await;
    grace.goes_to(&start).await;
    grace.logs_in().await;
    grace.makes_a_dropid("grace", "Grace").await;
    grace.presses("Grace").await;
    grace.waits_until("location.pathname === '/grace'").await;
    grace.sees(&dropid).await;

    let add = format!("appspace member add guestbook {dropid} --as Countess");
    assert_eq!(host.run(&add).code, 0);
    grace.goes_to(&format!("{book}/.dropserver/enter")).await;
    grace
        .writes("DropID, or the address of your own page", &dropid)
        .await;
    grace.presses("Go on").await;
    grace.sees("You are about to log in to").await;
    assert!(grace.address().await.starts_with(&start));
    grace.presses("Log in").await;
    grace.sees("Hello, Countess").await;
    assert!(grace.address().await.starts_with(&book));

    grace.goes_to(&format!("{start}/dropids")).await;
    grace.sees("Where you logged in with them").await;
    assert!(grace.reads("guestbook.localhost").await);
    grace.leaves(&[]).await;
}
