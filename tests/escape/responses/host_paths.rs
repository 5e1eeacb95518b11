//! A route at a path of the host's own, where members are let in. Expected: the host answers there, whatever an app
//! declares.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    if stage.conquers("listing of-the-host") {
        let answer = stage.get("/.dropserver/login?token=x");
        assert!(
            !answer.body.contains("no such thing") && answer.status >= 400,
            "{answer:?}"
        );
    }
});
