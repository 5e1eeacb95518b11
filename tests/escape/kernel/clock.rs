//! The computer's clock: setting it, and waking it from its sleep. Refused.

attempt!(|stage| {
    stage
        .probe("clock")
        .refused(&["clock_settime", "settimeofday", "adjtimex", "clock_adjtime"]);
});
