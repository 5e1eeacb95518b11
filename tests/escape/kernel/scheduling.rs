//! Going before everybody else. Refused.

attempt!(|stage| {
    stage.probe("scheduling").all_refused(&[
        "nice",
        "real-time",
        "deadline",
        "io-real-time",
        "nice-of-the-host",
        "autogroup",
    ]);
});
