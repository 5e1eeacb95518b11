//! Approved names that lead to the host's own computer or network: loopback, unspecified, link-local, mapped, shared,
//! private, and along with a public address. Expected: no address of these is connected to.

use crate::escape::world::Stage;

const NAMES: [(&str, &str); 9] = [
    ("loopback", "127.0.0.1"),
    ("other-loopback", "127.44.55.66"),
    ("unspecified", "0.0.0.0"),
    ("v6-loopback", "::1"),
    ("mapped", "::ffff:127.0.0.1"),
    ("metadata", "169.254.169.254"),
    ("private", "10.0.0.1"),
    ("shared", "100.64.0.1"),
    ("nat64", "64:ff9b::7f00:1"),
];

attempt!(|stage: &mut Stage| {
    let lines = NAMES.map(|(name, address)| format!("{address} {name}.example.com\n"));
    // Nobody answers at the first of these two.
    let both = "203.0.113.7 both.example.com\n127.0.0.1 both.example.com\n";
    if !stage.names(&(lines.concat() + both)) {
        return;
    }
    let port = stage.forbidden_port();
    let names: Vec<&str> = NAMES
        .iter()
        .map(|(name, _)| *name)
        .chain(["both"])
        .collect();
    let rules: Vec<String> = names
        .iter()
        .map(|name| format!("{name}.example.com:{port}"))
        .collect();
    stage.ask_for(&rules);
    let list = serde_json::to_string(&names).unwrap();
    let tries = format!(
        "...Object.fromEntries({list}.map((name) => [name, async () => \
         await (await fetch(`http://${{name}}.example.com:${{T.port}}/`)).text()])),"
    );
    stage.app(&tries, &[]);
    for rule in &rules {
        stage.approve(rule);
    }
    stage.attack().all_refused(&names);
});
