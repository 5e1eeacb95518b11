//! Filling the directory of the sandbox's sockets, which is the host's and counts for no appspace. Expected: nothing but
//! sockets can be made in it, or next to nothing.

use crate::escape::world::{Outcome, Said, Stage};

attempt!(|stage: &mut Stage| {
    stage.limit("disk_mib = 16");
    stage.conquer("sockets-dir");
    let answer = stage.get("/try");
    if answer.status != 200 {
        assert_eq!(answer.status, 502, "{answer:?}");
        stage.expect_log("disk_mib");
        return;
    }
    let outcome = Outcome::read(&answer.body);
    for (what, most) in [("mib", 16), ("files", 64), ("directories", 4096)] {
        if let Said::Got(_) = outcome.said(what) {
            let taken = outcome.number(what);
            assert!(taken <= most, "{taken} {what}");
        }
    }
    stage.until_it_answers("/");
});
