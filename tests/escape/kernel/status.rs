//! What the kernel says of the process. Expected: no capability of any kind, no new privileges, a filter, no groups.

attempt!(|stage| {
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
    let ids = value("Uid:");
    assert!(
        !ids.split_whitespace().any(|id| id == "0"),
        "it is root in there: {ids}"
    );
    let groups = value("Groups:");
    assert!(groups.is_empty() || groups == "65534", "{groups}");
});
