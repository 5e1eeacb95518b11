//! What /proc tells of the whole computer: memory, symbols, keys, modules, settings. Expected: not there.

attempt!(|stage| {
    stage.probe("proc-system").all_refused(&[
        "cpuinfo",
        "meminfo",
        "version",
        "kallsyms",
        "kcore",
        "kmsg",
        "keys",
        "modules",
        "mounts",
        "locks",
        "loadavg",
        "slabinfo",
        "timer_list",
        "sched_debug",
        "config",
        "sys",
        "bus",
        "fs",
    ]);
});
