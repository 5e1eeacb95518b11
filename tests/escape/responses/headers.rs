//! Headers that are not an app's to send: cookies in the host's name and for the whole domain, internal headers, the
//! transport's. Expected: gone; the app's own cookie stays.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.conquer("responses");
    let answer = stage.get("/raw/forged-headers");
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    assert_eq!(answer.headers("set-cookie"), ["mine=1"]);
    for gone in [
        "x-dropserver-call",
        "x-dropserver-user",
        "x-hidden",
        "proxy-authenticate",
    ] {
        assert!(answer.headers(gone).is_empty(), "{gone}: {answer:?}");
    }
});
