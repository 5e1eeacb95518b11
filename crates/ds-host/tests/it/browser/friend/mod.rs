//! A friend from another host is invited, comes in, comes again, and is removed: two real hosts, two browsers.

mod places;

use serde_json::Value;

use super::person::Person;
use places::{GRACE, Places};

#[tokio::test]
async fn a_friend_with_a_password() {
    let places = Places::new();
    let (ada, grace) = (places.ada().await, places.grace().await);
    let dropid = makes_a_name(&grace, &places).await;
    let link = makes_a_link(&ada, &places).await;

    // She opens it with a browser that knows nothing of her.
    grace.logs_out().await;
    follows(&grace, &link, &dropid).await;
    grace.sees("to go on with your DropID").await;
    grace.shot("05-her-own-host").await;
    grace.logs_in_as(GRACE).await;
    allows_and_joins(&grace, &places).await;
    is_shown(&grace).await;
    grace.shot("08-in-the-app").await;

    finds_it_at_home(&grace, &places).await;
    comes_again(&grace, &places).await;
    is_removed(&ada, &grace, &places).await;
    ada.leaves(&[]).await;
    // What she had open was refused.
    grace.leaves(&["401", "403", "ERR_"]).await;
}

#[tokio::test]
async fn a_friend_with_a_passkey() {
    let places = Places::new();
    let (ada, grace) = (places.ada().await, places.grace().await);
    let dropid = makes_a_name(&grace, &places).await;
    grace.plugs_in_a_device().await;
    grace
        .goes_to(places.b.site.join("/account").unwrap().as_str())
        .await;
    grace.adds_a_passkey("Laptop").await;
    let link = makes_a_link(&ada, &places).await;

    // At her own host, where her session has ended, the browser offers the passkey by itself, and the device says yes.
    grace.forgets("__Host-ds-account").await;
    follows(&grace, &link, &dropid).await;
    allows_and_joins(&grace, &places).await;
    is_shown(&grace).await;
    ada.leaves(&[]).await;
    grace.leaves(&[]).await;
}

/// Grace gets a DropID at host B, with a picture.
async fn makes_a_name(grace: &Person, places: &Places) -> String {
    grace.goes_to(places.b.site.as_str()).await;
    grace.logs_in_as(GRACE).await;
    grace.sees("Your appspaces").await;
    grace.makes_a_dropid("grace", "Grace").await;
    let dropid = places.dropid("grace");
    grace
        .unfolds(&format!("Change name and picture of {dropid}"))
        .await;
    grace.chooses("Picture", &places.photo()).await;
    grace.presses("Use this picture").await;
    grace
        .waits_until("document.querySelector('main img')?.naturalWidth > 0")
        .await;
    grace.shot("00-her-dropid").await;
    dropid
}

/// Ada makes a link on the page of the members.
async fn makes_a_link(ada: &Person, places: &Places) -> String {
    ada.goes_to(places.a.site.as_str()).await;
    ada.logs_in_as("ada@a.example").await;
    ada.presses("Details of notes").await;
    ada.presses("Members of notes").await;
    ada.unfolds("Make a link").await;
    ada.writes("For whom it is (optional; only you see it)", "Grace")
        .await;
    ada.presses("Make a link").await;
    ada.sees("The invitation link is ready").await;
    ada.shot("01-the-link").await;
    let link = ada
        .field("Copy it now and hand it on. It is not shown again.")
        .await;
    link.prop("value").await.unwrap().unwrap()
}

/// The friend opens the link and says who she is: up to where her own host is asked.
async fn follows(grace: &Person, link: &str, dropid: &str) {
    grace.goes_to(link).await;
    grace.sees("You are invited").await;
    grace.shot("02-invited").await;
    grace.presses("Say who you are").await;
    grace.sees("How do you want to log in?").await;
    grace.shot("03-who-are-you").await;
    grace
        .writes("DropID, or the address of your own page", dropid)
        .await;
    grace.shot("04-typed").await;
    grace.presses("Go on").await;
}

