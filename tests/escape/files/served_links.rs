//! Links that are in the appspace's directory when the host serves it by a static route. Expected: 404 for each, and
//! nothing of what they lead to.

use std::os::unix::fs::symlink;

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.app("", &[]);
    let files = stage.files();
    let outside = |name: &str| stage.outside(name);
    let links = [
        (outside("secret.txt"), "absolute.txt"),
        ("../../../../../secret.txt".into(), "relative.txt"),
        (outside(""), "directory"),
        ("/".into(), "root"),
        ("/proc/self/environ".into(), "environ.txt"),
        ("../appspace-meta.db".into(), "members.db"),
        ("loop.txt".into(), "loop.txt"),
        (outside("data/host.db"), "host.db"),
    ];
    for (target, name) in links {
        symlink(target, files.join(name)).unwrap();
    }
    std::fs::write(files.join("plain.txt"), "plain").unwrap();
    stage.give(&files.join("plain.txt"));
    assert_eq!(stage.get("/files/plain.txt").body, "plain");
    for path in [
        "absolute.txt",
        "relative.txt",
        "directory/secret.txt",
        "directory/data/host.db",
        "root/etc/passwd",
        "environ.txt",
        "members.db",
        "loop.txt",
        "host.db",
        "",
        "%2e%2e/appspace-meta.db",
        "..%2fappspace-meta.db",
        "%2e%2e%2f%2e%2e%2flog.txt",
        "plain.txt%00.html",
        "./././../../log.txt",
    ] {
        let answer = stage.get(&format!("/files/{path}"));
        assert!(
            [400, 403, 404].contains(&answer.status),
            "{path}: {answer:?}"
        );
    }
});
