//! Letters of the real program: read where it writes them, and kept when it is killed.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    time::{Duration, Instant},
};

use crate::{host::Host, visitor::Visitor};

const BOB: &str = "bob@example.com";

/// The section that lets a host write letters into the directory `mail` beside its configuration.
pub(crate) const INTO_FILES: &str =
    "[mail]\ntransport = \"file\"\nfrom = \"Dropserver <drop@example.com>\"\ndir = \"mail\"\n";

/// The letters that a host has written, oldest first, with their long lines unfolded.
pub(crate) fn written(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir.join("mail")).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    paths.sort();
    let texts = paths
        .into_iter()
        .map(|path| fs::read_to_string(path).unwrap());
    texts
        .map(|text| text.replace("=\r\n", "").replace("=3D", "="))
        .collect()
}

/// Waits until so many letters were written.
pub(crate) fn wait_for(dir: &Path, number: usize) -> Vec<String> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let found = written(dir);
        if found.len() >= number || Instant::now() > deadline {
            assert_eq!(found.len(), number, "{found:#?}");
            return found;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The only letter, once it is there.
pub(crate) fn only(dir: &Path) -> String {
    wait_for(dir, 1).remove(0)
}

fn configure(dir: &Path, mail: &str) {
    fs::write(
        dir.join("dropserver.toml"),
        format!("[sandbox]\nwarm = 0\n{mail}"),
    )
    .unwrap();
}

#[test]
fn a_letter_outlives_a_kill_and_is_not_readable_meanwhile() {
    // A mail server that says nothing at all.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let dir = tempfile::tempdir().unwrap();
    let smtp = format!(
        "[mail]\ntransport = \"smtp\"\nfrom = \"drop@example.com\"\nhost = \"127.0.0.1\"\n\
         port = {port}\ntls = \"none\"\n"
    );
    configure(dir.path(), &smtp);
    let mut host = Host::start_in(dir);
    let invited = host.run(&format!("account invite {BOB} --json")).done();
    assert!(invited["invited"]["link"].is_null(), "{invited}");
    let dir = host.kill();
    let data = fs::read_dir(dir.path().join("data")).unwrap();
    let kept: Vec<_> = data
        .filter_map(|file| fs::read(file.unwrap().path()).ok())
        .collect();

    configure(dir.path(), INTO_FILES);
    let host = Host::start_in(dir);
    let letter = only(host.dir.path());
    assert!(letter.contains(&format!("To: {BOB}")), "{letter}");
    let (_, token) = letter.split_once("/invited/").unwrap();
    let token = token.split_whitespace().next().unwrap();
    let page = Visitor::nobody(&host).get(&format!("/invited/{token}"));
    assert!(page.text.contains(BOB), "{page:?}");
    assert!(kept.len() > 1, "a database and its log");
    for bytes in kept {
        let mut parts = bytes.windows(token.len());
        assert!(
            !parts.any(|part| part == token.as_bytes()),
            "it can be read"
        );
    }

    let (_, dir) = host.stop();
    let host = Host::start_in(dir);
    host.run("mail test ada@example.com --json").done();
    assert_eq!(wait_for(host.dir.path(), 2).len(), 2, "and only once");
}
