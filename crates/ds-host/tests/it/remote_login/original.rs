//! A host of the original sends somebody: a server that does what the original's does.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};
use url::Url;

use super::pair::Place;

const CONFIG: &str = "[logins]\noriginal = true\n";

/// What is sent to the host of the DropID: path and JSON.
fn taken(listener: &TcpListener) -> (String, Value) {
    let (mut stream, _) = listener.accept().unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut path, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() <= 2 {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if path.is_empty() {
            line.split(' ').nth(1).unwrap().clone_into(&mut path);
        }
        assert!(!line.to_lowercase().starts_with("authorization"), "{line}");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    (path, serde_json::from_slice(&body).unwrap())
}

/// Asks for a token, as the original does: the status of the answer.
fn asks(notes: &Url, dropid: &str) -> String {
    let body = json!({ "dropid": dropid, "ref": "abcdefgh12" }).to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", notes.port().unwrap())).unwrap();
    write!(
        stream,
        "POST /.dropserver/v0/login-token-request HTTP/1.1\r\nHost: {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        notes.host_str().unwrap(),
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn the_originals_way_where_it_is_allowed() {
    let (a, notes) = Place::with_notes("a", CONFIG, None);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dropid = format!(
        "old.localhost:{}/ada",
        listener.local_addr().unwrap().port()
    );
    a.done(&format!("appspace member add notes {dropid} --as Ada"));
    // Whose host would be asked for a stranger hears nothing, and whoever asks learns nothing.
    assert_eq!(asks(&notes, &dropid.replace("/ada", "/eve")), "202");
    assert_eq!(asks(&notes, &dropid), "202");
    let (path, sent) = taken(&listener);
    assert_eq!(path, "/.dropserver/v0/login-token");
    assert_eq!(
        (&sent["appspace"], &sent["ref"]),
        (&json!("notes.a.localhost"), &json!("abcdefgh12"))
    );
    let token = sent["token"].as_str().unwrap();

    let mut ada = a.person();
    let arrived = ada.get(
        &notes
            .join(&format!("/private?dropserver-login-token={token}&x=1"))
            .unwrap(),
    );
    let page = ada.follow(arrived);
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.text.contains("Go on as Ada?"), "{page:?}");
    assert_eq!(
        ada.get(&notes.join("/private").unwrap()).status,
        303,
        "not yet"
    );
    let form = [("token", token), ("path", &*page.field("path"))];
    let sent = ada.post(&notes.join("/.dropserver/v0/login").unwrap(), &form);
    assert_eq!(sent.location.as_deref(), Some("/private?x=1"));
    let arrived = ada.follow(sent);
    assert!(arrived.text.contains("for members"), "{arrived:?}");
}

#[test]
fn it_is_off_by_itself() {
    let (_a, notes) = Place::with_notes("a", "", None);
    assert_eq!(asks(&notes, "old.example/ada"), "404");
}
