//! Capabilities, and undoing what was given up. Refused.

attempt!(|stage| {
    let names = [
        "capset",
        "ambient",
        "no_new_privs-off",
        "seccomp-off",
        "securebits",
        "keep-capabilities",
        "mm",
    ];
    stage.probe("capabilities").refused_or(&names, &["EINVAL"]);
});
