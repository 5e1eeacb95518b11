//! Programs in the kernel. Refused.

attempt!(|stage| {
    stage.probe("bpf").all_refused(&["map", "socket-filter"]);
});
