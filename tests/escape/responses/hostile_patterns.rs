//! A pattern of a route that takes for ever to match. Expected: not installed, or matched in no time.

use std::time::{Duration, Instant};

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    if stage.conquers("listing slow") {
        let asked = Instant::now();
        stage.get(&format!("/{}", "a".repeat(4000)));
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "{:?}",
            asked.elapsed()
        );
    }
});
