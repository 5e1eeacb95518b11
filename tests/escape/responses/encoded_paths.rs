//! A static route whose target leads out in an encoding. Expected: not installed, or no file.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    if stage.conquers("listing encoded") {
        for path in ["/f", "/f/", "/f/x"] {
            let answer = stage.get(path);
            assert_ne!(answer.status, 200, "{path}: {answer:?}");
        }
    }
});
