//! Programs that the attacker brings: files made executable, scripts, code mapped from files.
//! Refused: nothing that can be written can be run.

attempt!(|stage| {
    stage.probe("own-programs").all_refused(&[
        "from-files",
        "from-tmp",
        "from-storage",
        "from-sockets",
        "script",
        "mapped",
        "mapped-tmp",
    ]);
});