/// She lets her host say who she is, and joins under the name that she has there.
async fn allows_and_joins(grace: &Person, places: &Places) {
    grace.sees("You are about to log in to").await;
    assert!(grace.address().await.starts_with(places.b.site.as_str()));
    assert!(grace.reads("on my home page").await);
    grace.shot("06-allow").await;
    grace.presses("Log in").await;
    grace.sees("What the others call you").await;
    let name = grace.field("What the others call you").await;
    assert_eq!(name.prop("value").await.unwrap().unwrap(), "Grace");
    grace.shot("07-join").await;
    grace.presses("Join").await;
    grace.sees("Hello, Grace").await;
    assert!(grace.address().await.starts_with(places.notes.as_str()));
}

/// The app shows her among the members, with her picture, which host A fetches while she is let in already.
async fn is_shown(grace: &Person) {
    grace
        .waits_reloading("document.querySelector('img[alt=Grace]')?.naturalWidth > 0")
        .await;
}

/// It is on her own home page, from which one click opens it.
async fn finds_it_at_home(grace: &Person, places: &Places) {
    grace.goes_to(places.b.site.as_str()).await;
    grace.sees("Elsewhere").await;
    grace.shot("09-her-home-page").await;
    grace.presses("Open notes").await;
    grace.sees("Hello, Grace").await;

    // Taken off by mistake, it is put there again from the appspace.
    grace.goes_to(places.b.site.as_str()).await;
    grace.unfolds("Rename or remove notes").await;
    grace.presses("Remove from this page").await;
    grace
        .waits_until("!document.body.textContent.includes('Elsewhere')")
        .await;
    grace.goes_to(places.notes.as_str()).await;
    grace.presses("You").await;
    grace.sees("follow what you change there").await;
    grace.shot("17-herself").await;
    grace
        .presses("Keep this appspace on your own home page")
        .await;
    grace
        .sees("This puts a link on your page and nothing else")
        .await;
    grace.shot("18-put-it-there").await;
    grace.presses("Put it on my home page").await;
    grace.sees("Log in there as").await;
    grace.shot("19-there").await;
    grace.presses("Go there").await;
    grace.sees("Hello, Grace").await;
}

/// Long afterwards her session has ended: the same click, and her yes.
async fn comes_again(grace: &Person, places: &Places) {
    grace.forgets("__Host-ds-member").await;
    grace.goes_to(places.b.site.as_str()).await;
    grace.presses("Open notes").await;
    grace.sees("You are about to log in to").await;
    grace.shot("10-again").await;
    grace.presses("Log in").await;
    grace.sees("Hello, Grace").await;

    // From an old bookmark she is asked, and need not type anything.
    grace.forgets("__Host-ds-member").await;
    grace.goes_to(places.notes.as_str()).await;
    grace.sees("How do you want to log in?").await;
    grace.shot("11-from-a-bookmark").await;
    grace.presses("Go on").await;
    grace.sees("You are about to log in to").await;
    grace.presses("Log in").await;
    grace.sees("Hello, Grace").await;
}

/// Ada removes her: what she has open ends, and she does not get in again.
async fn is_removed(ada: &Person, grace: &Person, places: &Places) {
    let line = "window.ended = false;
        fetch('/line').then((answer) => answer.text()).catch(() => {}).then(() => { window.ended = true; });";
    grace.asks(line).await;
    assert_eq!(grace.asks("return window.ended").await, Value::Bool(false));
    ada.presses("notes").await;
    ada.presses("Members of notes").await;
    ada.sees("2 members").await;
    ada.shot("12-two-members").await;
    ada.presses("Manage Grace").await;
    ada.sees("How others see them").await;
    ada.shot("13-the-member").await;
    ada.unfolds("Remove").await;
    ada.presses("Remove Grace").await;
    ada.sees("One member").await;
    ada.shot("14-removed").await;

    grace.waits_until("window.ended").await;
    let status = grace.asks("return (await fetch('/line')).status").await;
    assert_eq!(status, 401);
    grace.reloads().await;
    grace.sees("How do you want to log in?").await;
    grace.shot("15-asked-again").await;
    grace.presses("Go on").await;
    grace.presses("Log in").await;
    grace.sees("You are not a member here").await;
    assert!(grace.reads(&places.dropid("grace")).await);
    grace.shot("16-no-member").await;
    grace.presses("Your own home page").await;
    grace.sees("Your appspaces").await;
}
