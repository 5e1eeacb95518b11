//! Writing the maps of the own user namespace, to be somebody else. Refused.

attempt!(|stage| {
    stage
        .probe("id-maps")
        .refused(&["uid_map", "gid_map", "setgroups", "projid_map"]);
});
