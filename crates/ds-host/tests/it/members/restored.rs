//! Who may not come back is not brought back by data of before.

use super::{PARTY, browser::Browser, done, party};

/// The names of an appspace's members.
fn members(host: &super::Host, name: &str) -> Vec<String> {
    let listed = done(host, &format!("appspace member list {name}"));
    let all = listed["members"].as_array().unwrap().iter();
    all.map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

fn job(host: &super::Host, line: &str) {
    let job = done(host, line);
    assert_eq!(job["job"]["state"], "done", "{job}");
}

/// The page on which Bob ends who wants to go into an appspace, and joins if he may.
fn goes_in(bob: &mut Browser<'_>, at: &str) -> String {
    let (_, page) = bob.open(at, "/");
    if page.text.contains("me=Bob") {
        return page.text;
    }
    let (site, _) = bob.site();
    let wish = [("appspace", at), ("name", "Bob")];
    let (_, page) = bob.post(&site, "/join", &wish);
    page.text
}

#[test]
fn no_snapshot_and_no_archive_brings_back_who_may_not() {
    let host = party();
    let (mut ada, mut bob) = (Browser::new(&host), Browser::new(&host));
    let (site, _) = ada.site();
    ada.log_in("", "ada@example.com");
    let all = "/appspaces/party/members";
    let opens = |ada: &mut Browser<'_>, name: &str| {
        let set = format!("/appspaces/{name}/members/joining");
        let (_, page) = ada.post(&site, &set, &[("joining", "open")]);
        assert_eq!(page.status, 200, "{page:?}");
    };
    opens(&mut ada, "party");
    bob.log_in("", "bob@example.com");
    assert!(goes_in(&mut bob, PARTY).contains("me=Bob"));
    done(&host, "appspace member add party eve@example.com");
    let everybody = ["ada", "Bob", "eve"];
    assert_eq!(members(&host, "party"), everybody);

    let file = host.dir.path().join("party.tar.zst");
    let file = file.to_str().unwrap();
    job(&host, "backup create party");
    job(&host, &format!("appspace export party {file}"));
    // Whoever is only removed comes back with it, and his session with that.
    done(&host, "appspace member remove party bob@example.com");
    job(&host, "backup restore party latest");
    assert_eq!(members(&host, "party"), everybody);
    let listed = done(&host, "appspace member list party");
    let mut found = listed["members"].as_array().unwrap().iter();
    let id = found.find(|one| one["name"] == "Bob").unwrap()["id"].clone();
    let remove = format!("{all}/{}/remove", id.as_str().unwrap());
    assert!(goes_in(&mut bob, PARTY).contains("me=Bob"));
    let (_, page) = ada.post(&site, &remove, &[("bar", "yes")]);
    assert!(page.text.contains("bob@example.com, since"), "{page:?}");

    let listed = done(&host, "backup list party");
    let backups = listed["backups"].as_array().unwrap().iter();
    let asked = backups.clone().find(|one| one["reason"] == "asked");
    let asked = &asked.unwrap()["id"].as_str().unwrap()[..12];
    job(&host, &format!("backup restore party {asked}"));
    job(&host, &format!("backup restore party {asked} --to beside"));
    job(&host, &format!("appspace import {file} --address taken"));
    job(&host, &format!("appspace import {file} --into party"));
    for name in ["party", "beside", "taken"] {
        assert_eq!(members(&host, name), ["ada", "eve"], "{name}");
        if name != "party" {
            opens(&mut ada, name);
        }
        let said = goes_in(&mut bob, &format!("{name}.localhost"));
        assert!(said.contains("does not take you"), "{name}: {said}");
        let (_, page) = ada.open(&site, &format!("/appspaces/{name}/members"));
        assert!(page.text.contains("May not come back"), "{name}: {page:?}");
    }
    // What holds for one is the owner's to change for each.
    let bar = super::bars::first_bar(&mut ada, &site, "/appspaces/beside/members");
    ada.post(
        &site,
        "/appspaces/beside/members/bars/lift",
        &[("bar", &bar)],
    );
    assert!(goes_in(&mut bob, "beside.localhost").contains("me=Bob"));
    assert!(goes_in(&mut bob, PARTY).contains("does not take you"));
}
