//! A runtime that takes requests and answers neither them nor the host. Expected: 504 in time; it is ended, and the next
//! request is answered by another.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("response_seconds = 2");
    stage.conquer("silence");
    let status = stage.get("/try").status;
    assert_eq!(status, 504);
    stage.until_it_answers("/");
});
