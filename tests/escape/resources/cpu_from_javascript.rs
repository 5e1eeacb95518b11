//! An endless loop in a handler. Expected: whoever asked is told in time, the process is ended, the next request is
//! answered.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("cpu_seconds = 2\nresponse_seconds = 8");
    stage.app("spin: () => { for (;;); }, hello: () => 'hello',", &[]);
    let answer = stage.get("/one/spin");
    assert!([502, 504].contains(&answer.status), "{answer:?}");
    stage.until_it_answers("/one/hello");
});
