//! What the kernel says about control groups, as text.

use std::{
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
};

use super::Version;

/// The group of a process in one hierarchy: a line of `/proc/<pid>/cgroup`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Own<'a> {
    /// Empty for version 2.
    controllers: &'a str,
    path: &'a str,
}

/// A mounted hierarchy: a line of `/proc/<pid>/mountinfo`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount {
    version: Version,
    /// The group that is seen at `point`.
    root: PathBuf,
    pub(super) point: PathBuf,
    /// Options of the hierarchy; on version 1 its controllers are among them.
    options: Vec<String>,
}

pub(super) fn own(text: &str) -> Vec<Own<'_>> {
    text.lines()
        .filter_map(|line| line.split_once(':')?.1.split_once(':'))
        .map(|(controllers, path)| Own { controllers, path })
        .collect()
}

pub(super) fn mounts(text: &str) -> Vec<Mount> {
    text.lines().filter_map(mount).collect()
}

fn mount(line: &str) -> Option<Mount> {
    let (before, after) = line.split_once(" - ")?;
    let mut before = before.split(' ').skip(3);
    let (root, point) = (unescape(before.next()?), unescape(before.next()?));
    let mut after = after.split(' ');
    let version = match after.next()? {
        "cgroup" => Version::V1,
        "cgroup2" => Version::V2,
        _ => return None,
    };
    let options = after.nth(1)?.split(',').map(str::to_owned).collect();
    Some(Mount {
        version,
        root,
        point,
        options,
    })
}

/// Blanks and the like are written as `\040`.
fn unescape(text: &str) -> PathBuf {
    let mut rest = text.as_bytes();
    let mut out = Vec::with_capacity(rest.len());
    while let [byte, after @ ..] = rest {
        let escaped = after.get(..3).filter(|_| *byte == b'\\').and_then(octal);
        out.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() {
            &after[3..]
        } else {
            after
        };
    }
    std::ffi::OsString::from_vec(out).into()
}

fn octal(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok()
}

/// Where a process's own group is seen for a controller of version 1: its mount point and its directory.
pub(super) fn own_v1(own: &[Own<'_>], mounts: &[Mount], name: &str) -> Option<(PathBuf, PathBuf)> {
    let own = own
        .iter()
        .find(|o| o.controllers.split(',').any(|c| c == name))?;
    mounts
        .iter()
        .filter(|m| m.version == Version::V1 && m.options.iter().any(|o| o == name))
        .find_map(|m| seen(m, own.path))
}

/// Where a process's own group of version 2 is seen: its mount point and its directory.
pub(super) fn own_v2(own: &[Own<'_>], mounts: &[Mount]) -> Option<(PathBuf, PathBuf)> {
    let own = own.iter().find(|o| o.controllers.is_empty())?;
    mounts
        .iter()
        .filter(|m| m.version == Version::V2)
        .find_map(|m| seen(m, own.path))
}

/// A group outside what is mounted, as in a container that sees only a part, has no directory.
fn seen(mount: &Mount, path: &str) -> Option<(PathBuf, PathBuf)> {
    let below = Path::new(path).strip_prefix(&mount.root).ok()?;
    if below.components().any(|c| c.as_os_str() == "..") {
        return None;
    }
    // `join("")` would end the path with a slash.
    let dir = if below.as_os_str().is_empty() {
        mount.point.clone()
    } else {
        mount.point.join(below)
    };
    Some((mount.point.clone(), dir))
}

/// The number behind a key in a file like `memory.stat`.
pub(super) fn field(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once([' ', ':'])?;
        (name == key).then(|| value.split_whitespace().next()?.parse().ok())?
    })
}

/// The number in a file that has nothing else.
pub(super) fn number(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// A limit; version 1 has a very large number for none, version 2 the word `max`.
pub(super) fn limit(text: &str) -> Option<u64> {
    number(text).filter(|n| *n < 1 << 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 /docker/12 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
36 31 0:33 / /sys/fs/cgroup/with\\040blank\\ rw - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
42 31 0:40 / /broken - cgroup
43 31
";

    /// In a group `path` of version 1's controller `name`: its directory.
    fn check_v1(name: &str, path: &str, expect: Option<&str>) {
        let text = format!("12:perf_event:/\n7:{name}:{path}\n1:name=systemd:/x\n0::/y\n");
        let got = own_v1(
            &own(&text),
            &mounts(MOUNTS),
            name.split(',').next().unwrap(),
        );
        assert_eq!(got.map(|g| g.1), expect.map(PathBuf::from), "{name} {path}");
    }

    fn check_v2(path: &str, expect: Option<&str>) {
        let text = format!("1:name=systemd:/x\n0::{path}\n");
        let got = own_v2(&own(&text), &mounts(MOUNTS));
        assert_eq!(got.map(|g| g.1), expect.map(PathBuf::from), "{path}");
    }

    #[test]
    fn own_groups_are_found() {
        check_v1("cpu", "/", Some("/sys/fs/cgroup/cpu,cpuacct"));
        check_v1(
            "cpu,cpuacct",
            "/a/b",
            Some("/sys/fs/cgroup/cpu,cpuacct/a/b"),
        );
        check_v1(
            "cpu",
            "/with:colon",
            Some("/sys/fs/cgroup/cpu,cpuacct/with:colon"),
        );
        check_v1("pids", "/a", Some("/sys/fs/cgroup/with blank\\/a"));
        check_v1("memory", "/docker/12", Some("/sys/fs/cgroup/memory"));
        check_v1("memory", "/docker/12/a", Some("/sys/fs/cgroup/memory/a"));
        // Not below what is mounted.
        check_v1("memory", "/docker/123", None);
        check_v1("memory", "/", None);
        check_v1("memory", "/docker/12/../13", None);
        // Not mounted at all, or no controller.
        check_v1("blkio", "/", None);
        check_v2("/", Some("/sys/fs/cgroup/unified"));
        check_v2("/user.slice/a", Some("/sys/fs/cgroup/unified/user.slice/a"));
        check_v2("/../x", None);
        assert_eq!(own(""), []);
        assert_eq!(own("nonsense\n::\n").len(), 1);
    }

    #[test]
    fn numbers_are_read() {
        let stat = "cache 5\ntotal_inactive_file 70\ninactive_file 7\nMemTotal:  12 kB\nodd x\n";
        for (key, expect) in [
            ("inactive_file", Some(7)),
            ("total_inactive_file", Some(70)),
            ("MemTotal", Some(12)),
            ("inactive", None),
            ("odd", None),
        ] {
            assert_eq!(field(stat, key), expect, "{key}");
        }
        for (text, expect) in [
            ("max\n", None),
            ("9223372036854771712\n", None),
            ("4096\n", Some(4096)),
            ("", None),
        ] {
            assert_eq!(limit(text), expect, "{text}");
        }
    }
}
