//! The same with no Deno in the way. Expected: nothing of another appspace is there, nor of the host's part of one's
//! own.

attempt!(|stage| {
    stage.probe("other-appspaces").refused(&[
        "private",
        "list",
        "log",
        "members",
        "own-members",
        "own-log",
    ]);
});
