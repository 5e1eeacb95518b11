//! The kernel's keyrings, which namespaces do not part. Refused.

attempt!(|stage| {
    stage
        .probe("keys")
        .all_refused(&["add_key", "request_key", "session-keyring", "join-keyring"]);
});
