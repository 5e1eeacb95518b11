//! Files by handle, past every directory: the classic way out of containers. Refused.

attempt!(|stage| {
    stage.probe("handles").all_refused(&["name", "open"]);
});
