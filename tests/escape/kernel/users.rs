//! Becoming another user or joining a group. Refused: there is no such user, and no right to become one.

attempt!(|stage| {
    let names = [
        "setuid-0",
        "setgid-0",
        "setresuid",
        "setresgid",
        "setreuid",
        "setuid-other",
        "setgroups",
    ];
    stage.probe("users").refused_or(&names, &["EINVAL"]);
});
