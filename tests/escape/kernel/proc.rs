//! What /proc tells. Expected: of the sandbox's own processes alone, with nothing of the host's environment, command
//! line, processes or directories.

use crate::escape::world::{Said, Stage};

attempt!(|stage: &mut Stage| {
    let outcome = stage.probe("proc");
    outcome.refused(&[
        "host-cmdline",
        "host-root",
        "host-fd",
        "other-environ",
        "other-task",
    ]);
    if let Said::Got(names) = outcome.said("processes") {
        let numbers: Vec<_> = names
            .split(' ')
            .filter(|name| name.parse::<u32>().is_ok())
            .collect();
        assert_eq!(numbers, ["1"]);
    }
    let data = stage.targets()["data"].as_str().unwrap().to_owned();
    for name in ["environ", "cmdline", "cwd", "exe", "root", "stat"] {
        if let Said::Got(said) = outcome.said(name) {
            assert!(!said.contains(&data), "{name}: {said}");
        }
    }
    // Process 1 has no parent that it could see.
    if let Said::Got(stat) = outcome.said("stat") {
        let after_name = stat.rsplit(')').next().unwrap();
        assert_eq!(after_name.split(' ').nth(2), Some("0"), "{stat}");
    }
    // Nor does it see where its cgroup is.
    if let Said::Got(groups) = outcome.said("cgroup") {
        assert!(!groups.contains("ds-escape"), "{groups}");
    }
});
