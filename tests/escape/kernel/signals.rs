//! Signals to the host and to others, by number. Expected: no such process.

attempt!(|stage| {
    stage.probe("signals").all_refused(&[
        "kill-host",
        "probe-host",
        "kill-other",
        "kill-others-group",
        "tkill",
        "tgkill",
        "queue",
    ]);
});
