//! A bomb of threads by system call. Expected: not more than the limit.

use crate::escape::world::{Mode, Stage};

attempt!(|stage: &mut Stage| {
    stage.limit("threads = 40");
    let made = stage.probe("threads").number("threads");
    assert!(
        made <= 40 || stage.mode == Mode::Bare && made < 200,
        "{made}"
    );
});
