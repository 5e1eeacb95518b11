//! Pictures and sound in the files example: uploaded, looked at, listened to, deleted.

use std::fs;

use serde_json::json;

use super::{
    appspace,
    driver::Driver,
    host_with,
    person::Person,
    things::{picture, sound},
};

#[tokio::test]
async fn pictures_and_sound() {
    let driver = Driver::start();
    let host = host_with("files");
    let photo = host.dir.path().join("garden.png");
    fs::write(&photo, picture(300)).unwrap();
    let song = host.dir.path().join("song.wav");
    fs::write(&song, sound(3)).unwrap();

    let person = Person::arrives(&driver).await;
    person.goes_to(&appspace(&host, "files")).await;
    person.logs_in().await;
    person.sees("The box is empty").await;

    person.chooses("Choose files", &photo).await;
    person.sees("garden.png").await;
    // The browser made a small picture of it, and that is what is shown.
    person
        .waits_until("document.querySelector('.tile img[src^=\"/thumbnails/\"]')?.naturalWidth > 0")
        .await;
    person.chooses("Choose files", &song).await;
    person.sees("song.wav").await;
    person.sees("2 files").await;

    person.presses("song.wav").await;
    person.sees("song.wav").await;
    person
        .waits_until("document.querySelector('.stage audio')?.duration === 3")
        .await;
    let part = person.asks(
        "const answer = await fetch('/uploads/song.wav', { headers: { range: 'bytes=8-11' } });
         return [answer.status, answer.headers.get('content-range'), await answer.text()];",
    );
    assert_eq!(part.await, json!([206, "bytes 8-11/24044", "WAVE"]));

    person.presses("← All files").await;
    person.presses("garden.png").await;
    person
        .waits_until("document.querySelector('.stage img')?.naturalWidth === 300")
        .await;
    person.presses("Delete").await;
    person.sees("Delete this file?").await;
    person.presses("Delete it").await;
    person.sees("1 file, 24 kB together").await;
    assert!(!person.reads("garden.png").await);
    let gone = person.asks("return (await fetch('/uploads/garden.png')).status");
    assert_eq!(gone.await, 404);
    person
        .leaves(&["uploads/garden.png - Failed to load resource"])
        .await;
}
