//! What the kernel says of the process. Expected: no capability of any kind, no new privileges, a filter, no groups.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    let outcome = stage.probe("status");
    let status = outcome.got("status");
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} in {status}"))
            .trim()
            .to_owned()
    };
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(value(set), "0000000000000000", "{set}");
    }
    assert_eq!(value("NoNewPrivs:"), "1");
    assert_eq!(value("Seccomp:"), "2");
    assert_eq!(value("NSpid:"), "1");
    // Whoever it is in there, outside it is nobody, unless the host has no other user to give it.
    let outside = std::fs::read_to_string(format!("/proc/{}/status", stage.process())).unwrap();
    let outside = outside
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .unwrap();
    assert!(!outside.split_whitespace().any(|id| id == "0"), "{outside}");
    let groups = value("Groups:");
    assert!(groups.is_empty() || groups == "65534", "{groups}");
});
