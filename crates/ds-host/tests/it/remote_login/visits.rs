//! A DropID of one host at an appspace of the other.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use super::pair::{Authority, Place, agrees, logs_in, says};

fn waits_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Two by two points, in red.
const PICTURE: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x02\x08\x02\0\0\0\xfd\xd4\x9a\x73\
    \0\0\0\x10IDAT\x78\x9c\x63\xf8\xcf\xc0\0\x44\x0c\x10\x0a\0\x1f\xee\x03\xfd\x8b\x5f\x14\xd4\0\0\0\0IEND\xae\x42\x60\x82";

/// How many pictures members have.
fn pictures(appspaces: &Path) -> usize {
    let all = fs::read_dir(appspaces).unwrap();
    let of = |appspace: fs::DirEntry| fs::read_dir(appspace.path().join("data/avatars"));
    all.filter_map(|one| of(one.unwrap()).ok())
        .map(Iterator::count)
        .sum()
}

fn somebody_logs_in(authority: Option<&Authority>) {
    let (a, notes) = Place::with_notes("a", "", authority);
    let b = Place::start("b", "", authority);
    let (mut ada, dropid) = b.ada("b");

    let picture = b.site.join("/dropids/picture").unwrap();
    let uploaded = ada.upload(&picture, ("dropid", &dropid), "picture", PICTURE);
    assert_eq!(uploaded.status, 303, "{uploaded:?}");

    // Nobody knows her yet, and she is told so after the proof.
    let refused = logs_in(&mut ada, &notes, &dropid, &dropid);
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.text.contains(&dropid), "{refused:?}");

    a.done(&format!("appspace member add notes {dropid}"));
    let private = notes.join("/private").unwrap();
    assert_eq!(ada.get(&private).status, 303, "not logged in");
    let arrived = logs_in(&mut ada, &notes, &dropid, &dropid);
    assert_eq!(
        (arrived.status, arrived.at.path()),
        (200, "/private"),
        "{arrived:?}"
    );
    assert!(arrived.text.contains("for members"), "{arrived:?}");
    // She is shown with the name and the picture that her own host told.
    waits_for("her name", || {
        let listed = a.done("appspace member list notes");
        listed["members"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == "Ada of B")
    });

    waits_for("her picture", || {
        pictures(&a.host.dir.path().join("data/appspaces")) == 1
    });

    // The same answer again, in her browser and in another.
    let sent = says(&mut ada, &notes, &dropid);
    assert_eq!(sent.status, 303, "{sent:?}");
    let mut other = a.person();
    let sent = says(&mut other, &notes, &dropid);
    let asked = ada.get(&sent.to());
    let stolen = agrees(&mut ada, &asked, &dropid).to();
    let refused = ada.get(&stolen);
    assert_eq!(refused.status, 400, "begun in another browser: {refused:?}");
    assert_eq!(other.get(&stolen).status, 400, "used up by that");
    assert_eq!(other.get(&private).status, 303);

    a.done(&format!("appspace member remove notes {dropid}"));
    assert_eq!(
        ada.get(&private).status,
        303,
        "the session ended with the membership"
    );
    assert_eq!(logs_in(&mut ada, &notes, &dropid, &dropid).status, 403);

    drop(b);
    let gone = says(&mut ada, &notes, &dropid);
    assert_eq!(gone.status, 502, "{gone:?}");
}

#[test]
fn by_plain_http_on_this_computer() {
    somebody_logs_in(None);
}

#[test]
fn by_tls_with_an_authority_of_ones_own() {
    somebody_logs_in(Some(&Authority::new()));
}

#[test]
fn a_host_whose_authority_is_unknown_is_not_believed() {
    let (a, notes) = Place::with_notes("a", "", Some(&Authority::new()));
    let b = Place::start("b", "", Some(&Authority::new()));
    let domain = &b.site[url::Position::BeforeHost..url::Position::AfterPort];
    let refused = says(&mut a.person(), &notes, &format!("{domain}/ada"));
    assert_eq!(refused.status, 502, "{refused:?}");
    // And a page without encryption is nobody's for a host that has it.
    let plain = format!("http://{domain}/ada");
    assert_eq!(says(&mut a.person(), &notes, &plain).status, 422);
}
