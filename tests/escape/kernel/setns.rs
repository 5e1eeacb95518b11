//! Joining namespaces: the host's, which are not there to be named, and going up from one's own. Refused.

attempt!(|stage| {
    stage.probe("setns").all_refused(&[
        "host-mount",
        "host-user",
        "host-net",
        "other-pid",
        "own-user",
        "own-mount",
        "own-net",
        "parents",
        "pidfd",
    ]);
});
