//! A bomb of open files. Expected: not more than the limit.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("open_files = 100");
    let opened = stage.probe("descriptors-bomb").number("files");
    assert!((10..=100).contains(&opened), "{opened}");
});
