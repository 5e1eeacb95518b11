//! Lines that look like the host's own, and codes that a terminal obeys. Expected: each line of the log says who wrote it,
//! and no control character is in it.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.probe("log-forgery").worked(&["lines"]);
    stage.expect_log("\u{fffd}\u{fffd}\u{fffd}[host] forged");
    let log = stage.log();
    for line in log.lines() {
        let (_, rest) = line.split_once(' ').unwrap();
        let of_app = rest.starts_with("[out] ") || rest.starts_with("[err] ");
        assert!(of_app || !rest.contains("forged"), "{line}");
    }
    let control = log
        .chars()
        .find(|c| c.is_control() && *c != '\n' && *c != '\t');
    assert_eq!(control, None, "{log}");
});
