//! Answers to questions that nobody asked, and "ready" again. Expected: the same.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.conquer("responses");
    for attempt in ["wrong-answers", "ready-again"] {
        let status = stage.get(&format!("/try/{attempt}")).status;
        assert!([200, 502].contains(&status), "{attempt}: {status}");
        stage.until_it_answers("/");
    }
});
