//! Changes of version that work and that fail.

use super::app::{appspace, install_all, install_good, shown, started, upgrade};

#[test]
fn up_and_down_again() {
    let host = started();
    install_good(&host);
    assert!(shown(&host).contains("1.0.0:kept,:"), "{}", shown(&host));

    let done = host.run("appspace upgrade lines --json").done();
    let job = &done["job"];
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(
        job["title"],
        "Upgrade of lines.localhost from 1.0.0 to 2.0.0"
    );
    assert!(shown(&host).contains("2.0.0:kept,up,:"), "{}", shown(&host));
    assert_eq!(appspace(&host)["version"], "2.0.0");

    let none = host.run("appspace upgrade lines --json");
    assert_eq!(none.json()["error"]["kind"], "conflict");

    // Everything the host says of the job is still there, and nobody has another.
    let id = job["id"].as_str().unwrap();
    let again = host.run(&format!("job show {id} --json")).done();
    assert_eq!(again["job"]["state"], "done");
    let jobs = host.run("job list --json").done();
    let jobs = jobs["jobs"].as_array().unwrap();
    assert!(jobs.iter().any(|one| one["id"] == id), "{jobs:?}");
    let over = host.run(&format!("job cancel {id} --json"));
    assert_eq!(over.json()["error"]["kind"], "conflict");

    let down = upgrade(&host, "1.0.0");
    assert_eq!(down.done()["job"]["state"], "done");
    assert!(shown(&host).contains("1.0.0:kept,:"), "{}", shown(&host));
}

#[test]
fn whatever_fails_changes_nothing() {
    let host = started();
    install_all(&host);
    let before = shown(&host);
    assert!(before.contains("1.0.0:kept,:"), "{before}");
    let check = |to: &str, says: &str| {
        let failed = upgrade(&host, to);
        let error = failed.json()["error"].take();
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains(says), "{to}: {failed:?}");
        assert!(
            message.contains("Everything is as it was before"),
            "{message}"
        );
        assert_eq!(shown(&host), before, "{to}");
        assert_eq!(appspace(&host)["version"], "1.0.0", "{to}");
    };
    check("3.0.0", "I cannot read line 3");
    check("4.0.0", "3 s");
    check("5.0.0", "GET /page answered with the error 500");
    let unknown = upgrade(&host, "9.0.0").json();
    assert_eq!(unknown["error"]["kind"], "not-found");
    // It works, in spite of all that was tried.
    assert_eq!(upgrade(&host, "2.0.0").code, 0);
    assert!(shown(&host).contains("2.0.0:kept,up,:"), "{}", shown(&host));
}
