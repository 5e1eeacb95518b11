//! Holding the kernel up in the middle of a call, which makes races easy. Refused.

attempt!(|stage| {
    stage.probe("userfaultfd").all_refused(&["kernel", "user"]);
});
