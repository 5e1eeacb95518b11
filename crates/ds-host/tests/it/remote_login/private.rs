//! Two hosts at private addresses, by names that are not of this computer: `[logins] allow` says whether they are asked.
//!
//! The network is one of this test alone, with names in its own `/etc/hosts`; where `unshare` may not make one, the test says
//! so and does nothing. Whatever else goes wrong is a failure.

use std::{env, fs, io, net::TcpListener, process::Command};

use super::{
    outside::is_let_in,
    pair::{Authority, Place, logs_in, says},
};

/// Tells the child that it has a network of its own.
const CHILD: &str = "DS_TEST_PRIVATE_NETWORK";
/// Makes it and goes on as the child. Nobody else sees it, and it goes with the last process.
const MAKE: &str = r#"mount --bind "$0" /etc/hosts && ip link set lo up && ip address add 10.77.0.1/24 dev lo \
    && ip address add 10.77.0.2/24 dev lo && ip address add 10.77.0.3/24 dev lo \
    && ip address add 10.78.0.1/24 dev lo && exec "$@""#;
const HOSTS: &str = "127.0.0.1 localhost
10.77.0.1 drop.a.example notes.a.example
10.77.0.2 drop.b.example
10.77.0.3 drop.c.example notes.c.example
10.78.0.1 drop.d.example
";

#[test]
#[expect(
    clippy::print_stdout,
    reason = "whether anything was tested is a result"
)]
fn only_what_is_allowed_is_asked() {
    if env::var_os(CHILD).is_some() {
        return in_a_network_of_its_own();
    }
    let dir = tempfile::tempdir().unwrap();
    let hosts = dir.path().join("hosts");
    fs::write(&hosts, HOSTS).unwrap();
    let there = |then: &[&str]| {
        #[expect(
            clippy::disallowed_methods,
            reason = "a network of its own takes processes of its own"
        )]
        let mut command = Command::new("unshare");
        command
            .args([
                "--mount",
                "--net",
                "--propagation",
                "private",
                "sh",
                "-c",
                MAKE,
            ])
            .arg(&hosts)
            .args(then)
            .env(CHILD, "1");
        command.output().expect("`unshare` of util-linux is needed")
    };
    let made = there(&["true"]);
    let why = String::from_utf8_lossy(&made.stderr);
    if why.contains("unshare failed") {
        println!("skipped: a network can be made by root alone, and not in every container: {why}");
        return;
    }
    assert!(made.status.success(), "{why}");
    let this = env::current_exe().unwrap();
    let test = "remote_login::private::only_what_is_allowed_is_asked";
    let child = there(&[this.to_str().unwrap(), "--exact", test, "--nocapture"]);
    let said = String::from_utf8_lossy(&child.stdout);
    let why = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}\n{why}");
    assert!(said.contains("1 passed"), "{said}");
}

fn in_a_network_of_its_own() {
    let authority = Authority::new();
    let at = |name: &str, listen: &str, config: &str| {
        Place::notes_at(&format!("{name}.example"), listen, config, &authority)
    };
    let b = Place::at("b.example", "10.77.0.2:443", "", Some(&authority));
    let (mut ada, dropid) = b.ada("b");
    assert_eq!(dropid, "drop.b.example/ada");

    // As it comes, a host asks nobody at a private address, and says so.
    let (strict, notes) = at("a", "10.77.0.1:443", "");
    strict.done(&format!("appspace member add notes {dropid}"));
    let page = says(&mut ada, &notes, &dropid);
    assert_eq!(page.status, 502, "{page:?}");
    assert!(!is_let_in(&page), "{page:?}");
    assert!(page.text.contains("private address"), "{page:?}");
    assert!(
        !page.text.contains("10.77."),
        "which is nobody's business: {page:?}"
    );

    // Allowed, the very same login goes through.
    let config = "[logins]\nallow = [\"10.77.0.0/24\"]\n";
    let (open, notes) = at("c", "10.77.0.3:443", config);
    open.done(&format!("appspace member add notes {dropid}"));
    let arrived = logs_in(&mut ada, &notes, &dropid, &dropid);
    assert_eq!(
        (arrived.status, arrived.at.path()),
        (200, "/private"),
        "{arrived:?}"
    );

    // What is not among the allowed stays unasked: nobody knocks there.
    let other = TcpListener::bind("10.78.0.1:443").unwrap();
    other.set_nonblocking(true).unwrap();
    let page = says(&mut b.person(), &notes, "drop.d.example/ada");
    assert_eq!(page.status, 502, "{page:?}");
    assert!(page.text.contains("private address"), "{page:?}");
    let knocked = other.accept();
    assert!(
        matches!(&knocked, Err(error) if error.kind() == io::ErrorKind::WouldBlock),
        "{knocked:?}"
    );
}
