//! Processes that end and that nobody asks for. Expected: none can be made, or not more than the limit.

use crate::escape::world::{Said, Stage};

attempt!(|stage: &mut Stage| {
    stage.limit("threads = 40");
    if let Said::Got(made) = stage.probe("zombies").said("processes") {
        assert!(made.parse::<u32>().unwrap() <= 40, "{made}");
    }
});
