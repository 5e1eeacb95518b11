//! /sys with its cgroups, devices and debugging. Expected: there is none.

attempt!(|stage| {
    stage.probe("sys").all_refused(&[
        "root", "cgroups", "kernel", "security", "debug", "net", "block",
    ]);
});
