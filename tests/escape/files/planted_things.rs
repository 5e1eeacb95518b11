//! A conquered runtime leaves what is no file: pipes, sockets, endless directories, names that are no text. Expected: the host serves none of it as a file, hangs on none of it, and goes on serving.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    let outcome = stage.probe("plant-special");
    outcome.refused(&["fifo"]);
    for path in [
        "fifo.txt",
        "socket.txt",
        "index.html",
        "deep",
        "deep/d/d/d",
        "odd%0a%ff.txt",
        "odd%0A",
    ] {
        let answer = stage.get(&format!("/files/{path}"));
        let status = answer.status;
        assert!((400..500).contains(&status), "{path}: {answer:?}");
    }
    assert_eq!(stage.get("/").body, "hello");
});
