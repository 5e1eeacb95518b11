//! Running one's own program by the loader of the one that may be run, which asks for no right to execute. Expected: the
//! loader cannot map it as code. Where it took the attacker's place meanwhile, that is the end of the sandbox.

use crate::escape::world::{Outcome, Stage};

attempt!(|stage: &mut Stage| {
    stage.conquer("loader");
    let answer = stage.get("/try");
    if answer.status == 200 {
        Outcome::read(&answer.body).refused(&["own-program"]);
    } else {
        assert_eq!(answer.status, 502, "{answer:?}");
        stage.expect_log("failed to map segment");
    }
    stage.until_it_answers("/");
});
