//! Deletion, and return with all data.

use super::app::{shown, started};

#[test]
fn deleted_and_brought_back() {
    let host = started();
    let asked = host.run("appspace delete lines --json");
    assert_eq!(asked.json()["error"]["kind"], "invalid", "{asked:?}");
    assert!(shown(&host).contains("kept,"), "nobody confirmed it");

    let deleted = host.run("appspace delete lines --yes --json").done();
    assert_eq!(deleted["deleted"]["address"], "lines.localhost");
    let gone = host.get("lines.localhost", "/");
    assert!(gone.starts_with("HTTP/1.1 404"), "{gone}");
    let trash = host.run("trash list --json").done();
    assert_eq!(trash["trash"].as_array().unwrap().len(), 1);

    // Somebody else takes the name.
    let create = "appspace create --app lines --address lines";
    assert_eq!(host.run(create).code, 0);
    let taken = host.run("trash restore lines --json").json();
    assert_eq!(taken["error"]["kind"], "conflict", "{taken}");
    let back = host.run("trash restore lines --address old --json").done();
    assert_eq!(back["appspace"]["address"], "old.localhost");
    assert!(host.get("old.localhost", "/").contains("1.0.0:kept,:"));
    assert!(host.get("lines.localhost", "/").contains("1.0.0::"));

    assert_eq!(host.run("appspace delete old --yes").code, 0);
    let removed = host.run("trash empty --yes --json").done();
    assert_eq!(removed["removed"][0]["address"], "old.localhost");
    let none = host.run("trash restore old --json").json();
    assert_eq!(none["error"]["kind"], "not-found");
}
