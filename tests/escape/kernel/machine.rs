//! What is the whole computer's: its name, its swap, its log, its ports, its end. Refused.

attempt!(|stage| {
    stage.probe("machine").all_refused(&[
        "reboot",
        "sethostname",
        "setdomainname",
        "swapon",
        "swapoff",
        "syslog",
        "acct",
        "quotactl",
        "vhangup",
        "fanotify",
        "fanotify-reporting",
        "lookup_dcookie",
        "ports",
        "segments",
        "migrate_pages",
        "move_pages",
        "set_mempolicy",
    ]);
});
