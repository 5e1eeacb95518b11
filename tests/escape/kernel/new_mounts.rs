//! The newer interface for mounts, which filters written for the old one forget. Refused.

attempt!(|stage| {
    stage.probe("new-mounts").all_refused(&[
        "open_tree",
        "move_mount",
        "fsopen",
        "fspick",
        "fsmount",
        "mount_setattr",
        "statmount",
        "listmount",
    ]);
});
